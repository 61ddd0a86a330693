import type { ApiError } from '../dashscope/apiError';
import { optional } from '../util/optional';
import { ok, type Result } from '../util/result';
import { toTaskSummary } from './listedResult';
import { LIST_PAGE_SIZE, LONGEST_LIST_PERIOD_MS, type ListedTask, type TaskPage } from './taskList';

/** Tasks by the time of their submission, at most 24 hours; times in milliseconds since 1970. */
export interface ListPeriod {
	readonly fromMs: number;
	readonly toMs: number;
}

export interface ListPageQuery extends ListPeriod {
	readonly pageNo: number;
	readonly pageSize: number;
	readonly status?: string;
}

/** Asks the service for a page of the list, once. */
export type ListPage = (query: ListPageQuery) => Promise<Result<TaskPage, ApiError>>;

/** What the list tells of a task; times in milliseconds since 1970, by the service's clock. */
export interface TaskEntry {
	readonly taskId: string;
	readonly status: string;
	readonly isOver: boolean;
	readonly model?: string;
	readonly submittedMs?: number;
	readonly finishedMs?: number;
}

/** All that the list holds of a time, by task ID. */
export interface TaskListing {
	readonly entries: ReadonlyMap<string, TaskEntry>;
	/** False if the list changed while its pages were read: a task may be missing. */
	readonly isComplete: boolean;
}

/** How far n8n's clock may be off the service's without a task being missed or late. */
export const CLOCK_SKEW_MS = 3_600_000;

/** The service's own page size (documented), where it refuses a larger one. */
const DEFAULT_PAGE_SIZE = 10;

/** A list that changes while it is read is read again, so often at most. */
const MOST_PASSES = 3;

/**
 * The periods that cover everything submitted from a time until now: one, or two for a time of a day ago. They reach
 * back no further than the service keeps tasks, and a skew of the clocks beyond both ends.
 */
export function listPeriods(fromMs: number, nowMs: number): ListPeriod[] {
	const startMs = Math.max(fromMs, nowMs - LONGEST_LIST_PERIOD_MS - CLOCK_SKEW_MS);
	const endMs = Math.max(startMs, nowMs) + CLOCK_SKEW_MS;
	const longest = { fromMs: startMs, toMs: startMs + LONGEST_LIST_PERIOD_MS };
	return longest.toMs >= endMs
		? [{ fromMs: startMs, toMs: endMs }]
		: [longest, { fromMs: longest.toMs, toMs: endMs }];
}

/** The list with the page size that the service takes. */
export interface PagedList {
	readonly page: (query: Omit<ListPageQuery, 'pageSize'>) => Promise<Result<TaskPage, ApiError>>;
	/** What is asked for now; worth keeping, for it saves the refused call. */
	readonly pageSize: () => number;
}

/** Asks for large pages until one is refused (no maximum is documented). */
export function pagedList(list: ListPage, pageSize = LIST_PAGE_SIZE): PagedList {
	return {
		pageSize: () => pageSize,
		async page(query) {
			const answer = await list({ ...query, pageSize });
			const isRefused =
				!answer.ok && answer.error.kind === 'refused' && answer.error.status === 400;
			if (!isRefused || pageSize <= DEFAULT_PAGE_SIZE) return answer;
			const smaller = await list({ ...query, pageSize: DEFAULT_PAGE_SIZE });
			if (smaller.ok) pageSize = DEFAULT_PAGE_SIZE;
			return smaller;
		},
	};
}

/**
 * Reads all pages of these periods, again where they changed meanwhile. `isTimeUp` ends the reading; what is read by
 * then is given as incomplete. Without `status`, tasks of all statuses.
 */
export async function readTaskList(
	{ page }: PagedList,
	periods: readonly ListPeriod[],
	isTimeUp: () => boolean,
	status?: string,
): Promise<Result<TaskListing, ApiError>> {
	const seen = new Map<string, TaskEntry>();
	for (let pass = 0; pass < MOST_PASSES && !isTimeUp(); pass++) {
		const entries = new Map<string, TaskEntry>();
		let isComplete = true;
		for (const period of periods) {
			const read = await readPeriod(page, period, isTimeUp, status);
			if (!read.ok) return read;
			for (const [taskId, entry] of read.value.entries) entries.set(taskId, entry);
			isComplete &&= read.value.isComplete;
		}
		if (isComplete) return ok({ entries, isComplete });
		for (const [taskId, entry] of entries) seen.set(taskId, entry);
	}
	return ok({ entries: seen, isComplete: false });
}

async function readPeriod(
	page: PagedList['page'],
	period: ListPeriod,
	isTimeUp: () => boolean,
	status: string | undefined,
): Promise<Result<TaskListing, ApiError>> {
	const entries = new Map<string, TaskEntry>();
	const totals = new Set<number | undefined>();
	let pages = 1;
	let pageNo = 1;
	for (; pageNo <= pages; pageNo++) {
		if (isTimeUp()) return ok({ entries, isComplete: false });
		const answer = await page({ ...period, pageNo, ...optional('status', status) });
		if (!answer.ok) return answer;
		totals.add(answer.value.total);
		// A page without tasks is the last, whatever is said of their number.
		pages = answer.value.tasks.length > 0 ? answer.value.pages : 0;
		for (const listed of answer.value.tasks) {
			const entry = toEntry(listed);
			entries.set(entry.taskId, entry);
		}
	}
	// A task that moved to a page that was read already is missed, but it is counted.
	const [total] = totals;
	const isOnePage = pageNo <= 2 && total === undefined;
	const isComplete = isOnePage || (totals.size === 1 && total === entries.size);
	return ok({ entries, isComplete });
}

/** An entry of the list as far as it tells when a task ended, and whose it is. */
export function toEntry({ isOver, task }: ListedTask): TaskEntry {
	const { taskId, status, model, submittedAt, finishedAt } = toTaskSummary(task);
	return {
		taskId,
		status,
		isOver,
		...optional('model', model),
		...optional('submittedMs', timeOf(submittedAt)),
		...optional('finishedMs', timeOf(finishedAt)),
	};
}

function timeOf(iso: string | undefined): number | undefined {
	return iso === undefined ? undefined : Date.parse(iso);
}
