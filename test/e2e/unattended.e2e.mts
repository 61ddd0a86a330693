/** Examples that hold nothing in n8n while a video is made: two workflows with the trigger, and push. */
import { afterAll, describe, expect, it } from 'vitest';
import { withAddresses } from '../exampleFrames.mts';
import { eventually } from './setup/eventually.mts';
import { exampleWorkflow } from './setup/exampleWorkflow.mts';
import { startInternetHosts } from './setup/internetHosts.mts';
import { itemsOf, type StoredExecution } from './setup/n8nClient.mts';
import { startObjectStorage } from './setup/objectStorage.mts';
import { makeSlack } from './setup/slack.mts';
import { startHarness } from './setup/harness.mts';
import { POLL_TIMES } from './setup/workflows.mts';

const SECOND = 1_000;
/** n8n is ended and started again while they run. */
const RUNNING_MS = 20 * SECOND;
/** EventBridge waits no longer for an answer (docs/service-facts.md#7-push). */
const LONGEST_ANSWER_MS = 5 * SECOND;

const slack = await makeSlack();
const internet = await startInternetHosts(slack.hosts);
afterAll(async () => await internet[Symbol.asyncDispose]());
const storage = await startObjectStorage();
afterAll(async () => await storage[Symbol.asyncDispose]());
const harness = await startHarness(
	{ times: { pendingMs: 300, runningMs: RUNNING_MS } },
	internet.environment,
);
const { client, credential, n8n, simulator } = harness;
const surroundings = { credential, simulator, filesFolder: n8n.filesFolder };

async function polls(count: number): Promise<void> {
	const before = simulator.count('list');
	await eventually(`${count} polls`, () =>
		simulator.count('list') >= before + count ? true : undefined,
	);
}

it('two-workflows-submit and -finish store each video once, though n8n is killed in between', async () => {
	const finish = withAddresses(
		await exampleWorkflow('two-workflows-finish', {
			...surroundings,
			otherCredentials: {
				s3: await client.createCredential('Storage', 's3', storage.credential),
				slackApi: await client.createCredential('Slack', 'slackApi', slack.credential),
			},
		}),
		{ 'https://storage.example.com': storage.url },
	);
	for (const { parameters } of finish.nodes) {
		if ('pollTimes' in parameters) parameters['pollTimes'] = POLL_TIMES;
	}
	const finishing = await client.createWorkflow(finish.name, finish);
	await client.activate(finishing);
	await polls(1);

	const submit = await exampleWorkflow('two-workflows-submit', surroundings);
	const submitting = await client.createWorkflow(submit.name, submit);
	simulator.fault({
		on: 'create',
		effect: 'failTask',
		at: 'end',
		code: 'InternalError',
		message: 'No.',
	});
	const submitted = await client.ended(await client.execute(submitting, 'Start'));
	expect(submitted.status).toBe('success');
	const taskIds = itemsOf(submitted, 'Create tasks').map(({ json }) => String(json['taskId']));
	expect(taskIds).toHaveLength(3);
	expect(await client.executions(finishing)).toEqual([]);

	await n8n.kill();
	await eventually('the ends of all tasks', () =>
		[...simulator.tasks.values()].every(({ endsAtMs }) => endsAtMs < Date.now()) ? true : undefined,
	);
	await n8n.start();
	await eventually('three messages', () => (slack.messages.length >= 3 ? true : undefined));
	await polls(2);

	const texts = slack.messages.map(({ text = '' }) => text);
	expect(texts).toHaveLength(3);
	const failed = texts.filter((text) => text.includes('was not made'));
	expect(failed).toEqual([expect.stringContaining('(FAILED): No.')]);
	expect(storage.objects.size).toBe(2);
	for (const [name, { contentType }] of storage.objects) {
		expect(contentType).toBe('video/mp4');
		expect(taskIds.map((taskId) => `keyframe-videos/${taskId}.mp4`)).toContain(name);
		expect(texts.filter((text) => text.includes(`${storage.url}/${name}`))).toHaveLength(1);
	}
	expect(harness.count('create')).toBe(3);
	await client.deactivate(finishing);
});

describe('push-eventbridge', async () => {
	const token = { name: 'x-eventbridge-signature-token', value: 'a long random text' };
	const example = await exampleWorkflow('push-eventbridge', {
		...surroundings,
		otherCredentials: {
			httpHeaderAuth: await client.createCredential('Token', 'httpHeaderAuth', token),
		},
	});
	const stored = await client.createWorkflow(example.name, example);
	await client.activate(stored);

	async function push(taskId: string, withResult = false, value = token.value): Promise<Response> {
		const body = JSON.stringify(simulator.finishedEvent(taskId, { withResult }));
		const headers = { 'content-type': 'application/json;charset=utf-8', [token.name]: value };
		return await eventually('the webhook', async () => {
			const signal = AbortSignal.timeout(LONGEST_ANSWER_MS);
			const request = { method: 'POST', headers, body, signal };
			const response = await fetch(`${n8n.url}/webhook/wan-video-finished`, request);
			return response.status === 404 ? undefined : response;
		});
	}

	/** Pushes events one after another, and gives what they started once all have ended. */
	async function executionsOf(
		...pushes: Array<() => Promise<Response>>
	): Promise<StoredExecution[]> {
		const before = (await client.executions(stored)).length;
		for (const send of pushes) expect((await send()).status).toBe(200);
		const ids = await eventually('the executions', async () => {
			const all = await client.executions(stored);
			return all.length >= before + pushes.length ? all : undefined;
		});
		const ours = ids.slice(0, ids.length - before).toReversed();
		return await Promise.all(ours.map(async (id) => await client.ended(id)));
	}

	const used = (executions: StoredExecution[], node: string) =>
		executions.flatMap((execution) => itemsOf(execution, node)).map(({ json }) => json);

	it('hands a task over once, though its event comes twice', async () => {
		const taskId = simulator.addTask({ status: 'SUCCEEDED' });
		const executions = await executionsOf(
			async () => await push(taskId),
			async () => await push(taskId),
		);

		expect(executions.map(({ status }) => status)).toEqual(['success', 'success']);
		expect(used(executions, 'Use the video')).toMatchObject([
			{ taskId, status: 'SUCCEEDED', videoUrl: expect.stringContaining('http') },
		]);
		expect(harness.count('query')).toBe(1);
	});

	it('takes the result from an event that brings it', async () => {
		const taskId = simulator.addTask({ status: 'SUCCEEDED' });
		const executions = await executionsOf(async () => await push(taskId, true));

		expect(used(executions, 'Use the video')).toMatchObject([
			{ taskId, status: 'SUCCEEDED', videoUrl: expect.stringContaining('http') },
		]);
		expect(harness.count('query')).toBe(0);
	});

	it.each([false, true])(
		'tells of a task that failed, with the result in the event: %s',
		async (withResult) => {
			const failure = { code: 'DataInspectionFailed', message: 'No.' };
			const taskId = simulator.addTask({ status: 'FAILED', failure });
			const executions = await executionsOf(async () => await push(taskId, withResult));

			expect(used(executions, 'Handle the failure')).toMatchObject([
				{ taskId, status: 'FAILED', failureCode: failure.code, failureMessage: failure.message },
			]);
			expect(used(executions, 'Use the video')).toEqual([]);
		},
	);

	it('turns down who does not know the token', async () => {
		const taskId = simulator.addTask({ status: 'SUCCEEDED' });
		const before = (await client.executions(stored)).length;
		expect((await push(taskId, false, 'another text')).status).toBe(403);
		expect(await client.executions(stored)).toHaveLength(before);
	});
});
