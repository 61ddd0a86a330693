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
import { readVideo } from '../video/video.mts';
import { useVirtualTime } from './virtualTime.mts';
import { readWorkflow } from './workflowBuilder.mts';

/** The simulator draws a whole video within one test; a small one keeps that short. */
const MAX_PIXELS = 40_000;
const TEST_MS = 30_000;

let simulator: Simulator;
let engine: Engine;
let output: string;

beforeAll(async () => {
	// Unpacking happens in other threads, where virtual time does not see it.
	simulator = await startSimulator({ maxPixels: MAX_PIXELS, gzip: false });
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
	'create-and-poll-durable loops until the task has finished, also past queries that are refused',
	async () => {
		// The node tries again after the first by itself, n8n's Retry On Fail after the second.
		simulator.fault({ on: 'query', effect: 'error', code: 'ModelUnavailable', status: 503 });
		simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', status: 401 });
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
		expect(result.rounds('Handle the failure')).toEqual([]);
	},
	TEST_MS,
);

it(
	'create-and-poll-durable hands over a task that failed',
	async () => {
		const workflow = await example('create-and-poll-durable');
		simulator.fault({
			on: 'create',
			effect: 'failTask',
			code: 'DataInspectionFailed',
			message: 'No.',
		});
		const result = await useVirtualTime().run(engine.run(workflow).result);

		expect(result.error).toBeUndefined();
		expect(result.items('Handle the failure')).toMatchObject([
			{ json: { status: 'FAILED', failureCode: 'DataInspectionFailed' } },
		]);
		expect(result.rounds('Use the video')).toEqual([]);
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

it(
	'storyboard-to-film saves one film of four clips',
	async () => {
		const workflow = await example('storyboard-to-film');
		const tasksBefore = simulator.tasks.size;
		const virtual = useVirtualTime();
		const result = await virtual.run(engine.run(workflow).result);

		expect(result.error).toBeUndefined();
		expect(result.items('Create film')).toMatchObject([
			{ json: { clips: [0, 1, 2, 3].map((index) => ({ segment: { index } })), billedSeconds: 12 } },
		]);
		const prompts = [...simulator.tasks.values()].slice(-4).map(({ video }) => video.prompt);
		expect(prompts).toContainEqual(expect.stringContaining('Clouds gather again'));
		const film = await readFile(path.join(output, 'storyboard-film.mp4'));
		expect((await readVideo(film)).seconds).toBeCloseTo(12, 1);
		// Not the creates: the tests before have used the second's share, and one may be refused first.
		expect(simulator.tasks.size).toBe(tasksBefore + 4);
	},
	2 * TEST_MS,
);

/** What n8n adds to a node that is used as a tool, and to a trigger that is polled. */
const N8N_PARAMETERS = ['descriptionType', 'toolDescription', 'pollTimes'];

// n8n ignores what a node does not know, and the example would do something else than it shows.
it.each((await readdir(examplesFolder)).filter((name) => name.endsWith('.json')))(
	'the example %s sets only fields that the node has',
	async (name) => {
		const loader = await loadPackage(repositoryRoot);
		const knownTo = (type: string) => {
			const name = type.replace(`${loader.packageName}.`, '').replace(/Tool$/, '');
			const { description } = n8nWorkflow.NodeHelpers.getVersionedNodeType(
				loader.getNode(name).type,
			);
			return description.properties.map((property) => property.name);
		};
		const { nodes } = await readWorkflow(path.join(examplesFolder, name));
		const own = nodes.filter((node) => node.type.startsWith(`${loader.packageName}.`));
		expect(own).not.toHaveLength(0);
		for (const { type, parameters } of own) {
			expect([...knownTo(type), ...N8N_PARAMETERS]).toEqual(
				expect.arrayContaining(Object.keys(parameters)),
			);
		}
	},
);
