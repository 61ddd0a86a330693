/** What users build around the node, run by n8n itself: called from outside, failing, retrying, stopped. */
import { expect, it } from 'vitest';
import type { NodeSettings } from '../engine/workflowBuilder.mts';
import { statusAt } from '../simulator/index.mts';
import { readVideo } from '../video/video.mts';
import { eventually } from './setup/eventually.mts';
import { itemsOf } from './setup/n8nClient.mts';
import { startHarness } from './setup/harness.mts';
import { postFrames, wanNode, webhookWorkflow } from './setup/workflows.mts';

const QUICK_MODEL = 'wan2.7-i2v';
const SLOW_MODEL = 'wan2.2-kf2v-flash';

const harness = await startHarness({
	// The quick one has ended before the node's first query, two seconds after the create.
	times: ({ model }) => ({ pendingMs: 300, runningMs: model.id === SLOW_MODEL ? 600_000 : 700 }),
});
const { client, credential, n8n, simulator } = harness;

/** A workflow that is called with both frames and ends with the node. */
async function serve(
	webhookPath: string,
	parameters: Parameters<typeof wanNode>[1],
	settings: NodeSettings = {},
	answer?: Parameters<typeof webhookWorkflow>[2],
) {
	const nodes = [wanNode(credential, parameters, settings)];
	const stored = await client.createWorkflow(
		webhookPath,
		webhookWorkflow(webhookPath, nodes, answer),
	);
	await client.activate(stored);
	return stored;
}

it('answers a call that brings two frames with the video', async () => {
	const parameters = { model: QUICK_MODEL, resolution: '720P', duration: 2 };
	const workflow = await serve('video', parameters, {}, 'firstEntryBinary');
	const response = await postFrames(n8n.url, 'video');

	expect(response.status).toBe(200);
	expect(response.headers.get('content-type')).toBe('video/mp4');
	const facts = await readVideo(Buffer.from(await response.arrayBuffer()));
	expect(facts).toMatchObject({ codec: 'h264', hasAudio: true });
	expect(facts.seconds).toBeCloseTo(2, 1);

	const execution = await client.ended(await client.latestExecution(workflow));
	const [item] = itemsOf(execution, 'Wan');
	const [taskId] = [...simulator.tasks.keys()].slice(-1);
	expect(item?.json).toMatchObject({
		taskId,
		status: 'SUCCEEDED',
		finished: true,
		videoSeconds: 2,
		resolution: '720P',
	});
	expect(item?.binary?.['data']).toMatchObject({
		mimeType: 'video/mp4',
		fileName: `${taskId}.mp4`,
		fileType: 'video',
	});
	expect(item?.pairedItem).toEqual({ item: 0 });
	expect(harness.count('create')).toBe(1);
});

it('sends an item whose task failed to the error branch', async () => {
	const workflow = await serve(
		'error-branch',
		{ model: QUICK_MODEL },
		{ onError: 'continueErrorOutput' },
	);
	const message = 'Input data may contain inappropriate content.';
	simulator.fault({ on: 'create', effect: 'failTask', code: 'DataInspectionFailed', message });
	await postFrames(n8n.url, 'error-branch');

	const execution = await client.ended(await client.latestExecution(workflow));
	expect(execution.status).toBe('success');
	expect(itemsOf(execution, 'Wan', 0)).toEqual([]);
	const [item] = itemsOf(execution, 'Wan', 1);
	const [taskId] = [...simulator.tasks.keys()].slice(-1);
	expect(`${item?.json['error']} ${item?.json['message']}`).toContain('content inspection');
	expect(JSON.stringify(item?.json)).toContain(taskId);
});

it('pays once when Retry On Fail runs it again', async () => {
	const workflow = await serve(
		'retry',
		{ model: QUICK_MODEL },
		{ retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
	);
	simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', times: 2 });
	await postFrames(n8n.url, 'retry');

	const execution = await client.ended(await client.latestExecution(workflow));
	expect(execution.status).toBe('success');
	expect(itemsOf(execution, 'Wan')[0]?.json).toMatchObject({ status: 'SUCCEEDED' });
	expect(harness.count('query')).toBe(3);
	expect(harness.count('create')).toBe(1);
});

it('asks nothing more once the execution is stopped', async () => {
	const slow = await serve('slow', {
		model: SLOW_MODEL,
		options: { polling: 'fixed', pollInterval: 1, cancelOnStop: false },
	});
	const call = postFrames(n8n.url, 'slow');
	await eventually('two queries', () => (harness.count('query') >= 2 ? true : undefined));
	const [taskId] = [...simulator.tasks.keys()].slice(-1);
	const executionId = await client.latestExecution(slow);
	await client.stop(executionId);
	const { status } = await client.ended(executionId);
	expect(status).toBe('canceled');
	await call;

	const asked = () => simulator.requests.filter(({ path }) => path.endsWith(`${taskId}`)).length;
	const askedBefore = asked();
	// Another video takes more than the two seconds in which the stopped one would have asked again.
	await serve('meanwhile', { model: QUICK_MODEL });
	await postFrames(n8n.url, 'meanwhile');
	expect(asked()).toBe(askedBefore);
	const task = [...simulator.tasks.values()].find(({ id }) => id === taskId);
	expect(task && statusAt(task, Date.now())).toBe('RUNNING');
});
