/** Planned executions in n8n's engine. */
import type { INode, INodeParameters } from 'n8n-workflow';
import type { Engine } from '../engine/engine.mts';
import { createFrom, itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';
import type { Fault } from '../simulator/index.mts';
import { CREATE_NODE, LAST_NODE, type EndedExecution } from './verifyRun.mts';
import { HANDLINGS, type PlannedExecution } from './plan.mts';

/** How long a node waits for tasks that never end, in minutes. */
const TIMEOUT_MINUTES = 1;

export interface PlanRun {
	readonly engine: Engine;
	/** Lets the service's next matching requests go wrong. */
	readonly fault: (fault: Fault) => Promise<void> | void;
	readonly frameUrl: string;
	/** Executions side by side, as a busy n8n has them. */
	readonly atOnce: number;
	/** Asked before each execution; default: as long as the plan has any. */
	readonly shouldContinue?: () => boolean;
}

/** Runs the plan's executions in their order; gives those that were run. */
export async function runPlan(
	plan: readonly PlannedExecution[],
	{ engine, fault, frameUrl, atOnce, shouldContinue = () => true }: PlanRun,
): Promise<EndedExecution[]> {
	const waiting = [...plan.entries()];
	const ended: EndedExecution[] = [];
	async function work(): Promise<void> {
		for (let next = waiting.shift(); next && shouldContinue(); next = waiting.shift()) {
			const [index, planned] = next;
			for (const one of planned.faults) await fault(one);
			ended.push(await runExecution(engine, `execution ${index}`, frameUrl, planned));
		}
	}
	await Promise.all(Array.from({ length: atOnce }, work));
	return ended;
}

/** Runs it to its end; `name` begins the prompts of its items. */
async function runExecution(
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
			...createFrom(frameUrl),
			prompt: '={{ $json.prompt }}',
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
