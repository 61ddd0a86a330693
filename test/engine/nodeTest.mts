/** What the node's engine tests share: a simulated service, an engine with its key, frames to send. */
import type { INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';
import { afterAll, beforeEach, expect } from 'vitest';
import { credentialFor } from '../credential.mts';
import { type Engine, type EngineResult, type RunOptions, startEngine } from './engine.mts';
import {
	itemsNode,
	type NodeSettings,
	type SourceItem,
	wanNode,
	workflow,
} from './workflowBuilder.mts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/index.mts';

/** Small videos: what is in them is the business of other tests. */
const MAX_PIXELS = 64 * 64;

/** The node in n8n's engine, with a simulator of the service. */
export interface Harness {
	readonly simulator: Simulator;
	readonly engine: Engine;
	/** Begins a run of the node on these items. */
	start(
		items: SourceItem[],
		parameters: Parameters<typeof wanNode>[0],
		settings?: NodeSettings,
		options?: RunOptions,
	): ReturnType<Engine['run']>;
	/** Runs the node on these items, to its end. */
	run(
		items: SourceItem[],
		parameters: Parameters<typeof wanNode>[0],
		settings?: NodeSettings,
	): Promise<EngineResult>;
	/** For virtual time: requests that a fault of the simulator keeps silent. */
	heldRequests(): number;
	/** The bodies of all creates that arrived since the test began. */
	createdBodies(): unknown[];
	/** The IDs of all tasks that were made since the test began, in their order. */
	newTaskIds(): string[];
	/** Requests of a kind since the test began. */
	count(kind: Parameters<Simulator['count']>[0]): number;
}

/** Tests run in quick succession; those of the limits set their own.
 * Call it once in a test file, at top level: everything is closed when the file's tests are done. */
export async function setupNodeTest(options: SimulatorOptions = {}): Promise<Harness> {
	const simulator = await startSimulator({
		maxPixels: MAX_PIXELS,
		limits: { createsPerSecond: 1000, running: 1000, queriesPerSecond: 1000 },
		// Unpacking happens in other threads, where virtual time does not see it.
		gzip: false,
		...options,
	});
	const engine = await startEngine({ credentials: { dashScopeApi: credentialFor(simulator) } });
	let begin = 0;
	let before = new Set<string>();
	beforeEach(() => {
		simulator.clearFaults();
		begin = simulator.requests.length;
		before = new Set(simulator.tasks.keys());
	});
	afterAll(async () => await simulator.close());
	const sinceBegin = () => simulator.requests.slice(begin);
	const start: Harness['start'] = (items, parameters, settings, options) =>
		engine.run(workflow([itemsNode(items), wanNode(parameters, settings)]), options);
	return {
		simulator,
		engine,
		start,
		run: async (items, parameters, settings) => await start(items, parameters, settings).result,
		heldRequests: () => simulator.heldRequests,
		createdBodies: () =>
			sinceBegin().flatMap(({ kind, body }) => (kind === 'create' ? [body] : [])),
		newTaskIds: () => [...simulator.tasks.keys()].filter((id) => !before.has(id)),
		count: (kind) => sinceBegin().filter((request) => request.kind === kind).length,
	};
}

/** A plain image without alpha. */
export async function picture(
	colour: string,
	{
		width = 640,
		height = 360,
		format = 'png',
	}: { width?: number; height?: number; format?: 'png' | 'jpeg' | 'webp' } = {},
): Promise<Buffer> {
	return await sharp({ create: { width, height, channels: 3, background: colour } })
		.toFormat(format)
		.toBuffer();
}

/** The message and the description of the error that ended a run. */
export function errorText(result: EngineResult): string {
	expect(result.error, 'the run ended without an error').toBeDefined();
	const { message = '', description = '' } = result.error ?? {};
	return `${message}\n${description ?? ''}`;
}

/** What items hold beside their files, as one text to look into. */
export const jsonText = (items: readonly INodeExecutionData[]): string =>
	JSON.stringify(items.map(({ json }) => json));
