import { sleep } from 'n8n-workflow';

import { onAbort } from './onAbort';

/** Time as the code below sees it, handed in so that tests can run hours in a moment. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Milliseconds for durations and deadlines: never set back, and of no meaning outside this process. */
	monotonicMs(): number;
	/** Ends after `ms` milliseconds, or as soon as `signal` aborts; never rejects. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Takes a signal only since n8n-workflow 2.34 and ignores it before; the race below serves both. */
const sleepUnlessAborted: (ms: number, signal?: AbortSignal) => Promise<void> = sleep;

export const systemClock: Clock = {
	now: () => Date.now(),
	monotonicMs: () => performance.now(),

	async sleep(exactMs, signal) {
		// Timers know whole milliseconds only, and one that rings early is asked for again and again.
		const ms = Math.ceil(exactMs);
		if (signal === undefined) return await sleep(ms);
		if (signal.aborted) return;
		const own = new AbortController();
		let wake = () => {};
		const woken = new Promise<void>((resolve) => {
			wake = () => {
				own.abort();
				resolve();
			};
		});
		const stopListening = onAbort(signal, wake);
		const rejectedByAbort = () => undefined;
		await Promise.race([sleepUnlessAborted(ms, own.signal).catch(rejectedByAbort), woken]);
		stopListening();
	},
};
