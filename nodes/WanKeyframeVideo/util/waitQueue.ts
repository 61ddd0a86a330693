import { onAbort } from './onAbort';

/** Callers that wait for their turn, in the order in which they came. */
export interface WaitQueue {
	isEmpty(): boolean;
	/** True when the caller is called, false as soon as `signal` aborts before that. */
	join(signal?: AbortSignal): Promise<boolean>;
	/** Calls the one who came first; false where nobody waits. */
	resolveNext(): boolean;
}

/** An empty line; `onDropped` is told whenever an abort has taken somebody out of it. */
export function createWaitQueue(onDropped?: () => void): WaitQueue {
	const queue = new Set<(isCalled: boolean) => void>();

	return {
		isEmpty: () => queue.size === 0,

		async join(signal) {
			return await new Promise((resolve) => {
				const leave = (isCalled: boolean) => {
					queue.delete(leave);
					stopListening?.();
					resolve(isCalled);
				};
				const drop = () => {
					leave(false);
					onDropped?.();
				};
				const stopListening = signal && onAbort(signal, drop);
				queue.add(leave);
			});
		},

		resolveNext() {
			const [next] = queue;
			next?.(true);
			return next !== undefined;
		},
	};
}
