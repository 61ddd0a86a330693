import { afterAll, describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startEngine } from '../engine/engine.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, itemsNode, THEN_WAIT, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { startSimulator, type LimitSettings, type Simulator } from '../simulator/index.mts';
import { picture, errorText } from '../engine/nodeTest.mts';

const opened: Simulator[] = [];
afterAll(async () => {
	for (const simulator of opened) await simulator.close();
});

/** A service with these limits, and an engine that may call it. */
async function serviceWith(limits: LimitSettings, runningMs = 20_000) {
	const simulator = await startSimulator({
		maxPixels: 64 * 64,
		gzip: false,
		limits,
		times: { pendingMs: 500, runningMs },
	});
	opened.push(simulator);
	const engine = await startEngine({ credentials: { dashScopeApi: credentialFor(simulator) } });
	const frame = simulator.serveFile('frame.png', await picture('#c03030'), 'image/png');
	const create = createFrom(frame);
	const execution = (items: number, parameters = {}) =>
		engine.run(
			workflow([
				itemsNode(Array.from({ length: items }, () => ({}))),
				wanNode({ ...create, ...parameters }),
			]),
		);
	const arrivals = (kind: string) => simulator.requests.filter((request) => request.kind === kind);
	return { simulator, execution, arrivals };
}

describe('creates', () => {
	it('keep to the documented rate, all executions of the process together', async () => {
		const time = useVirtualTime();
		const { execution, arrivals } = await serviceWith({ running: 1000 });
		const results = await time.run(
			Promise.all([execution(10).result, execution(10).result, execution(10).result]),
		);

		expect(results.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
		expect(arrivals('create').map(({ status }) => status)).toEqual(Array(30).fill(200));
		expect(time.elapsedMs()).toBeLessThan(7_000);
	});

	it('come through where the service takes fewer than documented, and has one place only', async () => {
		const time = useVirtualTime();
		const { simulator, execution, arrivals } = await serviceWith({
			createsPerSecond: 1,
			running: 1,
			queued: 0,
		});
		const result = await time.run(execution(5, THEN_WAIT).result);

		expect(result.error).toBeUndefined();
		expect(result.items('Wan').map(({ json }) => json['status'])).toEqual(
			Array(5).fill('SUCCEEDED'),
		);
		expect(simulator.tasks.size).toBe(5);
		expect(arrivals('create').filter(({ status }) => status === 200)).toHaveLength(5);
		expect(time.elapsedMs()).toBeLessThan(5 * (20_500 + 15_000));
	});

	it('are not tried for ever where the quota is used up', async () => {
		const time = useVirtualTime();
		const { simulator, execution, arrivals } = await serviceWith({});
		const code = 'Throttling.AllocationQuota';
		simulator.fault({ on: 'create', effect: 'error', code, times: 1000 });
		const result = await time.run(execution(1).result);

		expect(errorText(result)).toContain("The account's quota for this model is used up");
		expect(time.elapsedMs()).toBeLessThan(90_000);
		expect(arrivals('create').length).toBeLessThan(20);
	});

	it('end with Stop, also while they wait for a place', async () => {
		const time = useVirtualTime();
		const { execution, arrivals } = await serviceWith({ running: 1, queued: 0 }, 600_000);
		const run = execution(5);
		setTimeout(() => run.stop(), 30_000);
		const result = await time.run(run.result);
		const sent = arrivals('create').length;

		expect(result.run.status).toBe('canceled');
		expect(time.elapsedMs()).toBeLessThanOrEqual(30_100);
		await time.pass(60_000);
		expect(arrivals('create')).toHaveLength(sent);
	});
});

describe('queries', () => {
	it('come through where the service takes fewer than documented', async () => {
		const time = useVirtualTime();
		const { execution, arrivals } = await serviceWith({
			running: 1000,
			queriesPerSecond: 1,
		});
		const result = await time.run(execution(8, THEN_WAIT).result);

		expect(result.error).toBeUndefined();
		expect(result.items('Wan').map(({ json }) => json['status'])).toEqual(
			Array(8).fill('SUCCEEDED'),
		);
		const refused = arrivals('query').filter(({ status }) => status === 429);
		expect(refused.length).toBeLessThan(arrivals('query').length * 0.67);
	});
});
