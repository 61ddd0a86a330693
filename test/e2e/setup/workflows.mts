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
import { CREDENTIAL_TYPE } from '../../credential.mts';
import { eventually } from './eventually.mts';
import type { StoredCredential } from './n8nClient.mts';
import { examplesFolder, NODE_TYPE, TRIGGER_TYPE } from './paths.mts';

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

/** n8n polls once a minute at most, by one schedule; by twelve, every five seconds. */
export const POLL_TIMES = {
	item: Array.from({ length: 12 }, (_, index) => {
		return { mode: 'custom', cronExpression: `${index * 5} * * * * *` };
	}),
};

/** The package's trigger, named `Trigger`. */
export function triggerNode(credential: StoredCredential, parameters: INodeParameters = {}) {
	return node(
		TRIGGER_TYPE,
		{ pollTimes: POLL_TIMES, ...parameters },
		{ name: 'Trigger', credentials: { [CREDENTIAL_TYPE]: credential } },
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
	const frames = new Map<string, Buffer>();
	for (const end of ['first', 'last']) {
		frames.set(`${end}Frame`, await readFile(path.join(examplesFolder, `frames/${end}.png`)));
	}
	return await postPictures(url, webhookPath, frames);
}

/** Posts PNG files to a webhook, each in the form's field of its name. */
export async function postPictures(
	url: string,
	webhookPath: string,
	pictures: ReadonlyMap<string, Buffer>,
): Promise<Response> {
	const form = new FormData();
	for (const [name, bytes] of pictures) {
		form.set(name, new Blob([new Uint8Array(bytes)], { type: 'image/png' }), `${name}.png`);
	}
	// n8n registers a webhook some moments after it has answered that the workflow is active.
	return await eventually(`webhook '${webhookPath}'`, async () => {
		const response = await fetch(`${url}/webhook/${webhookPath}`, { method: 'POST', body: form });
		return response.status === 404 ? undefined : response;
	});
}
