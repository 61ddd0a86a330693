/** The trigger in a real n8n that is killed and started again. */
import { beforeAll, expect, it } from 'vitest';
import { node, workflow } from '../engine/workflowBuilder.mts';
import { eventually } from './setup/eventually.mts';
import { itemsOf, type StoredWorkflow } from './setup/n8nClient.mts';
import { TRIGGER_TYPE } from './setup/paths.mts';
import { startHarness } from './setup/harness.mts';
import { triggerNode } from './setup/workflows.mts';

const SECOND = 1_000;

const harness = await startHarness();
const { client, credential, n8n, simulator } = harness;

let stored: StoredWorkflow;

/** A task that ends so many milliseconds from now; gives its ID. */
function addTask(endsInMs: number, model = 'wan2.7-i2v'): string {
	const nowMs = Date.now();
	const startedAtMs = nowMs + Math.min(0, endsInMs - SECOND);
	const endedAtMs = nowMs + endsInMs;
	return simulator.addTask({ model, submittedAtMs: startedAtMs - 1, startedAtMs, endedAtMs });
}

/** The IDs of the tasks that started the workflow, in the order of its executions. */
async function startedBy(): Promise<unknown[]> {
	const executions = (await client.executions(stored)).toReversed();
	const ids: unknown[] = [];
	for (const execution of executions) {
		const ended = await client.ended(execution);
		expect(ended.status).toBe('success');
		ids.push(...itemsOf(ended, 'After').map(({ json }) => json['taskId']));
	}
	return ids;
}

async function polls(count: number): Promise<void> {
	const before = simulator.count('list');
	await eventually(`${count} polls`, () =>
		simulator.count('list') >= before + count ? true : undefined,
	);
}

/** What started the workflow once it is so many tasks, and nothing more for two polls. */
async function startedByTasks(count: number): Promise<unknown[]> {
	await eventually(`${count} tasks that started the workflow`, async () =>
		(await startedBy()).length >= count ? true : undefined,
	);
	await polls(2);
	return await startedBy();
}

beforeAll(async () => {
	addTask(-60 * SECOND);
	const nodes = [triggerNode(credential), node('n8n-nodes-base.noOp', {}, { name: 'After' })];
	stored = await client.createWorkflow('Ended tasks', workflow(nodes));
	await client.activate(stored);
	await polls(1);
});

it('starts the workflow once for each task that ends, also while n8n is killed and does not run', async () => {
	const first = [addTask(SECOND), addTask(2 * SECOND)];
	const long = addTask(40 * SECOND);
	addTask(SECOND, 'kling/kling-v3-video-generation-of-others');
	expect(await startedByTasks(2)).toEqual(first);

	await n8n.kill();
	const meanwhile = addTask(10);
	await n8n.start();
	expect(await startedByTasks(3)).toEqual([...first, meanwhile]);

	// Killed again, at once: n8n has stored nothing since.
	await n8n.kill();
	await n8n.start();
	expect(await startedByTasks(4)).toEqual([...first, meanwhile, long]);
});

it('gives the latest task in a test of the editor, and nothing twice by that', async () => {
	const before = await startedBy();
	const latest = addTask(-10);
	await startedByTasks(before.length + 1);
	const execution = await client.ended(await client.execute(stored, 'Trigger'));
	expect(itemsOf(execution, 'After').map(({ json }) => json['taskId'])).toEqual([latest]);
	await polls(2);
	// The test's own execution is among them.
	expect(await startedBy()).toEqual([...before, latest, latest]);
});

it("is shown in the editor with its output's fields before its first run", async () => {
	const schema = await client.read<{ properties: object }>(`/schemas/${TRIGGER_TYPE}/1.0.0.json`);
	expect(Object.keys(schema.properties)).toEqual(
		expect.arrayContaining(['taskId', 'status', 'videoUrl']),
	);
});

it('shows that the key is not accepted in the list of executions', async () => {
	simulator.fault({ on: 'list', effect: 'error', code: 'InvalidApiKey', status: 401 });
	const failed = await eventually('a failed execution', async () => {
		const [latest] = await client.executions(stored);
		if (latest === undefined || (await client.status(latest)) !== 'error') return undefined;
		return await client.ended(latest);
	});
	expect(failed.data.resultData.error?.message).toBe('DashScope does not accept the API key');
});
