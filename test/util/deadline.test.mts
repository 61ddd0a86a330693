import { describe, expect, it } from 'vitest';
import { withDeadline } from '../../nodes/WanKeyframeVideo/util/deadline.ts';
import { manualClock } from './manualClock.mts';

const never = async () => await new Promise<never>(() => {});

describe('work with a deadline', () => {
	it('returns its value, and leaves no timer', async () => {
		const clock = manualClock();
		const outcome = await clock.run(
			withDeadline({ clock, timeoutMs: 1_000 }, async () => {
				await clock.sleep(400);
				return 'value';
			}),
		);
		expect(outcome).toEqual({ kind: 'done', value: 'value' });
		await expect(clock.run(never())).rejects.toThrow('Nobody will wake up after 400 ms');
	});

	it('throws what the work throws', async () => {
		const clock = manualClock();
		const work = async () => await Promise.reject(new Error('broken'));
		await expect(withDeadline({ clock, timeoutMs: 1_000 }, work)).rejects.toThrow('broken');
		const atOnce = () => {
			throw new Error('broken at once');
		};
		await expect(withDeadline({ clock, timeoutMs: 1_000 }, atOnce)).rejects.toThrow('at once');
	});

	it('ends at the deadline, also if the work ignores its signal', async () => {
		const clock = manualClock();
		let workSignal: AbortSignal | undefined;
		const outcome = await clock.run(
			withDeadline({ clock, timeoutMs: 1_000 }, async (signal) => {
				workSignal = signal;
				return await never();
			}),
		);
		expect(outcome).toEqual({ kind: 'timedOut' });
		expect(workSignal?.aborted).toBe(true);
		expect(clock.now()).toBe(1_000);
	});

	it('ends with its signal, and is not begun where that has aborted', async () => {
		const clock = manualClock();
		const stop = new AbortController();
		clock.at(300, () => stop.abort());
		const deadline = { clock, timeoutMs: 1_000, signal: stop.signal };
		expect(await clock.run(withDeadline(deadline, never))).toEqual({ kind: 'aborted' });
		expect(clock.now()).toBe(300);

		let isBegun = false;
		const work = async () => {
			isBegun = true;
		};
		expect(await withDeadline(deadline, work)).toEqual({ kind: 'aborted' });
		expect(isBegun).toBe(false);
	});

	it('that fails after its deadline is no unhandled rejection', async () => {
		const clock = manualClock();
		const late = async () => {
			await clock.sleep(2_000);
			throw new Error('too late to matter');
		};
		const outcome = await clock.run(withDeadline({ clock, timeoutMs: 1_000 }, late));
		expect(outcome).toEqual({ kind: 'timedOut' });
		// Vitest fails the run for a rejection that nobody handles.
		await clock.run(clock.sleep(2_000));
	});
});
