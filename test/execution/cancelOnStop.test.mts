/** Cancel on Stop reaches every task that is still in the queue. */
import { describe, expect, it } from 'vitest';
import { picture, setupNodeTest } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, taskItem, THEN_WAIT } from '../engine/workflowBuilder.mts';
import type { Fault } from '../simulator/index.mts';

const harness = await setupNodeTest({ times: { pendingMs: 60_000, runningMs: 60_000 } });
const { simulator } = harness;
const red = simulator.serveFile('red.png', await picture('#c03030'), 'image/png');
const isCanceled = (taskId: string) => simulator.tasks.get(taskId)?.canceledAtMs !== undefined;
const waitAndCancel = { operation: 'wait', downloadVideo: false, options: { cancelOnStop: true } };

describe('Cancel on Stop cancels a task in the queue', () => {
	it('of which a server that is behind knows nothing yet', async () => {
		simulator.fault({ on: 'query', effect: 'unknown', times: 99 });
		const time = useVirtualTime();
		const run = harness.start([{}], {
			...createFrom(red),
			...THEN_WAIT,
			options: { cancelOnStop: true },
		});
		setTimeout(() => run.stop(), 10_000);
		await time.run(run.result);
		await time.pass(1_000);
		expect(harness.newTaskIds().map(isCanceled)).toEqual([true]);
	});

	it.each<[string, Fault]>([
		['that was PENDING, then UNKNOWN', { on: 'query', effect: 'unknown', skip: 1, times: 99 }],
		[
			'also where the first cancel meets a 429',
			{ on: 'cancel', effect: 'error', code: 'Throttling.RateQuota' },
		],
	])('%s', async (_, fault) => {
		const taskId = simulator.addTask({ status: 'PENDING' });
		simulator.fault(fault);
		const time = useVirtualTime();
		const run = harness.start([taskItem(taskId)], waitAndCancel);
		setTimeout(() => run.stop(), 15_000);
		await time.run(run.result);
		await time.pass(20_000);
		expect(isCanceled(taskId)).toBe(true);
	});

	it('whose item has timed out while others are waited for', async () => {
		const ids = [0.5, 30].map((minutes) => ({
			minutes,
			taskId: simulator.addTask({ status: 'PENDING' }),
		}));
		const time = useVirtualTime();
		const parameters = {
			...waitAndCancel,
			timeout: '={{ $json.minutes }}',
			options: { cancelOnStop: true, onTimeout: 'continue' },
		};
		const run = harness.start(
			ids.map((one) => ({ json: one })),
			parameters,
		);
		setTimeout(() => run.stop(), 60_000);
		await time.run(run.result);
		await time.pass(1_000);
		expect(ids.map(({ taskId }) => isCanceled(taskId))).toEqual([true, true]);
	});
});
