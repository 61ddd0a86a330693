/** One planned execution in n8n's engine. */
import type { INode, INodeParameters } from 'n8n-workflow';
import type { Engine } from '../engine/engine.mts';
import { itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { CREATE_NODE, LAST_NODE, type EndedExecution } from './account.mts';
import { HANDLINGS, type PlannedExecution } from './plan.mts';

/** How long a node waits for tasks that never end, in minutes. */
const TIMEOUT_MINUTES = 1;

/** Runs it to its end; `name` begins the prompts of its items. */
export async function runExecution(
	engine: Engine,
	name: string,
	frameUrl: string,
	planned: PlannedExecution,
): Promise<EndedExecution> {
	const prompts = Array.from({ length: planned.items }, (_, item) => `${name}, item ${item}`);
	const nodes = [itemsNode(prompts.map((prompt) => ({ json: { prompt } }))), ...wanNodes()];
	const run = engine.run(workflow(nodes));
	const stopping =
		planned.stopAfterMs === undefined ? undefined : setTimeout(run.stop, planned.stopAfterMs);
	const result = await run.result;
	clearTimeout(stopping);
	return { planned, prompts, result };

	function wanNodes(): INode[] {
		const create: INodeParameters = {
			operation: 'create',
			firstFrameUrl: frameUrl,
			lastFrameUrl: frameUrl,
			prompt: '={{ $json.prompt }}',
			resolution: '720P',
			duration: 2,
		};
		const settings = HANDLINGS[planned.handling];
		const last = { ...settings, name: LAST_NODE };
		const timeout = TIMEOUT_MINUTES;
		return planned.inOneNode
			? [wanNode({ ...create, waitForCompletion: true, timeout }, last)]
			: [
					wanNode(create, { ...settings, name: CREATE_NODE }),
					wanNode({ operation: 'wait', timeout }, last),
				];
	}
}
