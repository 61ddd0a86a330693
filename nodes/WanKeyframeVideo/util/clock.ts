import { sleep } from 'n8n-workflow';

import { onAbort } from './onAbort';

/** Source of time, passed in so that tests can run hours in a moment. */
export interface Clock {
	/**
	 * The wall clock, in milliseconds since 1970: for what is compared with the service's times.
	 */
	now(): number;
	/** Milliseconds since some moment; never set back. For durations, deadlines and rate limits. */
	monotonicMs(): number;
	/** Resolves after `ms` milliseconds or as soon as `signal` aborts; never rejects. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Takes a signal only since n8n-workflow 2.34 and ignores it before; the race below serves both.
 */
const sleepUnlessAborted: (ms: number, signal?: AbortSignal) => Promise<void> = sleep;

/** Node turns a longer timer into one of a millisecond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clock of the machine that n8n runs on. */
export const systemClock: Clock = {
	now: () => Date.now(),

	monotonicMs: () => performance.now(),

	async sleep(exactMs, signal) {
		// Rounded up: a timer that fires early would make callers loop.
		const ms = Math.min(Math.ceil(exactMs), LONGEST_TIMER_MS);
		if (signal === undefined) return await sleep(ms);
		if (signal.aborted) return;
		const timer = new AbortController();
		let endEarly = () => {};
		const aborted = new Promise<void>((resolve) => {
			endEarly = () => {
				timer.abort();
				resolve();
			};
		});
		const unsubscribe = onAbort(signal, endEarly);
		const ignoreRejection = () => undefined;
		await Promise.race([sleepUnlessAborted(ms, timer.signal).catch(ignoreRejection), aborted]);
		unsubscribe();
	},
};
