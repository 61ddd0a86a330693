/** A clock that stands still until the test's own promise needs it to go on. */
import type { Clock } from '../../nodes/WanKeyframeVideo/util/clock.ts';

export interface HandClock extends Clock {
	/** Lets time pass from one sleeper to the next until the promise settles. */
	run<T>(promise: Promise<T>): Promise<T>;
	/** Does something at a moment. */
	at(ms: number, action: () => void): void;
}

interface Alarm {
	readonly atMs: number;
	readonly ring: () => void;
}

export function manualClock(startMs = 0): HandClock {
	let nowMs = startMs;
	let alarms: Alarm[] = [];

	const setAlarm = (atMs: number, ring: () => void): Alarm => {
		const alarm = { atMs, ring };
		// Those of one moment ring in the order in which they were set.
		alarms = [...alarms, alarm].sort((a, b) => a.atMs - b.atMs);
		return alarm;
	};

	return {
		now: () => nowMs,
		monotonicMs: () => nowMs,
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
