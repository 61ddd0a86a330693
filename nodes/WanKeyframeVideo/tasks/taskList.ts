import { isRecord, optionalNumber, optionalText, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';
import { readTask, type Task } from './task';

/** The most that is asked for in a page (the service's own default is 10; inferred). */
export const LIST_PAGE_SIZE = 100;

/** The longest period that the list takes, and how long the service keeps tasks (documented). */
export const LONGEST_LIST_PERIOD_MS = 24 * 3_600_000;

/** A task as the list tells it: whether it is over, but nothing of its video. */
export interface ListedTask {
	readonly isOver: boolean;
	/** As it stands while it is not over. */
	readonly task: Task;
}

export interface TaskPage {
	readonly pages: number;
	/** How many tasks all pages hold, where the service tells it. */
	readonly total?: number;
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
			isOver: bare.state !== 'active',
			task: {
				...bare,
				answer: entry,
				...optional('submittedAt', isoTimeOfMs(optionalNumber(entry, 'gmt_create'))),
				...optional('startedAt', isoTimeOfMs(optionalNumber(entry, 'start_time'))),
			},
		},
	];
}

/** The list writes times as milliseconds since 1970 (documented). */
export function isoTimeOfMs(ms: number | undefined): string | undefined {
	const time = new Date(ms ?? NaN);
	return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
