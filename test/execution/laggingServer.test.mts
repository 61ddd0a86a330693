/** A server that is behind makes no task look ended. */
import { describe, expect, it } from 'vitest';
import { picture, setupNodeTest } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import {
	createFrom,
	itemsNode,
	taskItem,
	THEN_WAIT,
	wanNode,
	workflow,
} from '../engine/workflowBuilder.mts';

const harness = await setupNodeTest({ times: { pendingMs: 60_000, runningMs: 60_000 } });
const { simulator, engine } = harness;
const red = simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

describe('On Timeout: Continue', () => {
	const continuing = (timeout: number) => ({
		...THEN_WAIT,
		timeout,
		options: { onTimeout: 'continue' },
	});

	it('does not call a created task finished that a server does not know yet', async () => {
		simulator.fault({ on: 'query', effect: 'unknown', times: 99 });
		const result = await useVirtualTime().run(
			harness.run([{}], { ...createFrom(red), ...continuing(0.5) }),
		);
		expect(result.items('Wan')[0]?.json).toMatchObject({ finished: false });
	});

	it('gives what was known of a task before a server forgot it', async () => {
		const taskId = simulator.addTask({ status: 'RUNNING' });
		simulator.fault({ on: 'query', effect: 'unknown', skip: 2, times: 99 });
		const result = await useVirtualTime().run(
			harness.run([taskItem(taskId)], { operation: 'wait', ...continuing(0.5) }),
		);
		expect(result.items('Wan')[0]?.json).toMatchObject({
			taskId,
			finished: false,
			status: 'RUNNING',
		});
	});

	it('without Simplify gives a query, not an entry of the list, for many tasks', async () => {
		const items = Array.from({ length: 12 }, () =>
			taskItem(simulator.addTask({ status: 'RUNNING' })),
		);
		simulator.fault({
			on: 'query',
			effect: 'error',
			code: 'ModelUnavailable',
			skip: 12,
			times: 999,
		});
		const result = await useVirtualTime().run(
			harness.run(items, { operation: 'wait', simplify: false, ...continuing(1) }),
		);
		for (const item of result.items('Wan'))
			expect(item.json).toMatchObject({ output: { task_status: 'RUNNING' } });
	});
});

describe('a task that this n8n created, of which a server knows nothing for some seconds', () => {
	it('is waited for by Wait', async () => {
		const wait = wanNode({ operation: 'wait', downloadVideo: false }, { name: 'Wait' });
		simulator.fault({ on: 'query', effect: 'unknown', within: { since: 'created', ms: 30_000 } });
		const flow = workflow([itemsNode([{}]), wanNode(createFrom(red)), wait]);
		const result = await useVirtualTime().run(engine.run(flow).result);
		expect(result.error).toBeUndefined();
		expect(result.items('Wait')[0]?.json).toMatchObject({ status: 'SUCCEEDED' });
	});
});
