import type { Clock } from '../util/clock';
import { onAbort } from '../util/onAbort';

/** How often the speed of a transfer is looked at. */
const STEP_MS = 5_000;

/**
 * Where fewer bytes than these move within a minute, the other side is taken for dead: 1 KiB a
 * second.
 */
const WINDOW_STEPS = 12;
const MIN_WINDOW_BYTES = 60 * 1024;

/**
 * Below 256 KiB a second in ten seconds a transfer gives its slot way: it lasts, and others need
 * not.
 */
const SLOW_STEPS = 2;
const SLOW_BYTES = 10 * 256 * 1024;

/** A transfer that is under way, in either direction. */
export interface Transfer {
	/** Aborts with the caller's signal, and once the transfer is too slow to go on. */
	readonly signal: AbortSignal;
	/** To be called with the number of bytes whenever some have moved. */
	moved(bytes: number): void;
	/** True once it was ended for being too slow. */
	isTooSlow(): boolean;
}

export interface TransferOptions {
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** Called once where the transfer is slow, but alive. */
	readonly onSlow?: () => void;
}

export const TOO_SLOW = 'fewer than 60 kB moved within a minute';

/**
 * Runs a transfer and ends it by its signal when too few bytes move: HTTP time-outs are of no use
 * here, since n8n's count the whole time until an answer begins, and none watches the answer's body
 * (measured with n8n-core 2.41.1). Steps are counted, not clock time, so that a computer that slept
 * ends no transfer.
 */
export async function runTransfer<T>(
	{ clock, signal, onSlow }: TransferOptions,
	work: (transfer: Transfer) => Promise<T>,
): Promise<T> {
	const ended = new AbortController();
	const done = new AbortController();
	let stepBytes = 0;
	let tooSlow = false;

	const watchSpeed = async (): Promise<void> => {
		let steps: number[] = [];
		let isSlow = false;
		for (;;) {
			await clock.sleep(STEP_MS, done.signal);
			if (done.signal.aborted) return;
			steps = [...steps, stepBytes].slice(-WINDOW_STEPS);
			stepBytes = 0;
			if (!isSlow && steps.length >= SLOW_STEPS && sum(steps.slice(-SLOW_STEPS)) < SLOW_BYTES) {
				isSlow = true;
				onSlow?.();
			}
			if (steps.length === WINDOW_STEPS && sum(steps) < MIN_WINDOW_BYTES) {
				tooSlow = true;
				ended.abort();
				return;
			}
		}
	};

	const stopListening = onAbort(signal, () => ended.abort());
	if (signal.aborted) ended.abort();
	const watching = watchSpeed();
	try {
		return await work({
			signal: ended.signal,
			moved: (bytes) => {
				stepBytes += bytes;
			},
			isTooSlow: () => tooSlow,
		});
	} finally {
		done.abort();
		stopListening();
		await watching;
	}
}

/** Runs `work` with a signal that aborts with the caller's, and at the deadline. */
export async function runUntil<T>(
	{ clock, deadlineMs, signal }: { clock: Clock; deadlineMs: number; signal: AbortSignal },
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const ended = new AbortController();
	const done = new AbortController();
	const watchTime = async (): Promise<void> => {
		await clock.sleep(Math.max(deadlineMs - clock.monotonicMs(), 0), done.signal);
		if (!done.signal.aborted) ended.abort();
	};

	const stopListening = onAbort(signal, () => ended.abort());
	if (signal.aborted) ended.abort();
	const watching = watchTime();
	try {
		return await work(ended.signal);
	} finally {
		done.abort();
		stopListening();
		await watching;
	}
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
