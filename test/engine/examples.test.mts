/** The workflows in `examples/` run as they are, apart from the credential and the paths. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowWithPaths } from '../../scripts/demoWorkflow.mts';
import { type Simulator, startSimulator } from '../simulator/index.mts';
import { type Engine, startEngine } from './engine.mts';
import { repositoryRoot } from './underTest.mts';
import { useVirtualTime } from './virtualTime.mts';

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
			dashScopeApi: { apiKey: simulator.key, region: 'custom', baseUrl: simulator.url },
		},
	});
	output = await mkdtemp(path.join(tmpdir(), 'examples-'));
});

afterAll(async () => {
	await simulator.close();
	await rm(output, { recursive: true });
});

function example(name: string) {
	const file = path.join(repositoryRoot, 'examples', `${name}.json`);
	return workflowWithPaths(file, repositoryRoot, output);
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
			for (const end of ['first', 'last']) {
				if (!(`${end}FrameUrl` in parameters)) continue;
				const picture = path.join(repositoryRoot, `examples/frames/${end}.png`);
				const bytes = await readFile(picture);
				parameters[`${end}FrameUrl`] = simulator.serveFile(`${end}.png`, bytes, 'image/png');
			}
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
