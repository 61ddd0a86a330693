import type { Clock } from './clock';
import { createSemaphore } from './semaphore';

/** Spaces calls evenly, so that a limit per second holds however it is counted. */
export interface RateLimiter {
	/**
	 * Resolves when the caller may send, in the order of calling, or as soon as `signal` aborts.
	 */
	acquire(signal?: AbortSignal): Promise<void>;
	/** After a refusal: calls are spaced further, and none is sent within `retryAfterMs`. */
	backOff(retryAfterMs?: number): void;
	/** After an accepted call: calls are spaced closer again, up to the limit. */
	recover(): void;
	/** When it was last used, on the monotonic clock. */
	lastUsedMs(): number;
}

/**
 * With two refusals for each accepted call the interval stays about the same, so that a service
 * that refuses at random is not called ever more rarely: 20 creates take 75 s then (400 s with 2
 * and 0.7).
 */
const BACK_OFF_FACTOR = 1.5;
const RECOVERY_FACTOR = 0.5;

/** The documented limits count by the second: a longer interval is forgotten after a minute. */
const RESET_AFTER_MS = 60_000;

/** A service may ask for any pause; beyond this the call is tried all the same. */
const MAX_RETRY_AFTER_MS = 5 * 60_000;

/** Rounding of a clock in fractions of milliseconds: a remainder below this is none. */
const CLOCK_RESOLUTION_MS = 0.001;

/**
 * A limiter for `perSecond` calls a second that slows down to one per `maxIntervalMs` after
 * refusals.
 */
export function createRateLimiter(
	perSecond: number,
	clock: Clock,
	maxIntervalMs = 8_000,
): RateLimiter {
	const minIntervalMs = 1000 / perSecond;
	let intervalMs = minIntervalMs;
	let lastAcquiredMs = -Infinity;
	let lastBackOffMs = -Infinity;
	let blockedUntilMs = -Infinity;
	let usedMs = clock.monotonicMs();
	/** Whoever holds the slot is next, and sleeps for all who wait behind. */
	const head = createSemaphore(1);

	const remainingMs = (): number =>
		Math.max(lastAcquiredMs + intervalMs, blockedUntilMs) - clock.monotonicMs();

	return {
		async acquire(signal) {
			if (signal?.aborted) return;
			const nowMs = clock.monotonicMs();
			if (nowMs - usedMs > RESET_AFTER_MS) intervalMs = minIntervalMs;
			usedMs = nowMs;
			await head.run(async () => {
				// The interval may grow while the caller sleeps.
				while (!signal?.aborted && remainingMs() > CLOCK_RESOLUTION_MS) {
					await clock.sleep(remainingMs(), signal);
				}
				if (!signal?.aborted) lastAcquiredMs = clock.monotonicMs();
			}, signal);
		},

		backOff(retryAfterMs = 0) {
			const nowMs = clock.monotonicMs();
			blockedUntilMs = Math.max(blockedUntilMs, nowMs + Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
			// Calls that were under way together are refused together: that is one sign, not many.
			if (nowMs < lastBackOffMs + intervalMs) return;
			lastBackOffMs = nowMs;
			intervalMs = Math.min(intervalMs * BACK_OFF_FACTOR, Math.max(maxIntervalMs, minIntervalMs));
		},

		recover() {
			intervalMs = Math.max(intervalMs * RECOVERY_FACTOR, minIntervalMs);
		},

		lastUsedMs: () => usedMs,
	};
}
