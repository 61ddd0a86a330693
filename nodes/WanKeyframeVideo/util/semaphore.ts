import { createWaitQueue } from './waitQueue';

/** Lets a few at a time do something; the others wait in the order in which they came. */
export interface Semaphore {
	/** Runs `work` once there is a place for it; undefined where `signal` aborts before that. */
	take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined>;
}

export function createSemaphore(count: number): Semaphore {
	let free = count;
	const line = createWaitQueue();

	function leave(): void {
		if (!line.resolveNext()) free++;
	}

	return {
		async take(work, signal) {
			if (signal?.aborted) return undefined;
			if (free > 0) free--;
			else if (!(await line.join(signal))) return undefined;
			try {
				// Called and stopped in the same moment: the place is given back, the work is not begun.
				return signal?.aborted ? undefined : await work();
			} finally {
				leave();
			}
		},
	};
}
