import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { unservedModel } from '../models/models.mts';
import { RateLimits } from '../api/rateLimits.mts';
import { seedTask } from './taskSeed.mts';
import { schedule, statusAt, type SimulatedTask } from './tasks.mts';

function queued(submittedAtMs: number, pendingMs: number, runningMs: number): SimulatedTask {
	const seed = seedTask(
		{ submittedAtMs, status: 'PENDING' },
		unservedModel('any'),
		Infinity,
		submittedAtMs,
	);
	return { ...seed, queued: true, pendingMs, runningMs };
}

const moment = fc.integer({ min: 0, max: 10_000 });
const tasks = fc.array(
	fc
		.record({ submittedAtMs: moment, pendingMs: moment, runningMs: moment })
		.map((times) => queued(times.submittedAtMs, times.pendingMs, times.runningMs)),
	{ maxLength: 20 },
);

describe('the schedule', () => {
	it('never runs more tasks at once than there are slots', () => {
		fc.assert(
			fc.property(tasks, fc.integer({ min: 1, max: 5 }), (waiting, slots) => {
				const planned = schedule(waiting, slots);
				for (const { startsAtMs } of planned) {
					const running = planned.filter((task) => statusAt(task, startsAtMs) === 'RUNNING');
					expect(running.length).toBeLessThanOrEqual(slots);
				}
			}),
		);
	});

	it('starts a task as soon as it is ready and a slot is free', () => {
		fc.assert(
			fc.property(tasks, (waiting) => {
				for (const task of schedule(waiting, Infinity)) {
					expect(task.startsAtMs).toBe(task.submittedAtMs + task.pendingMs);
				}
			}),
		);
	});

	it('moves no task that has started when a waiting one is canceled', () => {
		fc.assert(
			fc.property(tasks, fc.nat(), moment, (waiting, pick, nowMs) => {
				const planned = schedule(waiting, 2);
				const pending = planned.filter((task) => statusAt(task, nowMs) === 'PENDING');
				const victim = pending[pick % Math.max(1, pending.length)];
				const after = schedule(
					planned.map((task) => (task === victim ? { ...task, canceledAtMs: nowMs } : task)),
					2,
				);
				for (const task of after.filter(({ id }) => id !== victim?.id)) {
					const before = planned.find(({ id }) => id === task.id);
					if (before !== undefined && before.startsAtMs <= nowMs) {
						expect(task.startsAtMs).toBe(before.startsAtMs);
					} else expect(task.startsAtMs).toBeGreaterThan(nowMs);
				}
			}),
		);
	});
});

describe('rate limits', () => {
	it('let evenly spaced calls through for ever, and no burst beyond the number', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 20 }), (perSecond) => {
				const even = new RateLimits();
				const burst = new RateLimits();
				for (let call = 0; call < 100; call += 1) {
					expect(
						even.admit('x', { count: perSecond, perSeconds: 1 }, (call * 1000) / perSecond),
					).toBe(true);
					expect(burst.admit('x', { count: perSecond, perSeconds: 1 }, 0)).toBe(call < perSecond);
				}
			}),
		);
	});
});
