import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPacer } from '../../nodes/WanKeyframeVideo/dashscope/pacer.ts';
import { handClock } from './handClock.mts';

/** When each of these calls gets its turn. */
async function turnsOf(perSecond: number, callsAt: readonly number[]): Promise<number[]> {
	const clock = handClock();
	const turn = createPacer(perSecond, clock);
	const call = async (atMs: number) => {
		await clock.sleep(atMs);
		await turn();
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
	const clock = handClock();
	const turn = createPacer(1, clock);
	const stop = new AbortController();
	clock.at(300, () => stop.abort());
	await clock.run(Promise.all([turn(stop.signal), turn(stop.signal), turn(stop.signal)]));
	expect(clock.now()).toBe(300);
});
