/** The example workflows as a user has them after the steps that each of them names. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { workflowWithPaths } from '../../../scripts/demoWorkflow.mts';
import type { WorkflowJson } from '../../engine/workflowBuilder.mts';
import { withServedFrames } from '../../exampleFrames.mts';
import type { Simulator } from '../../simulator/index.mts';
import { CREDENTIAL_TYPE } from '../../credential.mts';
import type { StoredCredential } from './n8nClient.mts';
import { examplesFolder } from './paths.mts';
import { repositoryRoot } from '../../repositoryRoot.mts';

export interface ExampleSurroundings {
	credential: StoredCredential;
	/** Those of other services, by their type. */
	otherCredentials?: Readonly<Record<string, StoredCredential>>;
	/** Serves the frames of examples that name them by URL. */
	simulator: Simulator;
	/** Where examples write their files. */
	filesFolder: string;
}

export async function exampleNames(): Promise<string[]> {
	const files = await readdir(examplesFolder);
	return files.flatMap((file) => (file.endsWith('.json') ? [path.basename(file, '.json')] : []));
}

/** An example with its credentials chosen, its paths resolved and its frames' URLs filled in. */
export async function exampleWorkflow(
	name: string,
	{ credential, otherCredentials, simulator, filesFolder }: ExampleSurroundings,
): Promise<WorkflowJson & { name: string }> {
	const file = path.join(examplesFolder, `${name}.json`);
	const example = await workflowWithPaths(file, repositoryRoot, filesFolder);
	const workflow = await withServedFrames(example, simulator);
	const chosen = { ...otherCredentials, [CREDENTIAL_TYPE]: credential };
	for (const { credentials = {} } of workflow.nodes) {
		for (const [type, stored] of Object.entries(chosen)) {
			if (credentials[type]) credentials[type] = stored;
		}
	}
	return { ...workflow, name: workflow.name ?? name };
}

/** The types of credentials that an example needs beside the package's own. */
export function otherCredentialTypes({ nodes }: WorkflowJson): string[] {
	const types = nodes.flatMap(({ credentials = {} }) => Object.keys(credentials));
	return [...new Set(types)].filter((type) => type !== CREDENTIAL_TYPE);
}
