/** n8n on many machines: its queue mode, with workers that share the work, and one that is killed. */
import type { INodeExecutionData } from 'n8n-workflow';
import { expect, it, onTestFinished, vi } from 'vitest';
import { node, workflow } from '../engine/workflowBuilder.mts';
import { startSimulator } from '../simulator/index.mts';
import { picture } from '../simulator/testClient.mts';
import { CREDENTIAL_TYPE, credentialFor } from '../credential.mts';
import { eventually } from './setup/eventually.mts';
import { itemsOf } from './setup/n8nClient.mts';
import { NODE_TYPE } from './setup/paths.mts';
import { startQueueHarness } from './setup/queueMode.mts';
import { postPictures, wanNode, webhookWorkflow } from './setup/workflows.mts';

const QUICK_MODEL = 'wan2.7-i2v';
/** Runs long enough for a worker to be killed meanwhile. */
const SLOW_MODEL = 'wan2.2-kf2v-flash';

/** A worker runs so many executions at once: the least that n8n recommends. */
const CONCURRENCY = 5;

/** Some rounds of two workers, so that the last one's end matters little. */
const MEASURED_VIDEOS = 40;

// Each test starts two processes of n8n, which takes long on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const harness = await startQueueHarness({
	times: ({ model }) => ({ pendingMs: 300, runningMs: model.id === SLOW_MODEL ? 8_000 : 700 }),
});
const { client, credential, n8n, simulator } = harness;

/** The name of the item's one file. */
const FILE_NAME = '={{ Object.keys($binary)[0] }}';

/** A workflow that makes a video of each picture that it is called with, with the picture's name as prompt. */
async function serve(webhookPath: string, model: string, account = credential) {
	const create = wanNode(account, {
		model,
		firstFrameBinaryProperty: FILE_NAME,
		lastFrameBinaryProperty: FILE_NAME,
		prompt: FILE_NAME,
		options: { polling: 'fixed', pollInterval: 1 },
	});
	const split = node('n8n-nodes-base.splitOut', { fieldToSplitOut: '$binary' });
	const stored = await client.createWorkflow(
		webhookPath,
		webhookWorkflow(webhookPath, [split, create]),
	);
	await client.activate(stored);
	return stored;
}

/** Pictures that differ, by name. */
async function scenes(from: number, count: number): Promise<Map<string, Buffer>> {
	const made = new Map<string, Buffer>();
	for (let scene = from; scene < from + count; scene += 1) {
		made.set(`scene ${scene}`, await picture(256, 256, `hsl(${scene * 18}, 80%, 50%)`));
	}
	return made;
}

/** The service's answers to the creates since the test began. */
const createAnswers = () => harness.requests('create').map(({ status }) => status);

/** How many creates made a task that is to be paid. */
const paidCreates = () => createAnswers().filter((status) => status === 200).length;

/** There is an item for each picture, and its file is, byte for byte, what the service made of that picture. */
async function expectVideos(
	items: readonly INodeExecutionData[],
	pictures: ReadonlyMap<string, Buffer>,
): Promise<void> {
	expect(items.map(({ json }) => json['prompt']).sort()).toEqual([...pictures.keys()].sort());
	const different = new Set<string>();
	for (const item of items) {
		const { taskId, videoUrl, prompt } = item.json;
		const video = simulator.tasks.get(String(taskId))?.video;
		expect(video?.prompt).toBe(prompt);
		expect(video?.first).toEqual(pictures.get(String(prompt)));
		expect(videoUrl).toContain(`/${taskId}/`);
		const made = await (await fetch(String(videoUrl))).arrayBuffer();
		const kept = await client.download(item);
		expect(kept.equals(Buffer.from(made)), `the video of task ${taskId}`).toBe(true);
		expect(item.binary?.['data']?.id).toMatch(/^database:/);
		different.add(kept.toString('base64'));
	}
	expect(different.size).toBe(items.length);
}

