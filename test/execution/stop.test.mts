// The log must be set up before the engine loads.
import { recordLog } from '../engine/n8nLog.mts';
import { getEventListeners } from 'node:events';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { timersAfterStop } from '../engine/n8nVersions.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, THEN_WAIT, wanNode } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest({ times: { pendingMs: 5_000, runningMs: 600_000 } });
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

const createAndWait = {
	...createFrom(red),
	...THEN_WAIT,
};
const wait = { operation: 'wait', downloadVideo: false };

/** Requests that arrive within a minute from now. */
async function requestsOfTheNextMinute(time: ReturnType<typeof useVirtualTime>): Promise<number> {
	const before = harness.simulator.requests.length;
	await time.pass(60_000);
	return harness.simulator.requests.length - before;
}

const pendingTasks = (count: number) =>
	Array.from({ length: count }, () => ({
		json: { taskId: harness.simulator.addTask({ status: 'PENDING' }) },
	}));

// What n8n sets up with its first request has timers of its own.
beforeAll(async () => void (await harness.run(pendingTasks(1), { operation: 'getStatus' })));

describe.each([1, 5, 40])('with %s items, Stop', (count) => {
	it('ends the run at once, leaves no timer and sends nothing more', async () => {
		const time = useVirtualTime();
		const run = harness.start(pendingTasks(count), wait);
		setTimeout(() => run.stop(), 33_000);
		const result = await time.run(run.result);

		expect(result.run.status).toBe('canceled');
		expect(time.elapsedMs()).toBeLessThanOrEqual(33_100);
		expect(vi.getTimerCount()).toBeLessThanOrEqual(timersAfterStop);
		expect(await requestsOfTheNextMinute(time)).toBe(0);
	});

	it('is listened for a few times only, however many items there are', async () => {
		const time = useVirtualTime();
		const listening = vi.spyOn(AbortSignal.prototype, 'addEventListener');
		const run = harness.start(pendingTasks(count), wait);
		let listeners = NaN;
		setTimeout(() => {
			listeners = [...new Set<unknown>(listening.mock.contexts)]
				.filter((signal) => signal instanceof AbortSignal)
				.reduce((most, signal) => Math.max(most, getEventListeners(signal, 'abort').length), 0);
			run.stop();
		}, 7_000);
		await time.run(run.result);
		listening.mockRestore();

		// Node warns from eleven listeners on one signal on.
		expect(listeners).toBeLessThanOrEqual(5);
	});
});

it.each([['the time-out of the workflow', { executionTimeoutMs: 20_000 }]])(
	'%s takes the same way',
	async (_, options) => {
		const time = useVirtualTime();
		const run = harness.start(pendingTasks(2), wait, {}, options);
		const result = await time.run(run.result);

		expect(result.run.status).toBe('canceled');
		expect(time.elapsedMs()).toBeLessThanOrEqual(20_100);
		expect(vi.getTimerCount()).toBeLessThanOrEqual(timersAfterStop);
		expect(await requestsOfTheNextMinute(time)).toBe(0);
	},
);

it("a task that outlasts the node's own Timeout is asked for no more, and leaves no timer", async () => {
	const time = useVirtualTime();
	const result = await time.run(harness.start(pendingTasks(3), { ...wait, timeout: 1 }).result);

	expect(errorText(result)).toContain("did not end within the 'Timeout (Minutes)' of 1 min");
	expect(time.elapsedMs()).toBeLessThanOrEqual(60_100);
	expect(vi.getTimerCount()).toBeLessThanOrEqual(timersAfterStop);
	expect(await requestsOfTheNextMinute(time)).toBe(0);
});

it('a run that was stopped before it began sends nothing', async () => {
	const run = harness.start([{}], createAndWait, {}, { onNodeStart: () => run.stop() });
	await run.result;

	expect(harness.count('create')).toBe(0);
	expect(harness.count('query')).toBe(0);
});

it('Retry On Fail does not go on after Stop', async () => {
	const time = useVirtualTime();
	const run = harness.start([{}], createAndWait, {
		retryOnFail: true,
		maxTries: 3,
		waitBetweenTries: 1,
	});
	setTimeout(() => run.stop(), 10_000);
	await time.run(run.result);

	expect(harness.count('create')).toBe(1);
	expect(await requestsOfTheNextMinute(time)).toBe(0);
});

