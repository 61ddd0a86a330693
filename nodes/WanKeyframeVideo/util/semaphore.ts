import { onAbort } from './onAbort';

/**
 * Limits how many callers work at the same time; the others wait in the order in which they came.
 */
export interface Semaphore {
	/**
	 * Runs `work` once a slot is free and returns its value; undefined if `signal` aborts before
	 * that. Throws what `work` throws.
	 */
	run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined>;
}

/** A semaphore of so many slots. Hand-made: n8n's verification allows no runtime dependency. */
export function createSemaphore(slots: number): Semaphore {
	let freeSlots = slots;
	/** First in, first out: a Set keeps the order, and an aborted caller leaves it at once. */
	const waiting = new Set<(hasSlot: boolean) => void>();

	async function waitForSlot(signal?: AbortSignal): Promise<boolean> {
		return await new Promise((resolve) => {
			const settle = (hasSlot: boolean) => {
				waiting.delete(settle);
				unsubscribe?.();
				resolve(hasSlot);
			};
			const unsubscribe = signal && onAbort(signal, () => settle(false));
			waiting.add(settle);
		});
	}

	function release(): void {
		const [next] = waiting;
		if (next === undefined) freeSlots++;
		else next(true);
	}

	return {
		async run(work, signal) {
			if (signal?.aborted) return undefined;
			if (freeSlots > 0) freeSlots--;
			else if (!(await waitForSlot(signal))) return undefined;
			try {
				// Stop may come in the same moment as the slot.
				return signal?.aborted ? undefined : await work();
			} finally {
				release();
			}
		},
	};
}
