/** Workflows that a test starts by a call from outside. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import {
	node,
	type NodeSettings,
	workflow,
	type WorkflowJson,
} from '../../engine/workflowBuilder.mts';
import { CREDENTIAL_TYPE } from './credential.mts';
import { eventually } from './eventually.mts';
import type { StoredCredential } from './n8nClient.mts';
import { examplesFolder, NODE_TYPE } from './paths.mts';

/** The package's node, named `Wan`, with both frames from the item's binary data. */
export function wanNode(
	credential: StoredCredential,
	parameters: INodeParameters,
	settings: NodeSettings = {},
) {
	return node(
		NODE_TYPE,
		{
			operation: 'create',
			firstFrameSource: 'binary',
			lastFrameSource: 'binary',
			prompt: 'The clouds part.',
			waitForCompletion: true,
			...parameters,
		},
		{ name: 'Wan', credentials: { [CREDENTIAL_TYPE]: credential }, ...settings },
	);
}

/** A webhook whose uploaded files go to these nodes; the caller gets the last node's file or items. */
export function webhookWorkflow(
	webhookPath: string,
	nodes: WorkflowJson['nodes'],
	answer: 'firstEntryBinary' | 'allEntries' = 'allEntries',
): WorkflowJson {
	const parameters = {
		httpMethod: 'POST',
		path: webhookPath,
		responseMode: 'lastNode',
		responseData: answer,
		...(answer === 'firstEntryBinary' && { responseBinaryPropertyName: 'data' }),
	};
	const webhook = node('n8n-nodes-base.webhook', parameters, { name: 'Webhook', typeVersion: 2 });
	return workflow([{ ...webhook, webhookId: webhookPath }, ...nodes]);
}

/** Posts the example frames to a webhook as a form would. */
export async function postFrames(url: string, webhookPath: string): Promise<Response> {
	const form = new FormData();
	for (const end of ['first', 'last']) {
		const bytes = await readFile(path.join(examplesFolder, `frames/${end}.png`));
		form.set(`${end}Frame`, new Blob([bytes], { type: 'image/png' }), `${end}.png`);
	}
	// n8n registers a webhook some moments after it has answered that the workflow is active.
	return await eventually(`webhook '${webhookPath}'`, async () => {
		const response = await fetch(`${url}/webhook/${webhookPath}`, { method: 'POST', body: form });
		return response.status === 404 ? undefined : response;
	});
}
