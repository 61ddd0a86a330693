import type { ApiError } from '../dashscope/apiError';
import type { TaskListQuery } from '../dashscope/client';
import { unexpectedResponse } from '../dashscope/readResponse';
import { isoTime } from '../dashscope/serviceTime';
import { isRecord, optionalNumber, optionalText, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';
import { fail, ok, type Result } from '../util/result';
import { readTask, type Task } from './task';

/**
 * The longest period that the list accepts, and how long the service keeps tasks (documented,
 * section 5).
 */
export const LONGEST_LIST_PERIOD_MS = 24 * 3_600_000;

/** A task as the list has it: without its video. */
export interface ListedTask {
	readonly hasEnded: boolean;
	readonly task: Task;
}

export interface TaskPage {
	/** How many pages there are, as the answer says. */
	readonly pages: number;
	/** How many tasks all pages hold, where the answer says so. */
	readonly total?: number;
	/** The size that the service gave its pages, where the answer says so. */
	readonly pageSize?: number;
	readonly tasks: readonly ListedTask[];
}

/** Reads a page of the task list (documented, section 5); undefined where it is not one. */
export function readTaskPage(answer: JsonRecord): TaskPage | undefined {
	const pages = optionalNumber(answer, 'total_page');
	const data = answer['data'];
	if (pages === undefined || !Array.isArray(data)) return undefined;
	return {
		pages,
		...optional('total', optionalNumber(answer, 'total')),
		...optional('pageSize', optionalNumber(answer, 'page_size')),
		tasks: data.flatMap((entry: unknown) => readEntry(entry)),
	};
}

function readEntry(entry: unknown): ListedTask[] {
	if (!isRecord(entry)) return [];
	const taskId = optionalText(entry, 'task_id');
	const status = optionalText(entry, 'status');
	if (taskId === undefined || status === undefined) return [];
	const bare = readTask(taskId, { output: { task_status: status } });
	return [
		{
			hasEnded: bare.state !== 'active',
			task: {
				...bare,
				answer: entry,
				...optional('submittedAt', isoTime(optionalNumber(entry, 'gmt_create'))),
				...optional('startedAt', isoTime(optionalNumber(entry, 'start_time'))),
			},
		},
	];
}

/** Where a list is read from: the calls of one account. */
export interface TaskListSource {
	readonly list: (query: TaskListQuery) => Promise<Result<JsonRecord, ApiError>>;
	/** The page size that the account's list is known to accept; adapted while reading. */
	readonly pageSize: { value: number };
}

/**
 * Tried in turn where a page size is refused; 10 is the service's default (documented, section 5).
 */
const SMALLER_PAGE_SIZES = [50, 20, 10] as const;

/** A day of more tasks than any account can have run; a list that goes on is not believed. */
const MAX_PAGES = 5_000;

/**
 * Reads the list page by page, each with those of its tasks that no earlier page held. Ends by the
 * number of pages or of tasks that the answers say, with a page that holds no new task, or with an
 * error.
 */
export async function* readTaskList(
	{ list, pageSize }: TaskListSource,
	period: Omit<TaskListQuery, 'pageNo' | 'pageSize'>,
): AsyncGenerator<Result<TaskPage, ApiError>, void> {
	const seen = new Set<string>();
	let size = pageSize.value;
	for (let pageNo = 1; pageNo <= MAX_PAGES; ) {
		const answer = await list({ ...period, pageNo, pageSize: size });
		const smaller = SMALLER_PAGE_SIZES.find((candidate) => candidate < size);
		if (!answer.ok && isSizeRefusal(answer.error, pageNo) && smaller !== undefined) {
			size = smaller;
			continue;
		}
		if (!answer.ok) return yield answer;
		const page = readTaskPage(answer.value);
		if (page === undefined) return yield fail(unexpectedResponse(answer.value));
		// A service that cuts pages counts by its own size; asking for that keeps both counts the
		// same.
		if (page.pageSize !== undefined && page.pageSize >= 1) size = Math.min(size, page.pageSize);
		pageSize.value = size;
		const tasks = newestEntries(page.tasks).filter(({ task }) => !seen.has(task.taskId));
		for (const { task } of tasks) seen.add(task.taskId);
		yield ok({ ...page, tasks });
		const hasMore = pageNo < page.pages || seen.size < (page.total ?? 0);
		if (tasks.length === 0 || !hasMore) return;
		pageNo++;
	}
}

/** Any other cause of a 400 is met with the smallest size too, and then reported. */
const isSizeRefusal = (error: ApiError, pageNo: number): boolean =>
	error.kind === 'refused' && error.status === 400 && pageNo === 1;

/** One entry a task: a page that is written while a task ends may hold it twice. */
function newestEntries(entries: readonly ListedTask[]): ListedTask[] {
	const byId = new Map<string, ListedTask>();
	for (const entry of entries) {
		if (byId.get(entry.task.taskId)?.hasEnded !== true) byId.set(entry.task.taskId, entry);
	}
	return [...byId.values()];
}

/** What the node returns for a task of the list; times in ISO 8601, UTC. */
export interface TaskSummary {
	readonly taskId: string;
	readonly status: string;
	readonly model?: string;
	readonly submittedAt?: string;
	readonly startedAt?: string;
	readonly finishedAt?: string;
	readonly requestId?: string;
}

/** A listed task in the node's words. The list has no video: it takes a query to get it. */
export function toTaskSummary({
	taskId,
	status,
	submittedAt,
	startedAt,
	answer,
}: Task): TaskSummary {
	return {
		taskId,
		status,
		...optional('model', optionalText(answer, 'model_name')),
		...optional('submittedAt', submittedAt),
		...optional('startedAt', startedAt),
		...optional('finishedAt', isoTime(optionalNumber(answer, 'end_time'))),
		...optional('requestId', optionalText(answer, 'request_id')),
	};
}
