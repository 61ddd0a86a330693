/** A clock that stands still until the test's own promise needs it to go on. */
import type { Clock } from '../../nodes/WanKeyframeVideo/util/clock.ts';

export interface ManualClock extends Clock {
	/** Lets time pass from one sleeper to the next until the promise settles. */
	run<T>(promise: Promise<T>): Promise<T>;
	/** Sets the wall clock forward or back, as a user or a time server does; durations stay. */
	setWallClock(byMs: number): void;
	/** Lets time pass without waking anybody, as a machine does that sleeps. */
	skip(ms: number): void;
	/** Does something at a moment. */
	at(ms: number, action: () => void): void;
}

interface Alarm {
	readonly atMs: number;
	readonly ring: () => void;
}

export function manualClock(startMs = 0): ManualClock {
	let nowMs = startMs;
	let wallOffsetMs = 0;
	let alarms: Alarm[] = [];

	const setAlarm = (atMs: number, ring: () => void): Alarm => {
		const alarm = { atMs, ring };
		// Those of one moment ring in the order in which they were set.
		alarms = [...alarms, alarm].sort((a, b) => a.atMs - b.atMs);
		return alarm;
	};

	return {
		now: () => nowMs + wallOffsetMs,
		monotonicMs: () => nowMs,
		setWallClock: (byMs) => void (wallOffsetMs += byMs),
		skip: (ms) => void (nowMs += ms),
		at: (ms, action) => void setAlarm(ms, action),

		sleep: (ms, signal) =>
			new Promise<void>((resolve) => {
				if (signal?.aborted) return resolve();
				const wake = () => {
					signal?.removeEventListener('abort', stop);
					resolve();
				};
				const alarm = setAlarm(nowMs + ms, wake);
				const stop = () => {
					alarms = alarms.filter((other) => other !== alarm);
					resolve();
				};
				signal?.addEventListener('abort', stop, { once: true });
			}),

		async run(promise) {
			let settled = false;
			const settle = () => {
				settled = true;
			};
			promise.then(settle, settle);
			for (;;) {
				await everythingDue();
				if (settled) return await promise;
				const [next, ...others] = alarms;
				if (next === undefined) throw new Error(`Nobody will wake up after ${nowMs} ms`);
				alarms = others;
				nowMs = Math.max(nowMs, next.atMs);
				next.ring();
			}
		},
	};
}

/** Lets all promises that can settle now do so. */
const everythingDue = () => new Promise<void>((resolve) => setImmediate(resolve));
