import type { RateLimit } from '../models/model.mts';

// A client that spaces its calls by the clock is off by some milliseconds when they arrive.
const TOLERANCE_MS = 50;

/** Counts calls by name and refuses those beyond a limit. */
export class RateLimits {
	private readonly calls = new Map<string, readonly number[]>();

	/** True, and counted, unless as many calls of this name were let through within the period. */
	admit(name: string, { count, perSeconds }: RateLimit, nowMs: number): boolean {
		const windowMs = perSeconds * 1000 - TOLERANCE_MS;
		const recent = (this.calls.get(name) ?? []).filter((atMs) => nowMs - atMs < windowMs);
		const admitted = recent.length < count;
		this.calls.set(name, admitted ? [...recent, nowMs] : recent);
		return admitted;
	}
}
