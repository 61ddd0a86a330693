// A client that spaces its calls by the clock is off by some milliseconds when they arrive.
const WINDOW_MS = 950;

/** Counts calls by name and refuses those beyond a number per second. */
export class RateLimits {
	private readonly calls = new Map<string, readonly number[]>();

	/** True, and counted, unless `perSecond` calls of this name were let through within the second. */
	admit(name: string, perSecond: number, nowMs: number): boolean {
		const recent = (this.calls.get(name) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS);
		const admitted = recent.length < perSecond;
		this.calls.set(name, admitted ? [...recent, nowMs] : recent);
		return admitted;
	}
}
