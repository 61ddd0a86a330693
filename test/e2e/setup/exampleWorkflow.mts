/** The example workflows as a user has them after the steps that each of them names. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { workflowWithPaths } from '../../../scripts/demoWorkflow.mts';
import type { WorkflowJson } from '../../engine/workflowBuilder.mts';
import type { Simulator } from '../../simulator/index.mts';
import { CREDENTIAL_TYPE } from './credential.mts';
import type { StoredCredential } from './n8nClient.mts';
import { examplesFolder, repositoryRoot } from './paths.mts';

export interface ExampleSurroundings {
	credential: StoredCredential;
	/** Serves the frames of examples that name them by URL. */
	simulator: Simulator;
	/** Where examples write their files. */
	filesFolder: string;
}

export async function exampleNames(): Promise<string[]> {
	const files = await readdir(examplesFolder);
	return files.flatMap((file) => (file.endsWith('.json') ? [path.basename(file, '.json')] : []));
}

/** An example with its credential chosen, its paths resolved and its frames' URLs filled in. */
export async function exampleWorkflow(
	name: string,
	{ credential, simulator, filesFolder }: ExampleSurroundings,
): Promise<WorkflowJson & { name: string }> {
	const file = path.join(examplesFolder, `${name}.json`);
	const workflow = await workflowWithPaths(file, repositoryRoot, filesFolder);
	for (const node of workflow.nodes) {
		if (node.credentials?.[CREDENTIAL_TYPE]) node.credentials[CREDENTIAL_TYPE] = credential;
		for (const end of ['first', 'last']) {
			if (!(`${end}FrameUrl` in node.parameters)) continue;
			const bytes = await readFile(path.join(examplesFolder, `frames/${end}.png`));
			const url = simulator.serveFile(`${end}.png`, bytes, 'image/png');
			node.parameters[`${end}FrameUrl`] = url;
		}
	}
	return { ...workflow, name: workflow.name ?? name };
}
