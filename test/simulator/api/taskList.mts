import { ACCOUNT, apiUniqueKey } from './account.mts';
import { parseListTime } from '../clock.mts';
import type { JsonObject } from '../json.mts';
import { pageOf, readPage } from './pages.mts';
import type { PageLimit } from './serviceOptions.mts';
import { finishesAtMs, statusAt, type SimulatedTask } from '../tasks/tasks.mts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_PAGE_SIZE = 10;

type ListAnswer = { ok: true; body: JsonObject } | { ok: false; message: string };

/** One page of the task list: filters, defaults and documented members, newest task first. */
export function listAnswer(
	tasks: readonly SimulatedTask[],
	query: JsonObject,
	limit: PageLimit,
	nowMs: number,
): ListAnswer {
	const period = readPeriod(query, nowMs);
	if (period === undefined) {
		return { ok: false, message: 'start_time and end_time must be at most 24 hours apart.' };
	}
	const requested = readPage(query, DEFAULT_PAGE_SIZE);
	const isTooLarge = requested !== undefined && requested.size > limit.maxSize;
	if (requested === undefined || (isTooLarge && limit.larger === 'refused')) {
		return { ok: false, message: 'page_no or page_size is invalid.' };
	}
	const page = { ...requested, size: Math.min(requested.size, limit.maxSize) };
	const matching = tasks
		.filter(
			(task) =>
				// A list that lags behind knows nothing of later tasks.
				task.submittedAtMs <= nowMs &&
				task.submittedAtMs >= period.fromMs &&
				task.submittedAtMs <= period.toMs &&
				matches(query.model_name, task.model.id) &&
				matches(query.status, statusAt(task, nowMs)) &&
				matches(query.task_id, task.id),
		)
		.sort((one, other) => other.submittedAtMs - one.submittedAtMs);
	return {
		ok: true,
		body: {
			total: matching.length,
			total_page: Math.ceil(matching.length / page.size),
			page_no: page.number,
			page_size: page.size,
			data: pageOf(matching, page).map((task) => listEntry(task, nowMs)),
		},
	};
}

function listEntry(task: SimulatedTask, nowMs: number): JsonObject {
	const finishedAtMs = finishesAtMs(task);
	return {
		api_key_id: ACCOUNT.apiKeyId,
		caller_parent_id: ACCOUNT.uid,
		caller_uid: ACCOUNT.uid,
		gmt_create: task.submittedAtMs,
		...(nowMs >= task.startsAtMs && { start_time: task.startsAtMs }),
		...(nowMs >= finishedAtMs && { end_time: finishedAtMs }),
		model_name: task.model.id,
		region: ACCOUNT.region,
		request_id: task.requestId,
		status: statusAt(task, nowMs),
		task_id: task.id,
		user_api_unique_key: apiUniqueKey(task.model),
	};
}

function matches(wanted: unknown, value: string): boolean {
	return wanted === undefined || wanted === '' || wanted === value;
}

interface Period {
	fromMs: number;
	toMs: number;
}

function readPeriod(
	{ start_time: start, end_time: end }: JsonObject,
	nowMs: number,
): Period | undefined {
	const fromMs = start === undefined ? undefined : parseListTime(String(start));
	const toMs = end === undefined ? undefined : parseListTime(String(end));
	const malformed =
		(start !== undefined && fromMs === undefined) || (end !== undefined && toMs === undefined);
	if (malformed) return undefined;
	const latestMs = toMs ?? (fromMs === undefined ? nowMs : fromMs + DAY_MS);
	const period = { fromMs: fromMs ?? latestMs - DAY_MS, toMs: latestMs };
	const lengthMs = period.toMs - period.fromMs;
	return lengthMs >= 0 && lengthMs <= DAY_MS ? period : undefined;
}
