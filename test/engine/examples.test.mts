/**
 * The workflows in `examples/` run as they are, apart from the credential, the paths and the frames' addresses.
 * Those that need another service or a chat model run in a real n8n only (`test/e2e`).
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowWithPaths } from '../../scripts/demoWorkflow.mts';
import { credentialFor } from '../credential.mts';
import { withServedFrames } from '../exampleFrames.mts';
import { type Simulator, startSimulator } from '../simulator/index.mts';
import { type Engine, startEngine } from './engine.mts';
import { n8nWorkflow } from './n8n.mts';
import { loadPackage } from './nodeTypes.mts';
import { repositoryRoot } from '../repositoryRoot.mts';
import { useVirtualTime } from './virtualTime.mts';
import { readWorkflow } from './workflowBuilder.mts';

/** The simulator draws a whole video within one test; a small one keeps that short. */
const MAX_PIXELS = 40_000;
const TEST_MS = 30_000;

let simulator: Simulator;
let engine: Engine;
let output: string;

beforeAll(async () => {
	simulator = await startSimulator({ maxPixels: MAX_PIXELS });
	engine = await startEngine({
		credentials: {
			dashScopeApi: credentialFor(simulator),
		},
	});
	output = await mkdtemp(path.join(tmpdir(), 'examples-'));
});

afterAll(async () => {
	await simulator.close();
	await rm(output, { recursive: true });
});

const examplesFolder = path.join(repositoryRoot, 'examples');

async function example(name: string) {
	const file = path.join(examplesFolder, `${name}.json`);
	return await withServedFrames(await workflowWithPaths(file, repositoryRoot, output), simulator);
}

it(
	'keyframe-transition saves a video made of both frames',
	async () => {
		const workflow = await example('keyframe-transition');
		const virtual = useVirtualTime();
		const result = await virtual.run(engine.run(workflow).result);

		expect(result.error).toBeUndefined();
		expect(result.items('Create transition')[0]?.json).toMatchObject({ status: 'SUCCEEDED' });
		const video = await readFile(path.join(output, 'keyframe-transition.mp4'));
		expect(video.subarray(4, 8).toString()).toBe('ftyp');
	},
	TEST_MS,
);

it(
	'create-and-poll-durable loops until the task has finished',
	async () => {
		const workflow = await example('create-and-poll-durable');
		for (const { parameters } of workflow.nodes) {
			// One round finds the task running, the next one finds it done.
			if ('amount' in parameters) parameters['amount'] = 40;
		}
		const virtual = useVirtualTime();
		const result = await virtual.run(engine.run(workflow).result);

		expect(result.error).toBeUndefined();
		expect(result.rounds('Wait')).toHaveLength(2);
		expect(result.items('Use the video')).toHaveLength(1);
		expect(result.items('Use the video')[0]?.binary?.['data']?.mimeType).toBe('video/mp4');
		expect(result.items('Handle the failure')).toEqual([]);
	},
	TEST_MS,
);

it(
	'retry-same-task waits again for the task that was paid',
	async () => {
		const workflow = await example('retry-same-task');
		const createsBefore = simulator.count('create');
		simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', times: 2 });
		const virtual = useVirtualTime();
		const result = await virtual.run(engine.run(workflow).result);

		expect(result.error).toBeUndefined();
		expect(result.rounds('Wait for video')).toHaveLength(3);
		const [taskId] = [...simulator.tasks.keys()].slice(-1);
		expect(result.items('Use the video')).toMatchObject([
			{ json: { taskId, status: 'SUCCEEDED' }, binary: { data: { mimeType: 'video/mp4' } } },
		]);
		expect(simulator.count('create')).toBe(createsBefore + 1);
	},
	TEST_MS,
);

/** What n8n adds to a node that is used as a tool. */
const TOOL_PARAMETERS = ['descriptionType', 'toolDescription'];

// n8n ignores what a node does not know, and the example would do something else than it shows.
it.each((await readdir(examplesFolder)).filter((name) => name.endsWith('.json')))(
	'the example %s sets only fields that the node has',
	async (name) => {
		const loader = await loadPackage(repositoryRoot);
		const type = n8nWorkflow.NodeHelpers.getVersionedNodeType(
			loader.getNode('wanKeyframeVideo').type,
		);
		const known = type.description.properties.map((property) => property.name);
		const { nodes } = await readWorkflow(path.join(examplesFolder, name));
		const own = nodes.filter((node) => node.type.startsWith(`${loader.packageName}.`));
		expect(own).not.toHaveLength(0);
		for (const { parameters } of own) {
			expect([...known, ...TOOL_PARAMETERS]).toEqual(
				expect.arrayContaining(Object.keys(parameters)),
			);
		}
	},
);