it('makes 20 videos in four executions on two workers, each paid once', async () => {
	// The four are more than one worker takes, so that both have to work.
	await using one = await harness.startWorker(2);
	await using other = await harness.startWorker(2);
	const served = await serve('scenes', QUICK_MODEL);
	const batches = await Promise.all([0, 5, 10, 15].map(async (from) => await scenes(from, 5)));
	const answers = await Promise.all(
		batches.map(async (pictures) => await postPictures(n8n.url, 'scenes', pictures)),
	);

	expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
	const ids = await client.executions(served);
	const executions = await Promise.all(ids.map(async (id) => await client.ended(id)));
	expect(executions.map(({ status }) => status)).toEqual(Array(4).fill('success'));
	const items = executions.flatMap((execution) => itemsOf(execution, 'Wan'));
	await expectVideos(items, new Map(batches.flatMap((pictures) => [...pictures])));

	const [byOne, byOther] = [await one.executions(), await other.executions()];
	expect(byOne.length).toBeGreaterThan(0);
	expect(byOther.length).toBeGreaterThan(0);
	expect([...byOne, ...byOther].sort()).toEqual([...ids].sort());
	// Each worker keeps the account's limit by itself, so both together meet refusals, which cost nothing.
	expect(createAnswers().filter((status) => status !== 429)).toEqual(Array(20).fill(200));
});

it('loses no task and pays none again when the worker that waits for it is killed', async () => {
	const startedAfter = new Date().toISOString();
	await using one = await harness.startWorker(CONCURRENCY);
	await using other = await harness.startWorker(CONCURRENCY);
	const served = await serve('lost', SLOW_MODEL);
	const pictures = await scenes(0, 2);
	const call = postPictures(n8n.url, 'lost', pictures);
	await eventually('waiting', () => (harness.count('query') >= 2 ? true : undefined));
	const lost = await client.latestExecution(served);
	const isWithOne = (await one.executions()).includes(lost);
	const [killed, left] = isWithOne ? [one, other] : [other, one];
	expect(await killed.executions()).toEqual([lost]);
	await killed.kill();

	expect((await client.ended(lost)).status).toBe('error');
	expect((await call).status).toBe(500);
	expect(await left.executions()).toEqual([]);
	await client.retry(lost);
	expect(paidCreates()).toBe(2);

	const find = { operation: 'getMany', returnAll: true, filters: { startedAfter } };
	const credentials = { [CREDENTIAL_TYPE]: credential };
	const recovery = await client.createWorkflow(
		'recovery',
		workflow([
			node('n8n-nodes-base.manualTrigger', {}, { name: 'Start' }),
			node(NODE_TYPE, find, { name: 'Find', credentials }),
			node(NODE_TYPE, { operation: 'wait' }, { name: 'Wait', credentials }),
		]),
	);
	const recovered = await client.ended(await client.execute(recovery, 'Start'));
	expect(recovered.status).toBe('success');
	const items = itemsOf(recovered, 'Wait');
	await expectVideos(items, pictures);
	expect(paidCreates()).toBe(2);
});

it('tells how many videos a minute one and two workers make', async () => {
	// Of the account's limits nothing shall be seen, only of n8n's.
	const limits = { createsPerSecond: 1_000, running: 1_000, queriesPerSecond: 1_000 };
	const times = { pendingMs: 300, runningMs: 700 };
	const generous = await startSimulator({ maxPixels: 64 * 64, times, limits });
	onTestFinished(async () => await generous.close());
	const account = await client.createCredential(
		'No limits',
		CREDENTIAL_TYPE,
		credentialFor(generous),
	);
	await serve('throughput', QUICK_MODEL, account);
	const pictures = await scenes(0, 1);
	const makeVideos = async (count: number) => {
		const calls = Array.from({ length: count }, async () => {
			const answer = await postPictures(n8n.url, 'throughput', pictures);
			expect(answer.status).toBe(200);
		});
		const beginMs = performance.now();
		await Promise.all(calls);
		return (count * 60_000) / (performance.now() - beginMs);
	};
	const measure = async (workers: string) => {
		// What a process does for the first time takes longer.
		await makeVideos(CONCURRENCY);
		const perMinute = await makeVideos(MEASURED_VIDEOS);
		console.log(`${workers}: ${Math.round(perMinute)} videos a minute`);
	};

	await using _one = await harness.startWorker(CONCURRENCY);
	await measure('One worker');
	await using _other = await harness.startWorker(CONCURRENCY);
	await measure('Two workers');
	expect(generous.tasks.size).toBe(2 * (CONCURRENCY + MEASURED_VIDEOS));
});