describe('Cancel on Stop', () => {
	const canceling = { ...wait, options: { cancelOnStop: true } };
	const statusOf = (taskId: string) =>
		harness.simulator.tasks.get(taskId)?.canceledAtMs === undefined ? 'left' : 'canceled';

	it('cancels the tasks that are still in the queue and no others', async () => {
		const time = useVirtualTime();
		const pending = harness.simulator.addTask({ status: 'PENDING' });
		const running = harness.simulator.addTask({ status: 'RUNNING' });
		const run = harness.start(
			[{ json: { taskId: pending } }, { json: { taskId: running } }],
			canceling,
		);
		setTimeout(() => run.stop(), 20_000);
		const result = await time.run(run.result);

		expect(time.elapsedMs()).toBeLessThanOrEqual(20_100);
		expect(errorText(result)).toContain(pending);
		await time.pass(1_000);
		expect([pending, running].map(statusOf)).toEqual(['canceled', 'left']);
		expect(harness.count('cancel')).toBe(1);
	});

	it('keeps to the pace, and does not hold Stop up, with many tasks', async () => {
		const time = useVirtualTime();
		const items = pendingTasks(60);
		const run = harness.start(items, canceling);
		setTimeout(() => run.stop(), 20_000);
		await time.run(run.result);

		expect(time.elapsedMs()).toBeLessThanOrEqual(20_100);
		await time.pass(10_000);
		expect(items.map(({ json }) => statusOf(json.taskId))).toEqual(Array(60).fill('canceled'));
	});

	it('is off unless it is switched on', async () => {
		const time = useVirtualTime();
		const run = harness.start(pendingTasks(1), wait);
		setTimeout(() => run.stop(), 20_000);
		await time.run(run.result);
		await time.pass(1_000);

		expect(harness.count('cancel')).toBe(0);
	});

	it('cancels nothing when another item fails the node', async () => {
		const time = useVirtualTime();
		const failed = harness.simulator.addTask({ status: 'FAILED' });
		const items = [...pendingTasks(2), { json: { taskId: failed } }];
		const result = await time.run(harness.start(items, canceling).result);
		await time.pass(1_000);

		expect(errorText(result)).toContain(`Task ${failed} is FAILED`);
		expect(harness.count('cancel')).toBe(0);
	});
});

describe('a create that has left when Stop is pressed', () => {
	const sevenItems = Array.from({ length: 7 }, () => ({}));
	/** The model takes five creates a second, so two are not sent yet. */
	const STOP_AFTER_MS = 900;
	const isSent = 5;

	/** The tasks exist at once, the answers take a second and a half. */
	async function stopDuringCreates(
		parameters: Parameters<typeof wanNode>[0],
		settings?: Parameters<typeof wanNode>[1],
	) {
		harness.simulator.fault({
			on: 'create',
			effect: 'drip',
			chunkBytes: 20,
			everyMs: 200,
			times: 9,
		});
		const before = [...harness.simulator.tasks.keys()];
		const time = useVirtualTime({ heldRequests: harness.heldRequests });
		const run = harness.start(sevenItems, parameters, settings);
		setTimeout(() => run.stop(), STOP_AFTER_MS);
		const result = await time.run(run.result);
		await time.pass(2_000);
		const tasks = [...harness.simulator.tasks.values()].filter(({ id }) => !before.includes(id));
		return { result, tasks };
	}

	it('ends with its answer: all IDs are in the message, in the custom data and in the log', async () => {
		const log = recordLog();
		const { result, tasks } = await stopDuringCreates(createAndWait);
		const logged = log.map(({ message }) => message);

		expect(result.run.status).toBe('canceled');
		expect(harness.count('create')).toBe(tasks.length);
		expect(tasks).toHaveLength(isSent);
		for (const { id } of tasks) {
			expect(errorText(result)).toContain(id);
			expect(result.customData['dashScopeTaskIds']).toContain(id);
			expect(logged).toContain(`DashScope created the task ${id} while the execution was stopped`);
		}
		expect(result.error?.message).toBe('Creating was canceled after 5 of 7 items were sent');
	});

	it('is canceled with Cancel on Stop', async () => {
		const { result, tasks } = await stopDuringCreates({
			...createAndWait,
			options: { cancelOnStop: true },
		});

		expect(tasks.map(({ canceledAtMs }) => canceledAtMs !== undefined)).toEqual(
			Array(isSent).fill(true),
		);
		for (const { id } of tasks) expect(errorText(result)).toContain(`${id} (asked to be canceled)`);
		expect(harness.count('cancel')).toBe(isSent);
	});

	it('is not canceled by a Create that does not wait, and its ID is known', async () => {
		const { result, tasks } = await stopDuringCreates(createFrom(red));

		expect(tasks).toHaveLength(isSent);
		for (const { id } of tasks) expect(result.customData['dashScopeTaskIds']).toContain(id);
		expect(harness.count('cancel')).toBe(0);
		expect(result.error?.message).toBe('Creating was canceled after 5 of 7 items were sent');
	});

	it('is sent once under Retry On Fail', async () => {
		const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		const { tasks } = await stopDuringCreates(createAndWait, retry);

		expect(tasks).toHaveLength(isSent);
		expect(harness.count('create')).toBe(isSent);
	});

	it('whose answer never came is told of as one that may have made a task', async () => {
		harness.simulator.fault({ on: 'create', effect: 'reset', when: 'after', times: 1 });
		const { result } = await stopDuringCreates(createAndWait);

		expect(errorText(result)).toMatch(/Item \d: a task may have been created/);
	});
});
