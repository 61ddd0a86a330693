import { describe, expect, it } from 'vitest';
import { useVirtualTime } from '../engine/virtualTime.mts';
import type { Fault } from '../simulator/index.mts';
import { createFrom, THEN_WAIT } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest } from '../engine/nodeTest.mts';
import { pngUri } from '../simulator/testClient.mts';

const harness = await setupNodeTest({
	times: { pendingMs: 500, runningMs: 20_000 },
	limits: { running: 10_000, createsPerSecond: 1000, queriesPerSecond: 1000 },
});
const red = pngUri(await picture('#c03030'));

const createAndWait = {
	...createFrom(red),
	...THEN_WAIT,
};
const items = (count: number) => Array.from({ length: count }, () => ({}));
const run = async (count: number, settings = {}) =>
	await useVirtualTime().run(harness.run(items(count), { ...createAndWait, ...settings }));
const allSucceeded = (count: number) => Array(count).fill('SUCCEEDED');

describe('many open tasks', () => {
	it('are looked up in one list, and asked for in full only when they are over', async () => {
		const result = await run(30);

		expect(result.items('Wan').map(({ json }) => json['status'])).toEqual(allSucceeded(30));
		expect(harness.count('list')).toBeGreaterThan(0);
		// Once each, and a few more while fewer than ten were open.
		expect(harness.count('query')).toBeLessThanOrEqual(30 + 20);
	});

	it('are looked up over several pages', async () => {
		const result = await run(120);

		expect(result.items('Wan').map(({ json }) => json['status'])).toEqual(allSucceeded(120));
		expect(harness.count('query')).toBeLessThanOrEqual(120 + 40);
	});

	it('of which one fails at once are told within seconds', async () => {
		harness.simulator.fault({
			on: 'create',
			effect: 'failTask',
			code: 'DataInspectionFailed',
			message: 'Input data may contain inappropriate content.',
		});
		const time = useVirtualTime();
		await time.run(harness.run(items(15), createAndWait));

		expect(time.elapsedMs()).toBeLessThan(10_000);
	});

	it('are asked for one by one at a fixed interval', async () => {
		await run(12, { options: { polling: 'fixed', pollInterval: 20 } });

		expect(harness.count('list')).toBe(0);
	});
});

describe('few open tasks', () => {
	it('are asked for one by one', async () => {
		await run(9);

		expect(harness.count('list')).toBe(0);
	});
});

const allTasks = Array.from({ length: 100 }, (_, i) => `data.${i}.task_id`);

describe('a list that is of no use ends its use for the run', () => {
	it.each<[string, Fault]>([
		['is refused', { on: 'list', effect: 'error', code: 'AccessDenied', status: 403 }],
		['is not a list', { on: 'list', effect: 'omit', fields: ['data'] }],
		['tells nothing of its pages', { on: 'list', effect: 'omit', fields: ['total_page'] }],
		['misses tasks', { on: 'list', effect: 'omit', fields: allTasks }],
	])('when it %s', async (_, fault) => {
		harness.simulator.fault({ ...fault, skip: 8, times: 100 });
		const result = await run(20);

		expect(result.items('Wan').map(({ json }) => json['status'])).toEqual(allSucceeded(20));
		// Some pages a look, since other tests' tasks are in the list too, and some looks while tasks are fresh.
		expect(harness.count('list')).toBeLessThanOrEqual(8 + 20);
	});

	it('when it fails again and again', async () => {
		harness.simulator.fault({ on: 'list', effect: 'html', times: 100 });
		const result = await run(20);

		expect(result.items('Wan').map(({ json }) => json['status'])).toEqual(allSucceeded(20));
		expect(harness.count('list')).toBe(3);
	});

	it('but not when it fails once', async () => {
		harness.simulator.fault({ on: 'list', effect: 'reset' });
		const result = await run(20);

		expect(result.items('Wan').map(({ json }) => json['status'])).toEqual(allSucceeded(20));
		expect(harness.count('list')).toBeGreaterThan(3);
	});
});
