import { isTransient, type ApiError } from '../dashscope/apiError';
import type { Clock } from '../util/clock';
import type { JsonRecord } from '../util/json';
import type { Result } from '../util/result';

/** Reading costs nothing, so a fault that passes must not fail a run; more than a few seconds belong to Wait. */
const PAUSES_MS = [1_000, 3_000, 8_000] as const;

/** A service that is silent is not asked again: each time-out takes up to a minute. */
const LONGEST_MS = 60_000;

/**
 * Asks again, a few times, while the answer is a fault that may pass (429, 5xx, no answer). Ends at once when
 * `signal` aborts. Only for calls that change nothing.
 */
export async function retryRead(
	clock: Clock,
	signal: AbortSignal,
	read: () => Promise<Result<JsonRecord, ApiError>>,
): Promise<Result<JsonRecord, ApiError>> {
	const startMs = clock.now();
	for (const pauseMs of PAUSES_MS) {
		const answer = await read();
		const isOver = clock.now() - startMs >= LONGEST_MS;
		if (answer.ok || isOver || signal.aborted || !isTransient(answer.error)) return answer;
		await clock.sleep(pauseMs, signal);
	}
	return await read();
}
