import type { ApiError } from '../dashscope/apiError';
import { optional } from '../util/optional';
import { ok, type Result } from '../util/result';
import {
	LONGEST_LIST_PERIOD_MS,
	readTaskList,
	toTaskSummary,
	type ListedTask,
	type TaskListSource,
	type TaskPage,
} from './taskList';

/**
 * A period of submission, at most 24 hours long; times in milliseconds since 1970, by the service's
 * clock.
 */
export interface ListPeriod {
	readonly fromMs: number;
	readonly toMs: number;
}

/** What the list says about a task; times in milliseconds since 1970, by the service's clock. */
export interface TaskEntry {
	readonly taskId: string;
	readonly status: string;
	readonly hasEnded: boolean;
	readonly model?: string;
	readonly submittedMs?: number;
	readonly finishedMs?: number;
}

/** All that the list holds for some periods, by task ID. */
export interface TaskListing {
	readonly entries: ReadonlyMap<string, TaskEntry>;
	/** False if the list changed while its pages were read: a task may be missing. */
	readonly isComplete: boolean;
}

/** How far n8n's clock may differ from the service's without a task being missed or late. */
export const CLOCK_SKEW_MS = 3_600_000;

/** A list that changes while it is read is read again, so often at most. */
const MAX_PASSES = 3;

/**
 * The periods that cover everything submitted from `fromMs` until now: one, or two from about a day
 * on. They start no earlier than the service keeps tasks, and allow for the skew at both ends.
 */
export function listPeriods(fromMs: number, nowMs: number): ListPeriod[] {
	const startMs = Math.max(fromMs, nowMs - LONGEST_LIST_PERIOD_MS - CLOCK_SKEW_MS);
	const endMs = Math.max(startMs, nowMs) + CLOCK_SKEW_MS;
	const longest = { fromMs: startMs, toMs: startMs + LONGEST_LIST_PERIOD_MS };
	return longest.toMs >= endMs
		? [{ fromMs: startMs, toMs: endMs }]
		: [longest, { fromMs: longest.toMs, toMs: endMs }];
}

/**
 * Reads all pages of these periods, again if they changed meanwhile. `isTimeUp` ends the reading;
 * what was read by then is incomplete. Without `status`, tasks of all statuses.
 */
export async function readTaskListing(
	source: TaskListSource,
	periods: readonly ListPeriod[],
	isTimeUp: () => boolean,
	status?: string,
): Promise<Result<TaskListing, ApiError>> {
	const seen = new Map<string, TaskEntry>();
	for (let pass = 0; pass < MAX_PASSES && !isTimeUp(); pass++) {
		const entries = new Map<string, TaskEntry>();
		let isComplete = true;
		for (const period of periods) {
			const query = { ...period, ...optional('status', status) };
			const listing = await readPeriod(source, query, isTimeUp);
			if (!listing.ok) return listing;
			for (const [taskId, entry] of listing.value.entries) entries.set(taskId, entry);
			isComplete &&= listing.value.isComplete;
		}
		if (isComplete) return ok({ entries, isComplete });
		for (const [taskId, entry] of entries) seen.set(taskId, entry);
	}
	return ok({ entries: seen, isComplete: false });
}

/** The first page alone; undefined where there is none. */
export async function readFirstPage(
	source: TaskListSource,
	query: ListPeriod & { readonly status: string },
): Promise<Result<TaskPage, ApiError> | undefined> {
	for await (const page of readTaskList(source, query)) return page;
	return undefined;
}

async function readPeriod(
	source: TaskListSource,
	query: ListPeriod & { readonly status?: string },
	isTimeUp: () => boolean,
): Promise<Result<TaskListing, ApiError>> {
	const entries = new Map<string, TaskEntry>();
	const totals = new Set<number | undefined>();
	let pages = 0;
	for await (const page of readTaskList(source, query)) {
		if (!page.ok) return page;
		pages++;
		totals.add(page.value.total);
		for (const entry of page.value.tasks.map(toTaskEntry)) entries.set(entry.taskId, entry);
		if (isTimeUp() && pages < page.value.pages) return ok({ entries, isComplete: false });
	}
	// A task that moved to a page that was read before is missed, but counted.
	const [total] = totals;
	const isOnePage = pages <= 1 && total === undefined;
	const isComplete = isOnePage || (totals.size === 1 && total === entries.size);
	return ok({ entries, isComplete });
}

/** An entry of the list as far as it says when a task ended, and whose it is. */
export function toTaskEntry({ hasEnded, task }: ListedTask): TaskEntry {
	const { taskId, status, model, submittedAt, finishedAt } = toTaskSummary(task);
	return {
		taskId,
		status,
		hasEnded,
		...optional('model', model),
		...optional('submittedMs', timeOf(submittedAt)),
		...optional('finishedMs', timeOf(finishedAt)),
	};
}

function timeOf(iso: string | undefined): number | undefined {
	return iso === undefined ? undefined : Date.parse(iso);
}
