import type { Expectation } from './runTimes';

export type Polling =
	| { readonly kind: 'automatic' }
	| { readonly kind: 'fixed'; readonly intervalMs: number };

export interface PollState {
	/** The task's age: since it was submitted as far as that is known, else since waiting for it began. */
	readonly elapsedMs: number;
	/** The age at which the task began to run; for one that was last seen waiting for its turn, its age then. */
	readonly startMs?: number;
	readonly expectation?: Expectation;
	/** Queries asked so far. */
	readonly queries: number;
	/** Queries in a row that brought no answer. */
	readonly faults: number;
	/** True where the task was created just now, so that a first query at once would find nothing. */
	readonly isNew: boolean;
}

/** A parameter or a frame that the service turns down shows about 0.1 s after the create (measured); 2 s is sure to see it. */
const FIRST_POLL_MS = 2_000;

/** Faults double the pause up to this, so that a service in trouble is not pressed and its return is noticed. */
const LONGEST_FAULT_PAUSE_MS = 60_000;

/** How many milliseconds to wait before the next query. Pure: the same state gives the same pause. */
export function nextPoll(polling: Polling, state: PollState): number {
	if (state.queries === 0) return state.isNew ? firstPause(polling) : 0;
	const regular = polling.kind === 'fixed' ? polling.intervalMs : automaticPause(state);
	return Math.min(regular * 2 ** state.faults, Math.max(regular, LONGEST_FAULT_PAUSE_MS));
}

const firstPause = (polling: Polling): number =>
	polling.kind === 'fixed' ? Math.min(polling.intervalMs, FIRST_POLL_MS) : FIRST_POLL_MS;

function automaticPause({ elapsedMs, startMs = 0, expectation }: PollState): number {
	const ranMs = Math.max(elapsedMs - startMs, 0);
	return expectation?.kind === 'learned'
		? pauseByExperience(ranMs, expectation)
		: pauseByHearsay(ranMs, expectation?.runMs);
}

/** Queries this close together find a video 1.2 s after its end on average (the aim is 1.5 s). */
const DENSE_PAUSE_MS = 2_400;

/** With run times that vary widely, so many queries are spent on the time in which the end is expected. */
const DENSE_QUERIES = 40;

/** Long before the expected end nothing is likely to happen, but an early end must not wait for longer than this. */
const SPARSE_PAUSE_MS = 60_000;

/** The service asks for 15 s between queries (documented): what is overdue is asked for no more rarely. */
const OVERDUE_PAUSE_MS = 15_000;

/** An overdue task is asked for more and more rarely: late by a quarter of the delay it has anyway. */
const OVERDUE_SHARE = 0.25;

function pauseByExperience(ranMs: number, { runMs, spreadMs }: Expectation & { kind: 'learned' }) {
	const denseMs = Math.max(DENSE_PAUSE_MS, (2 * spreadMs) / DENSE_QUERIES);
	const overdueMs = ranMs - (runMs + spreadMs);
	if (overdueMs >= 0) {
		return Math.min(
			Math.max(overdueMs * OVERDUE_SHARE, denseMs),
			Math.max(OVERDUE_PAUSE_MS, denseMs),
		);
	}
	// Asking just when the first may end would find nothing: one step later finds those in between.
	const untilDenseMs = runMs - spreadMs + denseMs - ranMs;
	return untilDenseMs <= denseMs ? denseMs : Math.min(untilDenseMs, SPARSE_PAUSE_MS);
}

/** Asked this often, a video of any run time is seen 5 s late on average (the aim is 5.5 s), with 1.5 times the queries of every 15 s. */
const HEARSAY_PAUSE_MS = 10_600;

/** Around the usual run time a little more often, elsewhere a little more rarely: one number per model says little. */
const LIKELY = { from: 0.6, to: 1.5, pauseMs: 9_800 } as const;
const UNLIKELY_PAUSE_MS = 10_900;

function pauseByHearsay(ranMs: number, usualRunMs: number | undefined): number {
	if (usualRunMs === undefined) return HEARSAY_PAUSE_MS;
	const isLikely = ranMs >= usualRunMs * LIKELY.from && ranMs <= usualRunMs * LIKELY.to;
	return isLikely ? LIKELY.pauseMs : UNLIKELY_PAUSE_MS;
}
