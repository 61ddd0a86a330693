import type { Clock } from './clock';

/** Gives the caller its turn; turns are at least `1000 / perSecond` milliseconds apart. */
export type Pacer = (signal?: AbortSignal) => Promise<void>;

/** Spaces calls evenly, so that a limit per second holds however it is counted. */
export function createPacer(perSecond: number, clock: Clock): Pacer {
	const spacingMs = 1000 / perSecond;
	let nextTurnMs = 0;
	return async (signal) => {
		const nowMs = clock.now();
		const turnMs = Math.max(nowMs, nextTurnMs);
		nextTurnMs = turnMs + spacingMs;
		if (turnMs > nowMs) await clock.sleep(turnMs - nowMs, signal);
	};
}
