import { describe, expect, it } from 'vitest';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, wanNode, workflow, createFrom, THEN_WAIT } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const RUN_MS = 21_000;
const RUNNING = 5;

const harness = await setupNodeTest({
	times: { pendingMs: 30, runningMs: RUN_MS },
	limits: { running: RUNNING, createsPerSecond: 1000, queriesPerSecond: 1000 },
});
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

const createAndWait = {
	...createFrom(red),
	...THEN_WAIT,
	prompt: '={{ $json.p }}',
	duration: 2,
};
const wait = { operation: 'wait', downloadVideo: false };
const prompts = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ json: { p: `number ${index}` } }));

describe('many items at once', () => {
	it('are done hardly later than the service can be, in order and paired', async () => {
		const time = useVirtualTime();
		const result = await time.run(harness.run(prompts(20), createAndWait));
		const items = result.items('Wan');

		expect(time.elapsedMs()).toBeLessThanOrEqual((20 / RUNNING) * RUN_MS * 1.1);
		expect(items.map(({ json }) => json['prompt'])).toEqual(prompts(20).map(({ json }) => json.p));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
			prompts(20).map((_, item) => ({ item })),
		);
	});

	it('do not stop for a bad one where the node goes on', async () => {
		const time = useVirtualTime();
		harness.simulator.fault({
			on: 'create',
			effect: 'failTask',
			code: 'DataInspectionFailed',
			message: 'Output data may contain inappropriate content.',
			skip: 2,
		});
		const result = await time.run(
			harness.run(prompts(5), createAndWait, { onError: 'continueRegularOutput' }),
		);
		const items = result.items('Wan');

		expect(items.map(({ json }) => json['error'] !== undefined)).toEqual([
			false,
			false,
			true,
			false,
			false,
		]);
		expect(items[4]?.json['prompt']).toBe('number 4');
	});
});

describe('an item that is done', () => {
	const done = () => harness.simulator.addTask({ status: 'SUCCEEDED' });
	const running = () => harness.simulator.addTask({ status: 'RUNNING' });

	it('comes out when another runs into its time-out, where the node goes on', async () => {
		const time = useVirtualTime();
		const tasks = [running(), done()];
		const items = tasks.map((taskId) => ({ json: { taskId } }));
		const result = await time.run(
			harness.run(items, { ...wait, timeout: 1 }, { onError: 'continueRegularOutput' }),
		);

		const [late, ended] = result.items('Wan');
		expect(late?.json['error']).toContain(tasks[0]);
		expect(ended?.json).toMatchObject({ taskId: tasks[1], status: 'SUCCEEDED' });
	});

	describe.each([
		['Stop', {}],
		["the workflow's time-out", { executionTimeoutMs: 20_000 }],
	])('comes out at %s', (_, options) => {
		it.each([
			['continueRegularOutput', 0],
			['continueErrorOutput', 1],
		] as const)('where the node goes on by %s', async (onError, errorBranch) => {
			const time = useVirtualTime();
			const tasks = [running(), done()];
			const items = tasks.map((taskId) => ({ json: { taskId } }));
			const run = harness.engine.run(
				workflow([itemsNode(items), wanNode(wait, { onError })]),
				options,
			);
			setTimeout(() => run.stop(), 20_000);
			const result = await time.run(run.result);

			expect(result.run.status).toBe('canceled');
			expect(result.items('Wan', 0)).toContainEqual(
				expect.objectContaining({
					json: expect.objectContaining({ taskId: tasks[1], status: 'SUCCEEDED' }),
					pairedItem: { item: 1 },
				}),
			);
			const errors = result.items('Wan', errorBranch).flatMap(({ json }) => json['error'] ?? []);
			expect(errors).toEqual([`Waiting for task ${tasks[0]} was canceled (item 0)`]);
		});
	});

	it('is named with its state when another fails the node', async () => {
		const time = useVirtualTime();
		const tasks = [running(), done(), running()];
		const items = tasks.map((taskId) => ({ json: { taskId } }));
		const result = await time.run(harness.run(items, { ...wait, timeout: 1 }));

		expect(errorText(result)).toContain(`Item 0: ${tasks[0]} (RUNNING)`);
		expect(errorText(result)).toContain(`Item 1: ${tasks[1]} (SUCCEEDED)`);
		expect(errorText(result)).toContain(`Item 2: ${tasks[2]} (RUNNING)`);
	});

	it('is named with its state when the run is stopped', async () => {
		const time = useVirtualTime();
		const tasks = [running(), done()];
		const run = harness.engine.run(
			workflow([itemsNode(tasks.map((taskId) => ({ json: { taskId } }))), wanNode(wait)]),
		);
		setTimeout(() => run.stop(), 20_000);
		const result = await time.run(run.result);

		expect(errorText(result)).toContain(`Item 0: ${tasks[0]} (RUNNING)`);
		expect(errorText(result)).toContain(`Item 1: ${tasks[1]} (SUCCEEDED)`);
	});
});

it('a video that ends just at the time-out comes out', async () => {
	const time = useVirtualTime();
	const now = Date.now();
	const taskId = harness.simulator.addTask({
		status: 'SUCCEEDED',
		submittedAtMs: now - 1_000,
		startedAtMs: now,
		endedAtMs: now + 59_900,
	});
	const result = await time.run(harness.run([{ json: { taskId } }], { ...wait, timeout: 1 }));

	expect(result.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
});
