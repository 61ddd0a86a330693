/** What the user gets when a node ends before all of its items do, and the words in which it is told. */
import { describe, expect, it } from 'vitest';
import { startEngine } from '../engine/engine.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, itemsNode, taskItem, wanNode, workflow } from '../engine/workflowBuilder.mts';

const harness = await setupNodeTest({ times: { pendingMs: 500, runningMs: 20_000 } });
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');
const wait = { operation: 'wait' };

describe('when one item fails the node', () => {
	it("its end does not wait for another item's download", async () => {
		const failed = harness.simulator.addTask({ status: 'FAILED' });
		const slow = harness.simulator.addTask({ status: 'SUCCEEDED' });
		harness.simulator.fault({
			on: 'query',
			effect: 'taskStatus',
			status: 'RUNNING',
			taskId: failed,
		});
		harness.simulator.fault({ on: 'result', effect: 'drip', chunkBytes: 10, everyMs: 1_000 });
		const time = useVirtualTime({ heldRequests: harness.heldRequests });
		const result = await time.run(harness.run([taskItem(slow), taskItem(failed)], wait));

		expect(errorText(result)).toContain(`Task ${failed} is FAILED`);
		expect(harness.count('result')).toBe(1);
		expect(time.elapsedMs()).toBeLessThan(15_000);
	});

	it('names the tasks that can still be fetched, and no others', async () => {
		const ended = (['FAILED', 'CANCELED', 'SUCCEEDED'] as const).map((status) =>
			harness.simulator.addTask({ status }),
		);
		const [failed = '', canceled = '', succeeded = ''] = ended;
		harness.simulator.fault({
			on: 'query',
			effect: 'taskStatus',
			status: 'RUNNING',
			taskId: failed,
		});
		const result = await useVirtualTime().run(
			harness.run([failed, succeeded].map(taskItem), { ...wait, downloadVideo: false }),
		);
		const alone = await useVirtualTime().run(harness.run([taskItem(canceled)], wait));

		expect(errorText(result)).toContain(`Item 1: ${succeeded} (SUCCEEDED)`);
		expect(errorText(result)).not.toContain('Item 0:');
		expect(errorText(alone)).not.toContain('Tasks of this run exist');
	});

	it('names a task of which one server does not know yet when another item fails', async () => {
		const [failed = '', known = ''] = (['CANCELED', 'SUCCEEDED'] as const).map((status) =>
			harness.simulator.addTask({ status }),
		);
		const query = { on: 'query', times: 1 } as const;
		const running = { ...query, effect: 'taskStatus', status: 'RUNNING' } as const;
		harness.simulator.fault({ ...running, taskId: failed });
		harness.simulator.fault({ ...running, taskId: known });
		harness.simulator.fault({ ...query, effect: 'unknown', times: 9, taskId: known });
		const result = await useVirtualTime().run(harness.run([known, failed].map(taskItem), wait));

		expect(errorText(result)).toContain(`Item 0: ${known} (RUNNING)`);
	});

	it('does not speak of tasks of which nothing was heard', async () => {
		const taskId = harness.simulator.addTask({ status: 'RUNNING' });
		harness.simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', times: 9 });
		const result = await useVirtualTime().run(harness.run([taskItem(taskId)], wait));

		expect(errorText(result)).toContain('does not accept the API key');
		expect(errorText(result)).not.toContain('Tasks of this run exist');
		expect(errorText(result)).not.toContain('not asked for yet');
	});
});

describe('an execution that failed is not taken for a canceled one', () => {
	it.each([
		['the name of a picture', { firstFrameUrl: 'x.example/canceled order.png' }],
		['a model', { model: '={{ "canceled-model" }}' }],
	])('where %s has the word in it', async (_, parameters) => {
		const result = await harness.run([{}], { ...createFrom(red), ...parameters });

		expect(result.run.status).toBe('error');
		// The word is still there for the eye.
		expect(errorText(result).replace(/\u200b/g, '')).toContain('canceled');
	});

	it('where the task ID has the word in it', async () => {
		const result = await harness.run([taskItem('canceled/1')], wait);

		expect(result.run.status).toBe('error');
	});
});

describe('On Timeout: Continue', () => {
	const continuing = { ...wait, timeout: 1, options: { onTimeout: 'continue' } };

	it('lets the item come through as it stands, also where no query was answered', async () => {
		const [silent = '', running = ''] = [0, 1].map(() =>
			harness.simulator.addTask({ status: 'RUNNING' }),
		);
		harness.simulator.fault({
			on: 'query',
			effect: 'error',
			code: 'ModelUnavailable',
			taskId: silent,
			times: 999,
		});
		const result = await useVirtualTime().run(
			harness.run([silent, running].map(taskItem), continuing),
		);

		expect(result.error).toBeUndefined();
		expect(result.items('Wan')).toMatchObject([
			{ json: { taskId: silent, finished: false }, pairedItem: { item: 0 } },
			{ json: { taskId: running, status: 'RUNNING', finished: false }, pairedItem: { item: 1 } },
		]);
	});
});

describe('a message about the time-out', () => {
	it('tells a short one in seconds', async () => {
		const taskId = harness.simulator.addTask({ status: 'RUNNING' });
		const result = await useVirtualTime().run(
			harness.run([taskItem(taskId)], { ...wait, timeout: 0.1 }),
		);

		expect(errorText(result)).toContain("did not end within the 'Timeout (Minutes)' of 6 s");
	});

	it('says that the status is not known, where no query was answered', async () => {
		const taskId = harness.simulator.addTask({ status: 'RUNNING' });
		harness.simulator.fault({ on: 'query', effect: 'error', code: 'ModelUnavailable', times: 999 });
		const result = await useVirtualTime().run(
			harness.run([taskItem(taskId)], { ...wait, timeout: 1 }),
		);

		expect(errorText(result)).toContain('Its status is not known.');
	});
});

it('a create that may have made a task is not advised to be sent again', async () => {
	harness.simulator.fault({ on: 'create', effect: 'error', code: 'ModelUnavailable' });
	const result = await harness.run([{}], createFrom(red));

	expect(errorText(result)).toContain('A task may have been created all the same');
	expect(errorText(result)).toContain('DashScope said (HTTP 503): ModelUnavailable');
	expect(errorText(result)).not.toContain('Run this again');
});

it('an expression that cannot be evaluated is told with its item and the way on', async () => {
	const result = await harness.run([{}], {
		...createFrom(red),
		prompt: "={{ $('Nowhere').item }}",
	});

	expect(result.error?.message).toMatch(/^The expression of .* cannot be evaluated \(item 0\)$/);
	expect(errorText(result)).toContain('Cause: ');
	expect(harness.count('create')).toBe(0);
});

it('a credential that is incomplete is told once for all items, or on each where the node continues', async () => {
	const dashScopeApi = { apiKey: 'sk-any', region: 'eu-central-1', workspaceId: '' };
	const engine = await startEngine({ credentials: { dashScopeApi } });
	const run = async (settings: Parameters<typeof wanNode>[1]) =>
		await engine.run(workflow([itemsNode([{}, {}]), wanNode(createFrom(red), settings)])).result;
	const failed = await run({});
	const continued = await run({ onError: 'continueRegularOutput' });

	expect(failed.error?.message).toMatch(/^'Workspace ID' in the DashScope credential .*[^)]$/);
	expect(continued.items('Wan').map(({ json: { error } }) => error)).toEqual([
		expect.stringContaining("'Workspace ID' in the DashScope credential"),
		expect.stringContaining("'Workspace ID' in the DashScope credential"),
	]);
});
