import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 100;
const LONGEST_WAIT_MS = 60_000;

/** The first value that is not undefined; looked for again and again until it is there. */
export async function eventually<T>(
	what: string,
	look: () => Promise<T | undefined> | T | undefined,
	longestMs = LONGEST_WAIT_MS,
): Promise<T> {
	const deadlineMs = Date.now() + longestMs;
	for (;;) {
		const found = await look();
		if (found !== undefined) return found;
		if (Date.now() > deadlineMs) {
			throw new Error(`Not within ${longestMs / 1_000} seconds: ${what}`);
		}
		await sleep(LOOK_EVERY_MS);
	}
}
