/** Callbacks for a signal's abort behind one listener: Node warns from eleven listeners on. */
interface Listeners {
	readonly callbacks: Set<() => void>;
	readonly notify: () => void;
}

const listenersBySignal = new WeakMap<AbortSignal, Listeners>();

function listenersOf(signal: AbortSignal): Listeners {
	const existing = listenersBySignal.get(signal);
	if (existing !== undefined) return existing;
	const callbacks = new Set<() => void>();
	const listeners = { callbacks, notify: () => callbacks.forEach((callback) => callback()) };
	listenersBySignal.set(signal, listeners);
	return listeners;
}

/** Calls `callback` when `signal` aborts. Returns a function that unsubscribes. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
	const { callbacks, notify } = listenersOf(signal);
	callbacks.add(callback);
	signal.addEventListener('abort', notify);
	return () => {
		callbacks.delete(callback);
		if (callbacks.size === 0) signal.removeEventListener('abort', notify);
	};
}
