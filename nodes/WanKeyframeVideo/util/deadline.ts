import type { Clock } from './clock';
import { onAbort } from './onAbort';

/** How work with a deadline ended. */
export type DeadlineOutcome<T> =
	| { readonly kind: 'done'; readonly value: T }
	| { readonly kind: 'timedOut' }
	| { readonly kind: 'aborted' };

export interface Deadline {
	readonly clock: Clock;
	readonly timeoutMs: number;
	/** Ends the work early. */
	readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` and returns its value, unless the deadline or `signal` comes first. The signal that
 * the work gets aborts then; work that ignores it is not awaited. Throws what `work` throws.
 */
export async function withDeadline<T>(
	{ clock, timeoutMs, signal }: Deadline,
	work: (signal: AbortSignal) => Promise<T>,
): Promise<DeadlineOutcome<T>> {
	if (signal?.aborted) return { kind: 'aborted' };
	const workAbort = new AbortController();
	const timerAbort = new AbortController();
	let unsubscribe = () => {};
	try {
		const running = work(workAbort.signal).then((value) => ({ kind: 'done', value }) as const);
		const timedOut = clock
			.sleep(timeoutMs, timerAbort.signal)
			.then(() => ({ kind: 'timedOut' }) as const);
		const aborted = new Promise<{ readonly kind: 'aborted' }>((resolve) => {
			if (signal) unsubscribe = onAbort(signal, () => resolve({ kind: 'aborted' }));
		});
		return await Promise.race([running, timedOut, aborted]);
	} finally {
		unsubscribe();
		timerAbort.abort();
		workAbort.abort();
	}
}
