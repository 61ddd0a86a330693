import { createSemaphore } from '../util/semaphore';

/** Lets a few transfers run at once; the others wait in the order in which they came. */
export interface TransferSlots {
	/**
	 * Runs `work` once a slot is free; undefined where `signal` aborts before that. A transfer that
	 * turns out to be slow calls `releaseSlot`: it goes on, and its slot serves the next one.
	 */
	run<T>(
		work: (releaseSlot: () => void) => Promise<T>,
		signal: AbortSignal,
	): Promise<T | undefined>;
}

export interface TransferSlotsOptions {
	/** Transfers that hold a slot at once. */
	readonly slots: number;
	/** Slow ones that may run beside them; any more keep their slots. */
	readonly maxSlow: number;
}

/** Slots for one kind of transfer. Those of a whole process share one. */
export function createTransferSlots({ slots, maxSlow }: TransferSlotsOptions): TransferSlots {
	const semaphore = createSemaphore(slots);
	let slow = 0;

	return {
		async run(work, signal) {
			let transfer: ReturnType<typeof work> | undefined;
			let isSlow = false;
			await semaphore.run(async () => {
				const hasReleased = new Promise<void>((resolve) => {
					transfer = work(() => {
						if (isSlow || slow >= maxSlow) return;
						isSlow = true;
						slow++;
						resolve();
					});
				});
				await Promise.race([transfer, hasReleased]);
			}, signal);
			try {
				return await transfer;
			} finally {
				if (isSlow) slow--;
			}
		},
	};
}
