/** Many items in one run and many executions at once, in real time: is anything lost, and does the process stay lively? */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { FAMILIES } from '../../nodes/WanKeyframeVideo/models/catalog.ts';
import type { Model } from '../../nodes/WanKeyframeVideo/models/family.ts';
import { resolveModel } from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import type { Engine } from '../../test/engine/engine.mts';
import { createFrom, itemsNode, wanNode, workflow } from '../../test/engine/workflowBuilder.mts';
import type { RemoteSimulator } from './remoteSimulator.mts';

const MIB = 1024 * 1024;
const NS_PER_MS = 1_000_000;
/** How finely the event loop's delay is sampled, in ms; what is measured includes it. */
const RESOLUTION_MS = 5;

export interface Load {
	readonly name: string;
	readonly executions: number;
	readonly itemsEach: number;
}

export interface LoadFigures {
	/** Items that have no video, or another item's task. */
	readonly faults: readonly string[];
	readonly tookMs: number;
	readonly loopDelayP99Ms: number;
	/** After garbage was collected, against before. */
	readonly heapRiseMib: number;
}

/** Each limit group's model as often as the group takes creates a second, so that all groups are busy to the end. */
const MODELS: readonly Model[] = [
	...new Map(
		FAMILIES.flatMap((family) => family.models.map(({ id }) => resolveModel(family, id))).map(
			(model) => [
				model.rateLimit.group,
				Array<Model>(model.rateLimit.createsPerSecond).fill(model),
			],
		),
	).values(),
].flat();

function smallestResolution({ settings: { resolution } }: Model): string {
	return resolution?.kind === 'choice' ? (resolution.choices[0]?.value ?? '') : '';
}

/** What came out for an item; no task where there is no video. */
interface Given {
	readonly prompt: string;
	readonly taskId: unknown;
}

/** Runs the load to its end; the videos are downloaded. Throws where node runs without --expose-gc. */
export async function runLoad(
	{ name, executions, itemsEach }: Load,
	engine: Engine,
	simulator: RemoteSimulator,
): Promise<LoadFigures> {
	const wan = wanNode({
		...createFrom(simulator.frameUrl),
		model: '={{ $json.model }}',
		resolution: '={{ $json.resolution }}',
		prompt: '={{ $json.prompt }}',
		waitForCompletion: true,
	});
	const all = Array.from({ length: executions }, (_, execution) =>
		Array.from({ length: itemsEach }, (__, item) => {
			const model = MODELS[(execution * itemsEach + item) % MODELS.length];
			return {
				prompt: `${name} ${execution}, item ${item}`,
				model: model?.id ?? '',
				resolution: model ? smallestResolution(model) : '',
			};
		}),
	);
	const run = async (items: (typeof all)[number]): Promise<Given[]> => {
		const nodes = [itemsNode(items.map((json) => ({ json }))), wan];
		const result = await engine.run(workflow(nodes)).result;
		if (result.error) console.log(`${result.error.message}\n${result.error.description}`);
		return items.map(({ prompt }, item) => {
			const { json, binary } = result.items('Wan')[item] ?? {};
			return { prompt, taskId: binary && json?.['taskId'] };
		});
	};
	const heapBefore = heapBytes();
	const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	delay.enable();
	const startedMs = performance.now();
	const given = (await Promise.all(all.map(run))).flat();
	const tookMs = performance.now() - startedMs;
	delay.disable();
	const promptOf = new Map((await simulator.tasks()).map(({ id, prompt }) => [id, prompt]));
	return {
		faults: given.flatMap(({ prompt, taskId }) =>
			typeof taskId === 'string' && promptOf.get(taskId) === prompt
				? []
				: [`${prompt} has ${taskId === undefined ? 'no video' : `the task ${String(taskId)}`}`],
		),
		tookMs,
		loopDelayP99Ms: delay.percentile(99) / NS_PER_MS,
		heapRiseMib: (heapBytes() - heapBefore) / MIB,
	};
}

function heapBytes(): number {
	if (globalThis.gc === undefined) throw new Error('Run node with --expose-gc');
	globalThis.gc();
	return process.memoryUsage().heapUsed;
}
