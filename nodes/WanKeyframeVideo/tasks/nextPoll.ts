import type { RunTimeEstimate } from './runTimes';

export type Polling =
	| { readonly kind: 'automatic' }
	| { readonly kind: 'fixed'; readonly intervalMs: number };

export interface PollState {
	/**
	 * The task's age: since it was submitted as far as that is known, else since the wait began.
	 */
	readonly ageMs: number;
	/**
	 * The task's age when it began to run; its age at the last query for one that was still queued
	 * then.
	 */
	readonly startAgeMs?: number;
	readonly estimate?: RunTimeEstimate;
	/** Queries sent so far. */
	readonly queries: number;
	/** Queries in a row without a usable answer. */
	readonly faults: number;
	/** True where the task was created just now, so that a query at once would find nothing. */
	readonly isNew: boolean;
}

/**
 * A task with a bad parameter or frame fails about 0.1 s after the create (measured by others, section 4).
 */
const FIRST_POLL_MS = 2_000;

/**
 * Faults double the pause up to this, so that a service in trouble is spared and its return is
 * noticed.
 */
const MAX_FAULT_PAUSE_MS = 60_000;

/** Milliseconds until the next query. Pure: the same state gives the same pause. */
export function nextPoll(polling: Polling, state: PollState): number {
	if (state.queries === 0) return state.isNew ? firstPause(polling) : 0;
	const pauseMs = polling.kind === 'fixed' ? polling.intervalMs : automaticPause(state);
	return Math.min(pauseMs * 2 ** state.faults, Math.max(pauseMs, MAX_FAULT_PAUSE_MS));
}

const firstPause = (polling: Polling): number =>
	polling.kind === 'fixed' ? Math.min(polling.intervalMs, FIRST_POLL_MS) : FIRST_POLL_MS;

/**
 * Without an estimate: videos of any run time are found 5.3 s after their end on average (the aim
 * is 5.5 s) with 1.5 times the queries of one every 15 s (test/tasks/polling.test.mts).
 */
const DEFAULT_PAUSE_MS = 10_600;

function automaticPause({ ageMs, startAgeMs = 0, estimate }: PollState): number {
	if (estimate === undefined) return DEFAULT_PAUSE_MS;
	return pauseByEstimate(Math.max(ageMs - startAgeMs, 0), estimate);
}

/**
 * Queries this close together find a video 1.2 s after its end on average (the aim is 1.5 s, same
 * test).
 */
const DENSE_PAUSE_MS = 2_400;

/**
 * Where run times vary widely, at most so many queries are spent on the time in which the end is
 * likely.
 */
const DENSE_QUERIES = 40;

/**
 * Long before the likely end nothing happens, but an early end must not go unnoticed for longer.
 */
const SPARSE_PAUSE_MS = 60_000;

/**
 * The service recommends a query every 15 s (documented, section 5): an overdue task gets no fewer.
 */
const MAX_OVERDUE_PAUSE_MS = 15_000;

/** An overdue task is queried less and less often: a quarter of the time that it is overdue. */
const OVERDUE_SHARE = 0.25;

function pauseByEstimate(ranMs: number, { runMs, spreadMs }: RunTimeEstimate): number {
	const denseMs = Math.max(DENSE_PAUSE_MS, (2 * spreadMs) / DENSE_QUERIES);
	const overdueMs = ranMs - (runMs + spreadMs);
	if (overdueMs >= 0) {
		const maxMs = Math.max(MAX_OVERDUE_PAUSE_MS, denseMs);
		return Math.min(Math.max(overdueMs * OVERDUE_SHARE, denseMs), maxMs);
	}
	// A query at the earliest likely end would find nothing: one step later it finds what ended in
	// between.
	const untilDenseMs = runMs - spreadMs + denseMs - ranMs;
	return untilDenseMs <= denseMs ? denseMs : Math.min(untilDenseMs, SPARSE_PAUSE_MS);
}
