/** All who want to know of a signal's abort; one listener tells them, since Node warns from eleven on. */
interface Audience {
	readonly all: Set<() => void>;
	readonly tellAll: () => void;
}

const audiences = new WeakMap<AbortSignal, Audience>();

function audienceOf(signal: AbortSignal): Audience {
	const known = audiences.get(signal);
	if (known !== undefined) return known;
	const all = new Set<() => void>();
	const audience = { all, tellAll: () => all.forEach((tell) => tell()) };
	audiences.set(signal, audience);
	return audience;
}

/** Calls `tell` when `signal` aborts, unless the function that it gives was called before. */
export function onAbort(signal: AbortSignal, tell: () => void): () => void {
	const { all, tellAll } = audienceOf(signal);
	all.add(tell);
	signal.addEventListener('abort', tellAll);
	return () => {
		all.delete(tell);
		if (all.size === 0) signal.removeEventListener('abort', tellAll);
	};
}
