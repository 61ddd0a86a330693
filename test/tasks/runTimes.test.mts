import { describe, expect, it } from 'vitest';
import { createRunTimes, type RunTimeKey } from '../../nodes/WanKeyframeVideo/tasks/runTimes.ts';
import { readTask } from '../../nodes/WanKeyframeVideo/tasks/task.ts';

const KIND: RunTimeKey = { model: 'm', resolution: '720P', seconds: '5', usualRunMs: 70_000 };

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

/** What is expected of a new task of this kind after these run times of others. */
function after(runs: readonly number[], kind: Partial<RunTimeKey> = {}) {
	const times = createRunTimes();
	for (const [index, runMs] of runs.entries()) {
		times.note(`t${index}`, KIND);
		times.learn(done(`t${index}`, runMs, index * 5_000));
	}
	times.note('new', { ...KIND, ...kind });
	return times.expect('new');
}

describe('the run time of a new task is expected', () => {
	it('as usual for its model where none like it has ended', () => {
		expect(after([])).toEqual({ kind: 'usual', runMs: 70_000 });
	});

	it('as the one before it took, without its time in the queue, give or take a tenth', () => {
		expect(after([40_000])).toEqual({ kind: 'learned', runMs: 40_000, spreadMs: 4_000 });
	});

	it('between the shortest and the longest of the last nine', () => {
		const old = 500_000;
		const expected = { kind: 'learned', runMs: 50_000, spreadMs: 10_000 };
		expect(after([old, old, 40_000, ...Array<number>(7).fill(50_000), 60_000])).toEqual(expected);
	});

	it('with a spread of a third at most', () => {
		const expected = { kind: 'learned', runMs: 55_000, spreadMs: 16_500 };
		expect(after([10_000, 100_000])).toEqual(expected);
	});

	it.each([{ model: 'n' }, { resolution: '1080P' }, { seconds: '10' }])(
		'from its like alone: %j is another kind',
		(kind) => {
			expect(after([40_000], kind)).toEqual({ kind: 'usual', runMs: 70_000 });
		},
	);
});

it('nothing is expected of a task that was created elsewhere, and nothing learned from it', () => {
	const times = createRunTimes();
	times.learn(done('foreign', 40_000));
	expect(times.expect('foreign')).toBeUndefined();
	times.note('new', KIND);
	expect(times.expect('new')).toEqual({ kind: 'usual', runMs: 70_000 });
});

it('a task teaches once, however often it is looked at', () => {
	const times = createRunTimes();
	times.note('a', KIND);
	times.note('b', KIND);
	times.learn(done('a', 40_000));
	for (let i = 0; i < 20; i++) times.learn(done('b', 44_000));
	times.note('new', KIND);
	expect(times.expect('new')).toEqual({ kind: 'learned', runMs: 42_000, spreadMs: 4_200 });
});

it('what is remembered is bounded', () => {
	const times = createRunTimes();
	times.note('first', KIND);
	for (let i = 0; i < 5_000; i++) times.note(`t${i}`, KIND);
	expect(times.expect('first')).toBeUndefined();
	expect(times.expect('t4999')).toBeDefined();
});
