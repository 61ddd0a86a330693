import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../nodes/WanKeyframeVideo/util/clock.ts';
import { timersAfterStop } from '../engine/n8nVersions.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';

const LONG_MS = 60_000;

describe('a sleep', () => {
	it('lasts as long as it is told to', async () => {
		const time = useVirtualTime();
		await time.run(systemClock.sleep(LONG_MS, new AbortController().signal));

		expect(time.elapsedMs()).toBe(LONG_MS);
	});

	it('ends when its signal aborts, as all others with the same signal, and leaves no timer', async () => {
		const time = useVirtualTime();
		const stop = new AbortController();
		const sleeping = Array.from(
			{ length: 20 },
			async () => await systemClock.sleep(LONG_MS, stop.signal),
		);
		expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);

		setTimeout(() => stop.abort(), 1_000);
		await time.run(Promise.all(sleeping));
		expect(time.elapsedMs()).toBe(1_000);
		expect(vi.getTimerCount()).toBeLessThanOrEqual(timersAfterStop);
	});

	it('does not begin after that', async () => {
		const time = useVirtualTime();
		await time.run(systemClock.sleep(LONG_MS, AbortSignal.abort()));

		expect(time.elapsedMs()).toBe(0);
	});

	it('may follow another with the same signal', async () => {
		const time = useVirtualTime();
		const { signal } = new AbortController();
		for (let round = 0; round < 12; round++) await time.run(systemClock.sleep(LONG_MS, signal));

		expect(time.elapsedMs()).toBe(12 * LONG_MS);
		expect(getEventListeners(signal, 'abort')).toEqual([]);
	});
});
