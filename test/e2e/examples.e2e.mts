/** The example workflows, imported into a real n8n and run to their end. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withAddresses } from '../exampleFrames.mts';
import type { SimulatedTask } from '../simulator/tasks/tasks.mts';
import { TestClient } from '../simulator/testClient.mts';
import { readVideo } from '../video/video.mts';
import { eventually } from './setup/eventually.mts';
import { exampleWorkflow } from './setup/exampleWorkflow.mts';
import { startInternetHosts } from './setup/internetHosts.mts';
import { itemsOf, roundsOf } from './setup/n8nClient.mts';
import { startObjectStorage } from './setup/objectStorage.mts';
import { makeSlack } from './setup/slack.mts';
import { startHarness } from './setup/harness.mts';

/** n8n's Wait node keeps an execution in the database for this many seconds and more. */
const SHORTEST_DURABLE_WAIT = 65;
/** After that wait, n8n looks once a minute for executions that are due. */
const DURABLE_MS = 240_000;

const slack = await makeSlack();
const internet = await startInternetHosts(slack.hosts);
afterAll(async () => await internet[Symbol.asyncDispose]());
const harness = await startHarness(
	// Short videos overtake long ones, so that mixed-up items would show.
	{ times: ({ video }) => ({ pendingMs: 300, runningMs: 700 * video.seconds }) },
	internet.environment,
);
const { client, credential, n8n, simulator } = harness;
const surroundings = { credential, simulator, filesFolder: n8n.filesFolder };

it('keyframe-transition saves a video made of both frames', async () => {
	const example = await exampleWorkflow('keyframe-transition', surroundings);
	const workflow = await client.createWorkflow(example.name, example);
	const execution = await client.ended(await client.execute(workflow, 'Start'));

	expect(execution.status).toBe('success');
	const [item] = itemsOf(execution, 'Create transition');
	expect(item?.json).toMatchObject({ status: 'SUCCEEDED', videoSeconds: 5, resolution: '720P' });
	const saved = await readFile(path.join(n8n.filesFolder, 'keyframe-transition.mp4'));
	expect((await readVideo(saved)).seconds).toBeCloseTo(5, 1);
	if (item === undefined) throw new Error('The node put out nothing');
	expect((await client.download(item)).equals(saved)).toBe(true);
});

it('storyboard-to-film saves one film of four clips', async () => {
	const example = await exampleWorkflow('storyboard-to-film', surroundings);
	const workflow = await client.createWorkflow(example.name, example);
	const execution = await client.ended(await client.execute(workflow, 'Start'));

	expect(execution.status).toBe('success');
	const [item, ...others] = itemsOf(execution, 'Create film');
	expect(others).toEqual([]);
	expect(item?.json).toMatchObject({
		clips: [0, 1, 2, 3].map((from) => ({ segment: { from, to: (from + 1) % 4 } })),
		billedSeconds: 12,
	});
	const saved = await readFile(path.join(n8n.filesFolder, 'storyboard-film.mp4'));
	expect((await readVideo(saved)).seconds).toBeCloseTo(12, 1);
});

it(
	'create-and-poll-durable finishes though n8n was killed while it waited and the service was away',
	async () => {
		const example = await exampleWorkflow('create-and-poll-durable', surroundings);
		for (const { parameters } of example.nodes) {
			if ('amount' in parameters) parameters['amount'] = SHORTEST_DURABLE_WAIT;
		}
		const workflow = await client.createWorkflow(example.name, example);
		const id = await client.execute(workflow, 'Start');
		await eventually('an execution that waits', async () =>
			(await client.status(id)) === 'waiting' ? true : undefined,
		);
		await n8n.kill();
		simulator.fault({ on: 'query', effect: 'error', code: 'ModelUnavailable', status: 503 });
		await n8n.start();

		const execution = await client.ended(id);
		expect(execution.status).toBe('success');
		const [item] = itemsOf(execution, 'Use the video');
		const [taskId] = [...simulator.tasks.keys()].slice(-1);
		expect(item?.json).toMatchObject({ taskId, status: 'SUCCEEDED' });
		expect(item?.binary?.['data']?.mimeType).toBe('video/mp4');
		expect(itemsOf(execution, 'Handle the failure')).toEqual([]);
		expect(harness.count('create')).toBe(1);
	},
	DURABLE_MS,
);

