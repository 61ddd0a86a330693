/** The trigger loses no task and gives none twice, whatever the list and the queries say. */
import { describe, expect, it } from 'vitest';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { setupNodeTest } from '../engine/nodeTest.mts';
import { useVirtualTime, type VirtualTime } from '../engine/virtualTime.mts';
import { triggerNode, workflow } from '../engine/workflowBuilder.mts';

const harness = await setupNodeTest({ times: { pendingMs: 60_000, runningMs: 60_000 } });
const { simulator, engine } = harness;
const quick = await setupNodeTest({
	times: { pendingMs: 500, runningMs: 20_000 },
	listPages: { maxSize: 10, larger: 'reduced' },
});
const MINUTE = 60_000;
const after = async (time: VirtualTime, ms: number) =>
	await time.run(new Promise((resolve) => setTimeout(resolve, ms)));

describe('the trigger', () => {
	const idsOf = (items: readonly INodeExecutionData[]) => items.map((item) => item.json['taskId']);
	const withId = (id: string, parameters: INodeParameters = {}) => ({
		...workflow([triggerNode(parameters)]),
		id,
	});

	it('does not lose a running task that one answer of the list calls UNKNOWN', async () => {
		const startMs = Date.now() + 48 * 60 * MINUTE;
		const time = useVirtualTime({ startMs });
		const old = simulator.addTask({
			submittedAtMs: startMs - 20 * MINUTE,
			startedAtMs: startMs - 19 * MINUTE,
			endedAtMs: startMs + 3 * MINUTE,
		});
		const trigger = engine.activate(withId('recovery-1'), 'Trigger');
		await time.run(trigger.poll());
		const ended = simulator.addTask({
			submittedAtMs: startMs - MINUTE,
			startedAtMs: startMs - MINUTE,
			endedAtMs: startMs,
		});
		simulator.addTask({ status: 'RUNNING', submittedAtMs: startMs });
		// Of the two calls of this poll, the second reads the whole list, newest first.
		simulator.fault({ on: 'list', effect: 'set', skip: 1, fields: { 'data.2.status': 'UNKNOWN' } });
		const given = idsOf(await time.run(trigger.poll()));
		await after(time, 4 * MINUTE);
		for (let poll = 0; poll < 5; poll++) given.push(...idsOf(await time.run(trigger.poll())));
		expect(given.sort()).toEqual([ended, old].sort());
	});

	it('does not give tasks again where time is up while it reads the list for another filter', async () => {
		const trigger = quick.engine.activate(withId('recovery-2'), 'Trigger');
		expect(await trigger.poll()).toEqual([]);
		const nowMs = Date.now();
		const ids = Array.from({ length: 40 }, (__, index) => {
			const submittedAtMs = nowMs - (index + 2) * MINUTE;
			return quick.simulator.addTask({
				submittedAtMs,
				startedAtMs: submittedAtMs,
				endedAtMs: nowMs - 1000 - index,
			});
		});
		expect(idsOf(await trigger.poll()).sort()).toEqual([...ids].sort());
		const { staticData } = trigger;
		const other = withId('recovery-2', { statuses: ['SUCCEEDED', 'FAILED'] });
		const anew = quick.engine.activate(other, 'Trigger', { staticData, pollBudgetMs: 300 });
		quick.simulator.fault({ on: 'list', effect: 'delay', ms: 200, times: 3 });
		const given = [...idsOf(await anew.poll())];
		quick.simulator.clearFaults();
		for (let poll = 0; poll < 3; poll++) given.push(...idsOf(await anew.poll()));
		expect(given).toEqual([]);
	});

	it('does not hold all later tasks up for one that cannot be queried', async () => {
		const time = useVirtualTime({ startMs: Date.now() + 144 * 60 * MINUTE });
		const trigger = engine.activate(withId('recovery-3'), 'Trigger');
		await time.run(trigger.poll());
		const bad = simulator.addTask({ status: 'SUCCEEDED' });
		await after(time, MINUTE);
		const good = simulator.addTask({ status: 'SUCCEEDED' });
		simulator.fault({
			on: 'query',
			effect: 'error',
			code: 'InternalError',
			taskId: bad,
			times: 9999,
		});
		const given: unknown[] = [];
		for (let poll = 0; poll < 60; poll++) {
			await after(time, 10 * MINUTE);
			given.push(...idsOf(await time.run(trigger.poll())));
		}
		expect(given).toContain(good);
	});
});
