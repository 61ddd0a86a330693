export type Polling =
	| { readonly kind: 'automatic' }
	| { readonly kind: 'fixed'; readonly intervalMs: number };

export interface PollState {
	/** Time since the task was created, or since waiting for it began. */
	readonly elapsedMs: number;
	/** Queries asked so far. */
	readonly queries: number;
	/** Queries in a row that brought no answer. */
	readonly faults: number;
	/** True where the task was created just now, so that a first query at once would find nothing. */
	readonly isNew: boolean;
}

/** A parameter or a frame that the service turns down shows about 0.1 s after the create (measured); 2 s is sure to see it. */
const FIRST_POLL_MS = 2_000;

/** The service asks for 15 s between queries (documented); never rarer, so that no video waits longer than that. */
const LONGEST_PAUSE_MS = 15_000;
const SHORTEST_PAUSE_MS = 3_000;

/** A tenth of the time gone by: late by a few per cent of the run time, with few queries. */
const PAUSE_SHARE = 0.1;

/** How many milliseconds to wait before the next query. Pure: the same state gives the same pause. */
export function nextPoll(polling: Polling, state: PollState): number {
	if (state.queries === 0) return state.isNew ? firstPause(polling) : 0;
	const regular =
		polling.kind === 'fixed'
			? polling.intervalMs
			: Math.min(Math.max(state.elapsedMs * PAUSE_SHARE, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
	// Faults double the pause, so that a service in trouble is not pressed.
	return Math.min(regular * 2 ** state.faults, Math.max(regular, 4 * LONGEST_PAUSE_MS));
}

const firstPause = (polling: Polling): number =>
	polling.kind === 'fixed' ? Math.min(polling.intervalMs, FIRST_POLL_MS) : FIRST_POLL_MS;
