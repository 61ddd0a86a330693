/** Callers that wait for their turn, in the order in which they came. */
export interface WaitingLine {
	isEmpty(): boolean;
	/** True when the caller is called, false as soon as `signal` aborts before that. */
	join(signal?: AbortSignal): Promise<boolean>;
	/** Calls the one who came first; false where nobody waits. */
	callNext(): boolean;
}

interface Waiting {
	readonly go: (isCalled: boolean) => void;
	readonly signal: AbortSignal | undefined;
}

/** An empty line; `onDropped` is told whenever an abort has taken some out of it. */
export function createWaitingLine(onDropped?: () => void): WaitingLine {
	let queue: Waiting[] = [];

	const isAwaitedWith = (signal: AbortSignal | undefined): boolean =>
		queue.some((waiting) => waiting.signal === signal);

	function dropStopped(): void {
		const stopped = queue.filter(({ signal }) => signal?.aborted);
		queue = queue.filter(({ signal }) => !signal?.aborted);
		for (const { go, signal } of stopped) {
			signal?.removeEventListener('abort', dropStopped);
			go(false);
		}
		onDropped?.();
	}

	return {
		isEmpty: () => queue.length === 0,

		async join(signal) {
			return await new Promise((resolve) => {
				// One listener for all who wait with the same signal: Node warns from eleven on.
				if (!isAwaitedWith(signal)) signal?.addEventListener('abort', dropStopped);
				queue = [...queue, { go: resolve, signal }];
			});
		},

		callNext() {
			const [next, ...others] = queue;
			if (next === undefined) return false;
			queue = others;
			if (!isAwaitedWith(next.signal)) next.signal?.removeEventListener('abort', dropStopped);
			next.go(true);
			return true;
		},
	};
}
