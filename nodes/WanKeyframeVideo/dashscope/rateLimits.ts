import type { Clock } from '../util/clock';
import { createRateLimiter, type RateLimiter } from '../util/rateLimiter';

/** Creates that the service counts together, and how many a second it accepts of them. */
export interface CreateLimit {
	readonly group: string;
	readonly createsPerSecond: number;
}

/** The limiter of a group of creates, with when the service last accepted one of them. */
export interface CreateRateLimiter extends RateLimiter {
	/** Records an accepted create. */
	accepted(): void;
	/** When the last create was accepted, on the monotonic clock; -Infinity before the first. */
	lastAcceptedMs(): number;
}

/** How often an account may be called, and how large the pages of its task list may be. */
export interface AccountLimits {
	readonly queries: RateLimiter;
	readonly lists: RateLimiter;
	readonly cancels: RateLimiter;
	creates(limit: CreateLimit): CreateRateLimiter;
	/** The page size that the task list accepts, as far as that is known. */
	readonly listPageSize: { value: number };
	/** When any limiter was last used, on the monotonic clock. */
	lastUsedMs(): number;
}

/**
 * Each of query, list and cancel accepts so many calls a second of an account (documented, section
 * 5).
 */
const CALLS_PER_SECOND = 20;

/**
 * Their limit counts by the second, so one call a second gets through beside other users of the
 * account.
 */
const MAX_CALL_INTERVAL_MS = 1_000;

/**
 * A create may wait for a free slot of the queue, which takes minutes; 8 s finds it soon enough.
 */
const MAX_CREATE_INTERVAL_MS = 8_000;

/** Asked for at first: ten times the service's default; no maximum is documented (section 5). */
const LARGEST_LIST_PAGE = 100;

export function createAccountLimits(clock: Clock): AccountLimits {
	const perSecond = () => createRateLimiter(CALLS_PER_SECOND, clock, MAX_CALL_INTERVAL_MS);
	const [queries, lists, cancels] = [perSecond(), perSecond(), perSecond()];
	const createLimiters = new Map<string, CreateRateLimiter>();
	return {
		queries,
		lists,
		cancels,
		listPageSize: { value: LARGEST_LIST_PAGE },
		creates({ group, createsPerSecond }) {
			const existing = createLimiters.get(group);
			if (existing !== undefined) return existing;
			let lastAcceptedMs = -Infinity;
			const limiter = {
				...createRateLimiter(createsPerSecond, clock, MAX_CREATE_INTERVAL_MS),
				accepted: () => {
					lastAcceptedMs = clock.monotonicMs();
				},
				lastAcceptedMs: () => lastAcceptedMs,
			};
			createLimiters.set(group, limiter);
			return limiter;
		},
		lastUsedMs: () =>
			Math.max(
				...[queries, lists, cancels, ...createLimiters.values()].map((one) => one.lastUsedMs()),
			),
	};
}

/** The limits of an account, the same for all who ask. `account` must not hold a key in clear. */
export type AccountLimitsRegistry = (account: string) => AccountLimits;

/**
 * The longest interval is seconds, so limits that were idle for this long hold nothing worth
 * keeping.
 */
const FORGET_AFTER_MS = 10 * 60_000;

/** A registry that forgets accounts that are no longer used. */
export function createAccountLimitsRegistry(clock: Clock): AccountLimitsRegistry {
	const limitsByAccount = new Map<string, AccountLimits>();
	return (account) => {
		for (const [other, limits] of limitsByAccount) {
			const idleMs = clock.monotonicMs() - limits.lastUsedMs();
			if (idleMs > FORGET_AFTER_MS) limitsByAccount.delete(other);
		}
		const limits = limitsByAccount.get(account) ?? createAccountLimits(clock);
		limitsByAccount.set(account, limits);
		return limits;
	};
}
