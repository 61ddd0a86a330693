import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../nodes/WanKeyframeVideo/util/rateLimiter.ts';
import { manualClock } from './manualClock.mts';

/** When each of these calls may be sent. */
async function sendTimesOf(perSecond: number, callsAt: readonly number[]): Promise<number[]> {
	const clock = manualClock();
	const limiter = createRateLimiter(perSecond, clock);
	const call = async (atMs: number) => {
		await clock.sleep(atMs);
		await limiter.acquire();
		return clock.now();
	};
	return await clock.run(Promise.all(callsAt.map(call)));
}

it('calls at once are spaced evenly, in their order', async () => {
	expect(await sendTimesOf(5, [0, 0, 0, 0])).toEqual([0, 200, 400, 600]);
	expect(await sendTimesOf(20, [0, 0, 0])).toEqual([0, 50, 100]);
});

it('a call after a pause does not wait, and saves up nothing', async () => {
	expect(await sendTimesOf(2, [0, 5_000, 5_000, 5_000])).toEqual([0, 5_000, 5_500, 6_000]);
});

it('a call in between waits for the rest of the time', async () => {
	expect(await sendTimesOf(2, [0, 100, 200])).toEqual([0, 500, 1_000]);
});

it('no calls are sent closer than the limit, whenever they come, and none is sent late', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 50 }),
			fc.array(fc.nat(3_000), { minLength: 1, maxLength: 15 }),
			async (perSecond, callsAt) => {
				const sorted = [...callsAt].sort((a, b) => a - b);
				const sendTimes = await sendTimesOf(perSecond, sorted);
				const spacing = 1000 / perSecond;
				let earliest = 0;
				for (const [i, sendTime] of sendTimes.entries()) {
					earliest = Math.max(earliest, sorted[i] ?? 0);
					expect(sendTime).toBeCloseTo(earliest, 6);
					earliest += spacing;
				}
			},
		),
		{ numRuns: 40 },
	);
});

it('a call that is stopped while it waits ends there and then', async () => {
	const clock = manualClock();
	const { acquire } = createRateLimiter(1, clock);
	const stop = new AbortController();
	clock.at(300, () => stop.abort());
	await clock.run(Promise.all([acquire(stop.signal), acquire(stop.signal), acquire(stop.signal)]));
	expect(clock.now()).toBe(300);
});

it('the slot of a call that is stopped goes to the next', async () => {
	const clock = manualClock();
	const { acquire } = createRateLimiter(1, clock);
	const stop = new AbortController();
	clock.at(300, () => stop.abort());
	await clock.run(Promise.all([acquire(), acquire(stop.signal), acquire()]));
	expect(clock.now()).toBe(1_000);
});

it('a wall clock that is set back or forward by an hour changes nothing', async () => {
	const clock = manualClock(1_000_000);
	const limiter = createRateLimiter(2, clock);
	for (const byMs of [0, -3_600_000, 7_200_000]) {
		clock.setWallClock(byMs);
		await clock.run(limiter.acquire());
	}
	expect(clock.monotonicMs()).toBe(1_001_000);
});

it('a call fails if the clock does, and those behind it are not left waiting', async () => {
	const clock = manualClock();
	const broken = { ...clock, sleep: async () => await Promise.reject(new Error('no timer')) };
	const limiter = createRateLimiter(1, broken);
	const calls = [limiter.acquire(), limiter.acquire(), limiter.acquire()];
	const results = await Promise.allSettled(calls);
	expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
});

describe('a service that accepts fewer calls than documented', () => {
	/** When calls are made that the service takes only `gapMs` apart, each repeated until it is taken. */
	async function callsAt(gapMs: number, calls: number) {
		const clock = manualClock();
		const limiter = createRateLimiter(5, clock);
		const taken: number[] = [];
		let refused = 0;
		const call = async () => {
			for (;;) {
				await limiter.acquire();
				if (clock.now() >= (taken.at(-1) ?? -Infinity) + gapMs) break;
				refused++;
				limiter.backOff();
			}
			taken.push(clock.now());
			limiter.recover();
		};
		await clock.run(Promise.all(Array.from({ length: calls }, call)));
		return { endMs: clock.now(), refused };
	}

	it('is called at about the rate that it accepts', async () => {
		const { endMs, refused } = await callsAt(1_000, 40);
		expect(endMs).toBeLessThan(40_000 * 1.6);
		expect(refused).toBeLessThan(80);
	});

	it('is called every eight seconds at least', async () => {
		const { endMs } = await callsAt(60_000, 3);
		expect(endMs).toBeLessThanOrEqual(2 * 68_000);
	});
});

it('20 calls of which two of three are refused at random take less than two minutes', async () => {
	const clock = manualClock();
	const limiter = createRateLimiter(5, clock);
	let sent = 0;
	const call = async () => {
		for (;;) {
			await limiter.acquire();
			if (++sent % 3 === 0) return limiter.recover();
			limiter.backOff();
		}
	};
	await clock.run(Promise.all(Array.from({ length: 20 }, call)));
	expect(sent).toBe(60);
	expect(clock.now()).toBeLessThan(120_000);
});

it('calls that are refused together lengthen the interval once', async () => {
	const clock = manualClock();
	const limiter = createRateLimiter(5, clock);
	await limiter.acquire();
	for (let i = 0; i < 10; i++) limiter.backOff();
	await clock.run(Promise.all([limiter.acquire(), limiter.acquire()]));
	expect(clock.now()).toBe(600);
});

it('no call is sent before the time that the service asks to wait for, up to five minutes', async () => {
	const clock = manualClock();
	const limiter = createRateLimiter(5, clock);
	await limiter.acquire();
	limiter.backOff(30_000);
	await clock.run(limiter.acquire());
	expect(clock.now()).toBe(30_000);

	limiter.backOff(24 * 3_600_000);
	await clock.run(limiter.acquire());
	expect(clock.now()).toBe(330_000);
});

it('a longer interval is forgotten after a minute without calls', async () => {
	const clock = manualClock();
	const limiter = createRateLimiter(5, clock);
	await limiter.acquire();
	limiter.backOff();
	await clock.run(clock.sleep(61_000));
	await clock.run(Promise.all([limiter.acquire(), limiter.acquire()]));
	expect(clock.now()).toBe(61_200);
});