describe('batch-to-storage-and-slack', async () => {
	const storage = await startObjectStorage();
	afterAll(async () => await storage[Symbol.asyncDispose]());
	const example = withAddresses(
		await exampleWorkflow('batch-to-storage-and-slack', {
			...surroundings,
			otherCredentials: {
				s3: await client.createCredential('Storage', 's3', storage.credential),
				slackApi: await client.createCredential('Slack', 'slackApi', slack.credential),
			},
		}),
		{ 'https://storage.example.com': storage.url },
	);

	async function run() {
		const workflow = await client.createWorkflow(example.name, example);
		storage.clear();
		slack.messages.length = 0;
		const tasksBefore = simulator.tasks.size;
		const execution = await client.ended(await client.execute(workflow, 'Start'));
		expect(execution.status).toBe('success');
		const tasks = [...simulator.tasks.values()].slice(tasksBefore);
		return itemsOf(execution, 'One item per row').map(({ json: { name, prompt } }) => {
			const task = tasks.find(({ video }) => video.prompt === prompt);
			if (task === undefined) throw new Error(`No task was created for ${name}`);
			return { name: String(name), task };
		});
	}

	async function videoOf({ id }: SimulatedTask): Promise<Buffer> {
		const { at } = await new TestClient(simulator).query(id);
		const response = await fetch(String(at('output.video_url')));
		return Buffer.from(await response.arrayBuffer());
	}

	it('stores the video of each row and announces it with a link that works', async () => {
		const rows = await run();

		expect(rows.map(({ name }) => name)).toEqual(['look-up', 'leave', 'look-up-teaser']);
		const videos = await Promise.all(rows.map(({ task }) => videoOf(task)));
		// Otherwise none could be told from another.
		expect(new Set(videos.map((video) => video.toString('base64'))).size).toBe(rows.length);
		const texts = slack.messages.map(({ channel, text = '' }) => {
			expect(channel).toBe('#videos');
			return text;
		});
		expect(texts).toHaveLength(rows.length);
		for (const [index, { name, task }] of rows.entries()) {
			const object = storage.objects.get(`keyframe-videos/${name}.mp4`);
			expect(object?.contentType).toBe('video/mp4');
			expect(videos[index]?.equals(object?.bytes ?? Buffer.of()), name).toBe(true);
			const link = `${storage.url}/keyframe-videos/${name}.mp4`;
			expect(texts[index]).toBe(`*${name}* is ready (${task.video.seconds} s): <${link}>`);
			expect((await fetch(link)).status).toBe(200);
		}
		expect(storage.objects.size).toBe(rows.length);
		expect(harness.count('create')).toBe(rows.length);
	});

	it('announces the row that failed, and stores the others', async () => {
		const message = 'Input data may contain inappropriate content.';
		simulator.fault({ on: 'create', effect: 'failTask', code: 'DataInspectionFailed', message });
		const rows = await run();

		const failed = rows.filter(({ task }) => task.failure).map(({ name }) => name);
		expect(failed).toHaveLength(1);
		const made = rows.map(({ name }) => name).filter((name) => !failed.includes(name));
		expect([...storage.objects.keys()]).toEqual(made.map((name) => `keyframe-videos/${name}.mp4`));
		const texts = slack.messages.map(({ text }) => text);
		expect(texts).toEqual([
			...made.map((name) => expect.stringContaining(`*${name}* is ready`)),
			expect.stringMatching(`^\\*${failed[0]}\\* was not made: .*content inspection`),
		]);
	});
});

describe('retry-same-task', () => {
	async function run() {
		const example = await exampleWorkflow('retry-same-task', surroundings);
		for (const { parameters } of example.nodes) {
			if ('amount' in parameters) parameters['amount'] = 1;
		}
		const workflow = await client.createWorkflow(example.name, example);
		return await client.ended(await client.execute(workflow, 'Start'));
	}

	it('gets the video of the task that was paid though the waiting broke off twice', async () => {
		simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', times: 2 });
		const execution = await run();

		expect(execution.status).toBe('success');
		expect(roundsOf(execution, 'Wait for video')).toBe(3);
		const [item] = itemsOf(execution, 'Use the video');
		const [taskId] = [...simulator.tasks.keys()].slice(-1);
		expect(item?.json).toMatchObject({ taskId, status: 'SUCCEEDED' });
		expect(item?.binary?.['data']?.mimeType).toBe('video/mp4');
		expect(harness.count('create')).toBe(1);
	});

	it('gives up after three further tries', async () => {
		simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', times: 100 });
		const execution = await run();

		expect(execution.status).toBe('success');
		expect(roundsOf(execution, 'Wait for video')).toBe(4);
		expect(itemsOf(execution, 'Use the video')).toEqual([]);
		const [item] = itemsOf(execution, 'Tell somebody');
		expect(item?.json['error']).toContain('does not accept the API key');
		expect(harness.count('create')).toBe(1);
	});
});
