/** Lets a few at a time do something; the others wait in the order in which they came. */
export interface Places {
	/** Runs `work` once there is a place for it; undefined where `signal` aborts before that. */
	take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined>;
}

interface Waiting {
	readonly go: () => void;
	readonly signal: AbortSignal | undefined;
}

export function createPlaces(count: number): Places {
	let free = count;
	let queue: Waiting[] = [];

	const isAwaitedWith = (signal: AbortSignal | undefined): boolean =>
		queue.some((waiting) => waiting.signal === signal);

	function dropStopped(): void {
		const stopped = queue.filter(({ signal }) => signal?.aborted);
		queue = queue.filter(({ signal }) => !signal?.aborted);
		for (const { go, signal } of stopped) {
			signal?.removeEventListener('abort', dropStopped);
			go();
		}
	}

	function leave(): void {
		const [next, ...others] = queue;
		if (next === undefined) {
			free++;
			return;
		}
		queue = others;
		if (!isAwaitedWith(next.signal)) next.signal?.removeEventListener('abort', dropStopped);
		next.go();
	}

	return {
		async take(work, signal) {
			if (signal?.aborted) return undefined;
			if (free > 0) free--;
			else {
				await new Promise<void>((resolve) => {
					// One listener for all who wait with the same signal: Node warns from eleven on.
					if (!isAwaitedWith(signal)) signal?.addEventListener('abort', dropStopped);
					queue = [...queue, { go: resolve, signal }];
				});
				// Whoever was dropped has no place to give back.
				if (signal?.aborted) return undefined;
			}
			const result = await work().finally(leave);
			return result;
		},
	};
}
