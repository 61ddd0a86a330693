import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';
import { createTaskWatcher } from '../../nodes/WanKeyframeVideo/tasks/taskWatcher.ts';
import type { JsonRecord } from '../../nodes/WanKeyframeVideo/util/json.ts';
import type { Result } from '../../nodes/WanKeyframeVideo/util/result.ts';
import { manualClock } from '../util/manualClock.mts';

type Answer = Result<JsonRecord, ApiError>;

interface Service {
	readonly query?: (taskId: string, nowMs: number) => Promise<Answer> | Answer;
	readonly list?: (nowMs: number, signal: AbortSignal) => Promise<Answer> | Answer;
	readonly timeoutMs?: number;
	readonly stopAtMs?: number;
}

const status = (taskId: string, word: string): Answer => ({
	ok: true,
	value: { output: { task_id: taskId, task_status: word } },
});
const listOf = (count: number, word: string): Answer => ({
	ok: true,
	value: {
		total_page: 1,
		data: Array.from({ length: count }, (_, i) => ({ task_id: `t${i}`, status: word })),
	},
});
const CUT: Answer = {
	ok: false,
	error: { kind: 'unreachable', cause: 'ECONNRESET', connectFailed: false },
};
const never = async () => await new Promise<never>(() => {});

/** Waits for so many new tasks; by default all run for three seconds. */
async function watch(count: number, service: Service) {
	const clock = manualClock(1_000_000);
	const startMs = clock.now();
	const age = () => clock.now() - startMs;
	const wordAt = (ms: number) => (ms >= 3_000 ? 'SUCCEEDED' : 'RUNNING');
	const {
		query = (taskId, nowMs) => status(taskId, wordAt(nowMs)),
		list = (nowMs) => listOf(count, wordAt(nowMs)),
		timeoutMs = 30 * 60_000,
		stopAtMs,
	} = service;
	const stop = new AbortController();
	if (stopAtMs !== undefined) clock.at(startMs + stopAtMs, () => stop.abort());
	const calls = { query: 0, list: 0 };
	const watcher = createTaskWatcher({
		clock,
		signal: stop.signal,
		client: {
			listPageSize: { value: 100 },
			queryTask: async (taskId) => {
				calls.query++;
				return await query(taskId, age());
			},
			listTasks: async (_, signal) => {
				calls.list++;
				return await list(age(), signal);
			},
		},
	});
	const request = { polling: { kind: 'automatic' }, timeoutMs, isNew: true } as const;
	const ends = await clock.run(
		Promise.allSettled(
			Array.from({ length: count }, async (_, i) => {
				const end = await watcher.watch(`t${i}`, request);
				return { ...end, atMs: age() };
			}),
		),
	);
	return { ends, calls };
}

const kindsOf = (ends: ReadonlyArray<PromiseSettledResult<{ readonly kind: string }>>) =>
	new Set(ends.map((end) => (end.status === 'rejected' ? 'rejected' : end.value.kind)));
const lastEndOf = (ends: ReadonlyArray<PromiseSettledResult<{ readonly atMs: number }>>) =>
	Math.max(...ends.map((end) => (end.status === 'rejected' ? Infinity : end.value.atMs)));

describe('what is thrown inside', () => {
	it.each([1, 12])(
		'a query rejects the waits of all %i tasks, and nothing floats',
		async (count) => {
			const { ends } = await watch(count, {
				query: () => {
					throw new Error('thrown in a query');
				},
			});
			expect(kindsOf(ends)).toEqual(new Set(['rejected']));
		},
	);

	it('the list rejects the waits, and nothing floats', async () => {
		const { ends } = await watch(12, {
			list: () => {
				throw new Error('thrown in the list');
			},
			query: (taskId) => status(taskId, 'RUNNING'),
		});
		expect(kindsOf(ends)).toContain('rejected');
		expect(kindsOf(ends)).not.toContain('finished');
	});
});

describe('a list of tasks', () => {
	it('finds the ends of twelve tasks, each queried once for its video', async () => {
		const { ends, calls } = await watch(12, {});
		expect(kindsOf(ends)).toEqual(new Set(['finished']));
		expect(calls.query).toBeLessThanOrEqual(12 + 10);
	});

	it('that never shows an end does not keep tasks longer than a few minutes', async () => {
		const { ends } = await watch(12, { list: () => listOf(12, 'RUNNING') });
		expect(kindsOf(ends)).toEqual(new Set(['finished']));
		expect(lastEndOf(ends)).toBeLessThan(3 * 60_000);
	});

	it('that is silent does not keep tasks longer than their time-out', async () => {
		const { ends } = await watch(12, { list: never, timeoutMs: 90_000 });
		expect(kindsOf(ends)).toEqual(new Set(['finished']));
		expect(lastEndOf(ends)).toBeLessThanOrEqual(90_000);
	});

	it('that is still being read when the last wait is over is read no further', async () => {
		const readings: AbortSignal[] = [];
		const list = async (_: number, signal: AbortSignal) => {
			readings.push(signal);
			return await never();
		};
		await watch(12, { list, timeoutMs: 90_000 });
		expect(readings.length).toBeGreaterThan(0);
		expect(readings.map(({ aborted }) => aborted)).not.toContain(false);
	});

	it.each<[string, Answer]>([
		['is refused', { ok: false, error: { kind: 'refused', status: 403, code: 'X', message: '' } }],
		['is none', { ok: true, value: { data: 7 } }],
		['does not come', CUT],
		['has none of the tasks', { ok: true, value: { total_page: 1, data: [] } }],
		['is of a hundred pages', { ok: true, value: { total_page: 100, data: [] } }],
	])('that %s leaves the tasks to queries of their own', async (_, answer) => {
		const { ends, calls } = await watch(12, { list: () => answer });
		expect(kindsOf(ends)).toEqual(new Set(['finished']));
		expect(calls.list).toBeLessThanOrEqual(10);
	});
});

describe('a query without an answer', () => {
	it.each([1, 12])('ends with the time-out of each of %i waits', async (count) => {
		const { ends } = await watch(count, { query: never, list: never, timeoutMs: 30_000 });
		expect(kindsOf(ends)).toEqual(new Set(['timedOut']));
		expect(lastEndOf(ends)).toBeLessThanOrEqual(60_000);
	});

	it.each([1, 12])('ends with Stop at once, for each of %i tasks', async (count) => {
		const { ends } = await watch(count, { query: never, list: never, stopAtMs: 20_000 });
		expect(kindsOf(ends)).toEqual(new Set(['stopped']));
		expect(lastEndOf(ends)).toBe(20_000);
	});
});
