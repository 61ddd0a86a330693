import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';
import type { TaskListQuery } from '../../nodes/WanKeyframeVideo/dashscope/client.ts';
import { readTaskList } from '../../nodes/WanKeyframeVideo/tasks/taskList.ts';
import type { JsonRecord } from '../../nodes/WanKeyframeVideo/util/json.ts';
import type { Result } from '../../nodes/WanKeyframeVideo/util/result.ts';

const PERIOD = { fromMs: 0, toMs: 1 };
const INVALID: ApiError = { kind: 'refused', status: 400, code: 'InvalidParameter', message: '' };

const entry = (id: number, status = 'RUNNING') => ({ task_id: `t${id}`, status });
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

/** Reads a list to its end; `calls` are the pages that were asked for. */
async function read(list: (query: TaskListQuery) => Result<JsonRecord, ApiError>, size = 100) {
	const calls: string[] = [];
	const pageSize = { value: size };
	const tasks: string[] = [];
	let error: ApiError | undefined;
	const source = {
		list: async (query: TaskListQuery) => {
			calls.push(`${query.pageNo} of ${query.pageSize}`);
			return list(query);
		},
		pageSize,
	};
	for await (const page of readTaskList(source, PERIOD)) {
		if (!page.ok) error = page.error;
		else tasks.push(...page.value.tasks.map(({ task }) => `${task.taskId} ${task.status}`));
	}
	return { calls, tasks, error, pageSize: pageSize.value };
}

/** A list of so many tasks, whose pages hold at most `maxPage`; a larger size is cut or refused. */
function listOf(count: number, maxPage: number, whenLarger: 'cut' | 'refuse' = 'cut') {
	return ({ pageNo, pageSize }: TaskListQuery): Result<JsonRecord, ApiError> => {
		if (pageSize > maxPage && whenLarger === 'refuse') return { ok: false, error: INVALID };
		const size = Math.min(pageSize, maxPage);
		const ids = range(
			(pageNo - 1) * size,
			Math.max(0, Math.min(size, count - (pageNo - 1) * size)),
		);
		const data = ids.map((id) => entry(id));
		const total_page = Math.ceil(count / size);
		return { ok: true, value: { total: count, total_page, page_size: size, data } };
	};
}

describe('the task list', () => {
	it('is read in pages of a hundred', async () => {
		const { calls, tasks } = await read(listOf(250, 100));
		expect(calls).toEqual(['1 of 100', '2 of 100', '3 of 100']);
		expect(new Set(tasks).size).toBe(250);
	});

	it.each([50, 20, 10])('is read to its end where pages are cut to %i', async (maxPage) => {
		const { tasks, pageSize } = await read(listOf(120, maxPage));
		expect(new Set(tasks).size).toBe(120);
		expect(pageSize).toBe(maxPage);
	});

	it.each([50, 20, 10])('is read to its end where more than %i is refused', async (maxPage) => {
		const { tasks, pageSize } = await read(listOf(120, maxPage, 'refuse'));
		expect(new Set(tasks).size).toBe(120);
		expect(pageSize).toBe(maxPage);
		const again = await read(listOf(20, maxPage, 'refuse'), pageSize);
		expect(again.calls[0]).toBe(`1 of ${maxPage}`);
	});

	it('is read to its end where the pages are counted by another size', async () => {
		const cut = listOf(120, 50);
		const { tasks } = await read((query) => {
			const answer = cut(query);
			if (!answer.ok) return answer;
			const { page_size: _, ...rest } = answer.value;
			return { ok: true, value: { ...rest, total_page: 2 } };
		});
		expect(new Set(tasks).size).toBe(120);
	});

	it('that refuses every size ends with its refusal, and no size is remembered', async () => {
		const { error, pageSize } = await read(() => ({ ok: false, error: INVALID }));
		expect(error).toEqual(INVALID);
		expect(pageSize).toBe(100);
	});

	it('that gives the same page again and again ends with the first page that holds nothing new', async () => {
		const { calls, tasks } = await read(() => ({
			ok: true,
			value: { total: 9e9, total_page: 9e9, data: range(0, 100).map((id) => entry(id)) },
		}));
		expect(calls).toHaveLength(2);
		expect(tasks).toHaveLength(100);
	});

	it('that goes on for ever ends after 5,000 pages', async () => {
		let id = 0;
		const { calls } = await read(() => ({
			ok: true,
			value: { total_page: 9e9, data: [entry(id++)] },
		}));
		expect(calls).toHaveLength(5_000);
	});

	it('that holds a task twice gives it once, as ended where one entry says so', async () => {
		const { tasks } = await read(() => ({
			ok: true,
			value: {
				total_page: 1,
				data: [entry(1), entry(1, 'SUCCEEDED'), entry(2, 'SUCCEEDED'), entry(2), entry(3)],
			},
		}));
		expect(tasks).toEqual(['t1 SUCCEEDED', 't2 SUCCEEDED', 't3 RUNNING']);
	});

	it('understands lower case', async () => {
		const { tasks } = await read(() => ({
			ok: true,
			value: { total_page: 1, data: [entry(1, 'succeeded'), entry(2, 'cancelled')] },
		}));
		expect(tasks).toEqual(['t1 SUCCEEDED', 't2 CANCELED']);
	});

	it.each([{}, { data: [] }, { total_page: 1, data: {} }, { code: 'X' }])(
		'that is none is an unexpected response: %j',
		async (value) => {
			const { error } = await read(() => ({ ok: true, value }));
			expect(error).toMatchObject({ kind: 'unexpectedResponse', excerpt: JSON.stringify(value) });
		},
	);
});
