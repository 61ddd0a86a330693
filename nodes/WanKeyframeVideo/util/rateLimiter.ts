import type { Clock } from './clock';
import { createWaitQueue } from './waitQueue';

/** Spaces calls evenly, so that a limit per second holds however it is counted. */
export interface RateLimiter {
	/** Ends when it is the caller's turn, in the order of asking, or as soon as `signal` aborts. */
	turn(signal?: AbortSignal): Promise<void>;
	/** The service had too many calls: turns come half as often, no closer together than documented. */
	backOff(): void;
	/** The service took a call: turns come more often again, up to the documented limit. */
	recover(): void;
	/** When a turn was last given or asked for, in milliseconds since 1970. */
	lastUsedMs(): number;
}

/** How much of a slowed pace one accepted call takes back: about six of them make up for three refusals. */
const RECOVERY = 0.7;

/** A slowed pace is forgotten after a minute without calls: limits are counted by the second (documented). */
const FORGET_AFTER_MS = 60_000;

/** Below what a clock in milliseconds since 1970 can tell: a rest this small is none. */
const CLOCK_GRAIN_MS = 0.001;

/** A pacer that gives at most `perSecond` turns a second, and after refusals one in `longestMs` at the least. */
export function createRateLimiter(perSecond: number, clock: Clock, longestMs = 8_000): RateLimiter {
	const shortestMs = 1000 / perSecond;
	let spacingMs = shortestMs;
	let lastTurnMs = -Infinity;
	let slowedMs = -Infinity;
	let usedMs = clock.now();
	let isGiving = false;
	let hurry: AbortController | undefined;
	const line = createWaitQueue(() => {
		// The last to leave take the timer with them.
		if (line.isEmpty()) hurry?.abort();
	});

	const pauseMs = (): number => {
		const sinceMs = clock.now() - lastTurnMs;
		// A clock that was set back must not make anybody wait for the old time to come again.
		return sinceMs < 0 ? 0 : spacingMs - sinceMs;
	};

	async function giveTurns(): Promise<void> {
		isGiving = true;
		while (!line.isEmpty()) {
			const waitMs = pauseMs();
			if (waitMs > CLOCK_GRAIN_MS) {
				hurry = new AbortController();
				await clock.sleep(waitMs, hurry.signal);
				hurry = undefined;
				// The pace may have slowed meanwhile.
				continue;
			}
			lastTurnMs = clock.now();
			line.resolveNext();
		}
		isGiving = false;
	}

	return {
		async turn(signal) {
			if (signal?.aborted) return;
			const nowMs = clock.now();
			if (nowMs - usedMs > FORGET_AFTER_MS) spacingMs = shortestMs;
			usedMs = nowMs;
			if (!isGiving && pauseMs() <= CLOCK_GRAIN_MS) {
				lastTurnMs = nowMs;
				return;
			}
			const called = line.join(signal);
			if (!isGiving) void giveTurns();
			await called;
		},

		backOff() {
			const nowMs = clock.now();
			// Calls that were under way together are refused together: that is one sign, not many.
			if (nowMs >= slowedMs && nowMs < slowedMs + spacingMs) return;
			slowedMs = nowMs;
			spacingMs = Math.min(spacingMs * 2, Math.max(longestMs, shortestMs));
		},

		recover() {
			spacingMs = Math.max(spacingMs * RECOVERY, shortestMs);
		},

		lastUsedMs: () => usedMs,
	};
}
