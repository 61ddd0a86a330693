import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../nodes/WanKeyframeVideo/util/rateLimiter.ts';
import { manualClock } from './manualClock.mts';

/** When each of these calls gets its turn. */
async function turnsOf(perSecond: number, callsAt: readonly number[]): Promise<number[]> {
	const clock = manualClock();
	const pacer = createRateLimiter(perSecond, clock);
	const call = async (atMs: number) => {
		await clock.sleep(atMs);
		await pacer.turn();
		return clock.now();
	};
	return await clock.run(Promise.all(callsAt.map(call)));
}

it('calls at once are spaced evenly, in their order', async () => {
	expect(await turnsOf(5, [0, 0, 0, 0])).toEqual([0, 200, 400, 600]);
	expect(await turnsOf(20, [0, 0, 0])).toEqual([0, 50, 100]);
});

it('a call after a pause need not wait, and saves up nothing', async () => {
	expect(await turnsOf(2, [0, 5_000, 5_000, 5_000])).toEqual([0, 5_000, 5_500, 6_000]);
});

it('a call in between waits for the rest of the time', async () => {
	expect(await turnsOf(2, [0, 100, 200])).toEqual([0, 500, 1_000]);
});

it('no turns come closer than the limit, whenever the calls come, and none comes late', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 50 }),
			fc.array(fc.nat(3_000), { minLength: 1, maxLength: 15 }),
			async (perSecond, callsAt) => {
				const sorted = [...callsAt].sort((a, b) => a - b);
				const turns = await turnsOf(perSecond, sorted);
				const spacing = 1000 / perSecond;
				let earliest = 0;
				for (const [i, turn] of turns.entries()) {
					earliest = Math.max(earliest, sorted[i] ?? 0);
					expect(turn).toBeCloseTo(earliest, 6);
					earliest += spacing;
				}
			},
		),
		{ numRuns: 40 },
	);
});

it('a call that is stopped while it waits ends there and then', async () => {
	const clock = manualClock();
	const { turn } = createRateLimiter(1, clock);
	const stop = new AbortController();
	clock.at(300, () => stop.abort());
	await clock.run(Promise.all([turn(stop.signal), turn(stop.signal), turn(stop.signal)]));
	expect(clock.now()).toBe(300);
});

it('a turn that was given up goes to the next', async () => {
	const clock = manualClock();
	const { turn } = createRateLimiter(1, clock);
	const stop = new AbortController();
	clock.at(300, () => stop.abort());
	await clock.run(Promise.all([turn(), turn(stop.signal), turn()]));
	expect(clock.now()).toBe(1_000);
});

it('nobody waits for the time that a clock was set back by', async () => {
	const before = manualClock(1_000_000);
	let clock = before;
	const pacer = createRateLimiter(2, {
		now: () => clock.now(),
		monotonicMs: () => clock.monotonicMs(),
		sleep: async (ms, signal) => await clock.sleep(ms, signal),
	});
	await pacer.turn();
	clock = manualClock(0);
	await clock.run(Promise.all([pacer.turn(), pacer.turn()]));
	expect(clock.now()).toBeLessThanOrEqual(1_000);
});

describe('a service that takes fewer calls than documented', () => {
	/** When calls are made that the service takes only `gapMs` apart, each repeated until it is taken. */
	async function callsAt(gapMs: number, calls: number) {
		const clock = manualClock();
		const pacer = createRateLimiter(5, clock);
		const taken: number[] = [];
		let refused = 0;
		const call = async () => {
			for (;;) {
				await pacer.turn();
				if (clock.now() >= (taken.at(-1) ?? -Infinity) + gapMs) break;
				refused++;
				pacer.backOff();
			}
			taken.push(clock.now());
			pacer.recover();
		};
		await clock.run(Promise.all(Array.from({ length: calls }, call)));
		return { endMs: clock.now(), refused };
	}

	it('is called at about the pace that it takes', async () => {
		const { endMs, refused } = await callsAt(1_000, 40);
		expect(endMs).toBeLessThan(40_000 * 1.6);
		expect(refused).toBeLessThan(30);
	});

	it('is called every eight seconds at the least', async () => {
		const { endMs } = await callsAt(60_000, 3);
		expect(endMs).toBeLessThanOrEqual(2 * 68_000);
	});
});

it('calls that are refused together slow the pace once', async () => {
	const clock = manualClock();
	const pacer = createRateLimiter(5, clock);
	await pacer.turn();
	for (let i = 0; i < 10; i++) pacer.backOff();
	await clock.run(Promise.all([pacer.turn(), pacer.turn()]));
	expect(clock.now()).toBe(800);
});

it('a slowed pace is forgotten after a minute without calls', async () => {
	const clock = manualClock();
	const pacer = createRateLimiter(5, clock);
	await pacer.turn();
	pacer.backOff();
	await clock.run(clock.sleep(61_000));
	await clock.run(Promise.all([pacer.turn(), pacer.turn()]));
	expect(clock.now()).toBe(61_200);
});
