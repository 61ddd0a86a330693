import { type Clock } from '../util/clock';
import { createRateLimiter, type RateLimiter } from '../util/rateLimiter';

/** Creates that the service counts together, and how many a second it takes of them. */
export interface CreateLimit {
	readonly group: string;
	readonly createsPerSecond: number;
}

export interface CreateRateLimiter extends RateLimiter {
	/** When the service last took a create of this group, in milliseconds since 1970. */
	acceptedMs: number;
}

/** How often an account may be called, for all who call it. */
export interface RateLimits {
	readonly queries: RateLimiter;
	readonly lists: RateLimiter;
	readonly cancels: RateLimiter;
	creates(limit: CreateLimit): CreateRateLimiter;
	/** When it was last used, in milliseconds since 1970. */
	lastUsedMs(): number;
}

/** Calls a second of each of query, list and cancel that the service takes from an account (documented). */
const CALLS_PER_SECOND = 20;

/** Their limit is by the second, so a twentieth of it gets through even where others use the account too. */
const LONGEST_CALL_SPACING_MS = 1_000;

/** A create may wait for a place: one that frees is found soon, and a call in eight seconds presses nobody. */
const LONGEST_CREATE_SPACING_MS = 8_000;

export function createRateLimits(clock: Clock): RateLimits {
	const queries = createRateLimiter(CALLS_PER_SECOND, clock, LONGEST_CALL_SPACING_MS);
	const lists = createRateLimiter(CALLS_PER_SECOND, clock, LONGEST_CALL_SPACING_MS);
	const cancels = createRateLimiter(CALLS_PER_SECOND, clock, LONGEST_CALL_SPACING_MS);
	const creates = new Map<string, CreateRateLimiter>();
	return {
		queries,
		lists,
		cancels,
		creates({ group, createsPerSecond }) {
			const known = creates.get(group);
			if (known !== undefined) return known;
			const pace = {
				...createRateLimiter(createsPerSecond, clock, LONGEST_CREATE_SPACING_MS),
				acceptedMs: -Infinity,
			};
			creates.set(group, pace);
			return pace;
		},
		lastUsedMs: () =>
			Math.max(
				...[queries, lists, cancels, ...creates.values()].map((pacer) => pacer.lastUsedMs()),
			),
	};
}

const paces = new Map<string, RateLimits>();

/** Long after the last call nothing of a pace is worth keeping: the longest spacing is seconds. */
const IDLE_AFTER_MS = 10 * 60_000;

/** The pace of an account, the same for all executions of this process. `account` must not hold a key in clear. */
export function sharedRateLimits(account: string, clock: Clock): RateLimits {
	const nowMs = clock.now();
	for (const [other, pace] of paces) {
		if (nowMs - pace.lastUsedMs() > IDLE_AFTER_MS) paces.delete(other);
	}
	const pace = paces.get(account) ?? createRateLimits(clock);
	paces.set(account, pace);
	return pace;
}
