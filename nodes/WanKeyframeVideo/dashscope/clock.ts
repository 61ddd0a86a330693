import { sleep } from 'n8n-workflow';

/** Time as the code below sees it, handed in so that tests can run hours in a moment. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Ends after `ms` milliseconds, or as soon as `signal` aborts; never rejects. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Takes a signal only since n8n-workflow 2.34 and ignores it before; the race below serves both. */
const sleepUnlessAborted: (ms: number, signal?: AbortSignal) => Promise<void> = sleep;

/** Those who sleep with a signal; one listener wakes them all, since Node warns from eleven on. */
interface Sleepers {
	readonly alarms: Set<() => void>;
	readonly ringAll: () => void;
}

const sleepersBySignal = new WeakMap<AbortSignal, Sleepers>();

function sleepersOf(signal: AbortSignal): Sleepers {
	const known = sleepersBySignal.get(signal);
	if (known !== undefined) return known;
	const alarms = new Set<() => void>();
	const sleepers = { alarms, ringAll: () => alarms.forEach((ring) => ring()) };
	sleepersBySignal.set(signal, sleepers);
	return sleepers;
}

export const systemClock: Clock = {
	now: () => Date.now(),

	async sleep(exactMs, signal) {
		// Timers know whole milliseconds only, and one that rings early is asked for again and again.
		const ms = Math.ceil(exactMs);
		if (signal === undefined) return await sleep(ms);
		if (signal.aborted) return;
		const own = new AbortController();
		let ring = () => {};
		const rung = new Promise<void>((resolve) => {
			ring = () => {
				own.abort();
				resolve();
			};
		});
		const { alarms, ringAll } = sleepersOf(signal);
		alarms.add(ring);
		signal.addEventListener('abort', ringAll);
		const rejectedByAbort = () => undefined;
		await Promise.race([sleepUnlessAborted(ms, own.signal).catch(rejectedByAbort), rung]);
		alarms.delete(ring);
		if (alarms.size === 0) signal.removeEventListener('abort', ringAll);
	},
};
