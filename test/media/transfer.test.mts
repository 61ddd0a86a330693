import { expect, it } from 'vitest';
import { runTransfer, runUntil } from '../../nodes/WanKeyframeVideo/media/transfer.ts';
import { manualClock, type ManualClock } from '../util/manualClock.mts';

const never = new AbortController().signal;

/** Moves so many bytes in each second until it is told to end, or for so many seconds. */
async function move(clock: ManualClock, bytesPerSecond: number, seconds: number, signal = never) {
	let slowAtMs: number | undefined;
	const options = { clock, signal, onSlow: () => void (slowAtMs = clock.now()) };
	const end = runTransfer(options, async (transfer) => {
		for (let second = 0; second < seconds && !transfer.signal.aborted; second++) {
			await clock.sleep(1_000, transfer.signal);
			transfer.moved(bytesPerSecond);
		}
		return { isTooSlow: transfer.isTooSlow(), endedAtMs: clock.now() };
	});
	return { ...(await clock.run(end)), slowAtMs };
}

it.each([0, 1, 900])(
	'a transfer of %s bytes a second is ended after a minute',
	async (bytesPerSecond) => {
		const { isTooSlow, endedAtMs } = await move(manualClock(), bytesPerSecond, 500);

		expect(isTooSlow).toBe(true);
		expect(endedAtMs).toBe(60_000);
	},
);

it('a transfer of 5 kB a second goes on for as long as it takes, and gives way after ten seconds', async () => {
	const { isTooSlow, endedAtMs, slowAtMs } = await move(manualClock(), 5_000, 3_600);

	expect(isTooSlow).toBe(false);
	expect(endedAtMs).toBe(3_600_000);
	expect(slowAtMs).toBe(10_000);
});

it('a fast transfer does not give way', async () => {
	expect(await move(manualClock(), 1_000_000, 300)).toMatchObject({
		isTooSlow: false,
		slowAtMs: undefined,
	});
});

it('a transfer ends with the signal of its caller', async () => {
	const clock = manualClock();
	const stop = new AbortController();
	clock.at(7_500, () => stop.abort());
	const end = await move(clock, 1_000_000, 300, stop.signal);

	expect(end).toMatchObject({ isTooSlow: false, endedAtMs: 7_500 });
});

it('work that has a deadline is ended by it, or before by the signal of its caller', async () => {
	const clock = manualClock();
	const stop = new AbortController();
	const run = async (signal: AbortSignal) =>
		await clock.run(
			runUntil({ clock, deadlineMs: 6_000, signal }, async (limited) => {
				await clock.sleep(90_000, limited);
				return clock.now();
			}),
		);

	expect(await run(never)).toBe(6_000);
	stop.abort();
	expect(await run(stop.signal)).toBe(6_000);
});
