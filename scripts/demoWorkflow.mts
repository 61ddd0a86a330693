import path from 'node:path';
import { readWorkflow, type WorkflowJson } from '../test/engine/workflowBuilder.mts';

/** A workflow whose relative paths are resolved: what it reads below `root`, what it writes to `output`. */
export async function workflowWithPaths(
	file: string,
	root: string,
	output: string,
): Promise<WorkflowJson> {
	const workflow = await readWorkflow(file);
	for (const { type, parameters } of workflow.nodes) {
		if (type !== 'n8n-nodes-base.readWriteFile') continue;
		const { fileSelector, fileName } = parameters;
		if (typeof fileSelector === 'string') {
			const [, sign = '', selector = ''] = /^(=?)(.*)$/.exec(fileSelector) ?? [];
			parameters['fileSelector'] = sign + path.resolve(root, selector);
		}
		if (typeof fileName === 'string') parameters['fileName'] = path.resolve(output, fileName);
	}
	return workflow;
}
