import { getEventListeners } from 'node:events';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { timersAfterStop } from '../engine/differences.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, wanNode, workflow, createFrom, THEN_WAIT } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, told } from '../engine/nodeTest.mts';

const stage = await setupNodeTest({ times: { pendingMs: 5_000, runningMs: 600_000 } });
const red = stage.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

const createAndWait = {
	...createFrom(red),
	...THEN_WAIT,
};
const wait = { operation: 'wait', downloadVideo: false };

function start(
	items: Parameters<typeof itemsNode>[0],
	parameters: Parameters<typeof wanNode>[0],
	settings?: Parameters<typeof wanNode>[1],
	options?: Parameters<typeof stage.engine.run>[1],
) {
	return stage.engine.run(workflow([itemsNode(items), wanNode(parameters, settings)]), options);
}

/** Requests that arrive within a minute from now. */
async function requestsOfTheNextMinute(time: ReturnType<typeof useVirtualTime>): Promise<number> {
	const before = stage.simulator.requests.length;
	await time.run(new Promise((resolve) => setTimeout(resolve, 60_000)));
	return stage.simulator.requests.length - before;
}

const pendingTasks = (count: number) =>
	Array.from({ length: count }, () => ({
		json: { taskId: stage.simulator.addTask({ status: 'PENDING' }) },
	}));

// What n8n sets up with its first request has timers of its own.
beforeAll(async () => void (await stage.run(pendingTasks(1), { operation: 'getStatus' })));

describe.each([1, 5, 40])('with %s items, Stop', (count) => {
	it('ends the run at once, leaves no timer and sends nothing more', async () => {
		const time = useVirtualTime();
		const run = start(pendingTasks(count), wait);
		setTimeout(() => run.stop(), 33_000);
		const result = await time.run(run.result);

		expect(result.run.status).toBe('canceled');
		expect(time.elapsedMs()).toBeLessThanOrEqual(33_100);
		expect(vi.getTimerCount()).toBeLessThanOrEqual(timersAfterStop);
		expect(await requestsOfTheNextMinute(time)).toBe(0);
	});

	it('is listened for no more often than with one item', async () => {
		const time = useVirtualTime();
		const listening = vi.spyOn(AbortSignal.prototype, 'addEventListener');
		const run = start(pendingTasks(count), wait);
		let listeners = NaN;
		setTimeout(() => {
			listeners = [...new Set<unknown>(listening.mock.contexts)]
				.filter((signal) => signal instanceof AbortSignal)
				.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0);
			run.stop();
		}, 7_000);
		await time.run(run.result);
		listening.mockRestore();

		// The Stop button, the execution, the run, and for its one timer n8n's sleep and the clock.
		// A request that is under way on a busy machine has some of n8n's own.
		expect(listeners).toBeLessThanOrEqual(8);
	});
});

it.each([['the time-out of the workflow', { executionTimeoutMs: 20_000 }]])(
	'%s takes the same way',
	async (_, options) => {
		const time = useVirtualTime();
		const run = start(pendingTasks(2), wait, {}, options);
		const result = await time.run(run.result);

		expect(result.run.status).toBe('canceled');
		expect(time.elapsedMs()).toBeLessThanOrEqual(20_100);
		expect(vi.getTimerCount()).toBeLessThanOrEqual(timersAfterStop);
		expect(await requestsOfTheNextMinute(time)).toBe(0);
	},
);

it("a task that outlasts the node's own Timeout is asked for no more, and leaves no timer", async () => {
	const time = useVirtualTime();
	const result = await time.run(start(pendingTasks(3), { ...wait, timeout: 1 }).result);

	expect(told(result)).toContain("did not end within the 'Timeout' of 1 min");
	expect(time.elapsedMs()).toBeLessThanOrEqual(60_100);
	expect(vi.getTimerCount()).toBeLessThanOrEqual(timersAfterStop);
	expect(await requestsOfTheNextMinute(time)).toBe(0);
});

it('a run that was stopped before it began sends nothing', async () => {
	const run = start([{}], createAndWait, {}, { onNodeStart: () => run.stop() });
	await run.result;

	expect(stage.count('create')).toBe(0);
	expect(stage.count('query')).toBe(0);
});

it('Retry On Fail does not go on after Stop', async () => {
	const time = useVirtualTime();
	const run = start([{}], createAndWait, { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 });
	setTimeout(() => run.stop(), 10_000);
	await time.run(run.result);

	expect(stage.count('create')).toBe(1);
	expect(await requestsOfTheNextMinute(time)).toBe(0);
});

describe('Cancel on Stop', () => {
	const canceling = { ...wait, options: { cancelOnStop: true } };
	const statusOf = (taskId: string) =>
		stage.simulator.tasks.get(taskId)?.canceledAtMs === undefined ? 'left' : 'canceled';

	it('cancels the tasks that are still in the queue and no others', async () => {
		const time = useVirtualTime();
		const pending = stage.simulator.addTask({ status: 'PENDING' });
		const running = stage.simulator.addTask({ status: 'RUNNING' });
		const run = start([{ json: { taskId: pending } }, { json: { taskId: running } }], canceling);
		setTimeout(() => run.stop(), 20_000);
		const result = await time.run(run.result);

		expect(time.elapsedMs()).toBeLessThanOrEqual(20_100);
		expect(told(result)).toContain(pending);
		await time.run(new Promise((resolve) => setTimeout(resolve, 1_000)));
		expect([pending, running].map(statusOf)).toEqual(['canceled', 'left']);
		expect(stage.count('cancel')).toBe(1);
	});

	it('keeps to the pace, and does not hold Stop up, with many tasks', async () => {
		const time = useVirtualTime();
		const items = pendingTasks(60);
		const run = start(items, canceling);
		setTimeout(() => run.stop(), 20_000);
		await time.run(run.result);

		expect(time.elapsedMs()).toBeLessThanOrEqual(20_100);
		await time.run(new Promise((resolve) => setTimeout(resolve, 10_000)));
		expect(items.map(({ json }) => statusOf(json.taskId))).toEqual(Array(60).fill('canceled'));
	});

	it('is off unless it is switched on', async () => {
		const time = useVirtualTime();
		const run = start(pendingTasks(1), wait);
		setTimeout(() => run.stop(), 20_000);
		await time.run(run.result);
		await time.run(new Promise((resolve) => setTimeout(resolve, 1_000)));

		expect(stage.count('cancel')).toBe(0);
	});

	it('cancels nothing when another item fails the node', async () => {
		const time = useVirtualTime();
		const failed = stage.simulator.addTask({ status: 'FAILED' });
		const items = [...pendingTasks(2), { json: { taskId: failed } }];
		const result = await time.run(start(items, canceling).result);
		await time.run(new Promise((resolve) => setTimeout(resolve, 1_000)));

		expect(told(result)).toContain(`Task ${failed} is FAILED`);
		expect(stage.count('cancel')).toBe(0);
	});
});
