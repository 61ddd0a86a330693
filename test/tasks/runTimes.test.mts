import { describe, expect, it } from 'vitest';
import { createRunTimes, type RunTimeKey } from '../../nodes/WanKeyframeVideo/tasks/runTimes.ts';
import { readTask } from '../../nodes/WanKeyframeVideo/tasks/task.ts';

const KEY: RunTimeKey = { model: 'm', resolution: '720P', seconds: '5' };

/** A task that was done after these times in the queue and at work. */
function done(taskId: string, runMs: number, queueMs = 1_000) {
	const stamp = (ms: number) => new Date(ms).toISOString().replace('T', ' ').slice(0, -1);
	return readTask(taskId, {
		output: {
			task_status: 'SUCCEEDED',
			submit_time: stamp(0),
			scheduled_time: stamp(queueMs),
			end_time: stamp(queueMs + runMs),
		},
	});
}

/** The estimate for a new task after these run times of others. */
function after(runs: readonly number[], other: Partial<RunTimeKey> = {}) {
	const times = createRunTimes();
	for (const [index, runMs] of runs.entries()) {
		times.track(`t${index}`, KEY);
		times.record(done(`t${index}`, runMs, index * 5_000));
	}
	times.track('new', { ...KEY, ...other });
	return times.estimate('new');
}

describe('the estimated run time of a new task', () => {
	it('is not there until a task of its kind has ended', () => {
		expect(after([])).toBeUndefined();
	});

	it('is that of the one before, without its time in the queue, give or take a tenth', () => {
		expect(after([40_000])).toEqual({ runMs: 40_000, spreadMs: 4_000 });
	});

	it('lies between the shortest and the longest of the last nine', () => {
		const old = 500_000;
		const expected = { runMs: 50_000, spreadMs: 10_000 };
		expect(after([old, old, 40_000, ...Array<number>(7).fill(50_000), 60_000])).toEqual(expected);
	});

	it('spreads by 30 % at most', () => {
		const expected = { runMs: 55_000, spreadMs: 16_500 };
		expect(after([10_000, 100_000])).toEqual(expected);
	});

	it.each([{ model: 'n' }, { resolution: '1080P' }, { seconds: '10' }])(
		'does not come from tasks with %j instead',
		(other) => {
			expect(after([40_000], other)).toBeUndefined();
		},
	);
});

it('a task that is not tracked has no estimate, and its run time is not recorded', () => {
	const times = createRunTimes();
	times.record(done('foreign', 40_000));
	expect(times.estimate('foreign')).toBeUndefined();
	times.track('new', KEY);
	expect(times.estimate('new')).toBeUndefined();
});

it('the run time of a task is recorded once, however often the task is read', () => {
	const times = createRunTimes();
	times.track('a', KEY);
	times.track('b', KEY);
	times.record(done('a', 40_000));
	for (let i = 0; i < 20; i++) times.record(done('b', 44_000));
	times.track('new', KEY);
	expect(times.estimate('new')).toEqual({ runMs: 42_000, spreadMs: 4_200 });
});

it('run times are remembered of the latest 5,000 tasks only', () => {
	const times = createRunTimes();
	times.track('recorded', KEY);
	times.record(done('recorded', 40_000));
	times.track('first', KEY);
	for (let i = 0; i < 5_000; i++) times.track(`t${i}`, KEY);
	expect(times.estimate('first')).toBeUndefined();
	expect(times.estimate('t4999')).toBeDefined();
});
