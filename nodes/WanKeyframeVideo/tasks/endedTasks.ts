import type { ApiError } from '../dashscope/apiError';
import { optional } from '../util/optional';
import { fail, ok, type Result } from '../util/result';
import type { Task } from './task';
import { LONGEST_LIST_PERIOD_MS, type TaskListSource } from './taskList';
import {
	listPeriods,
	readFirstPage,
	readTaskListing,
	toTaskEntry,
	type TaskEntry,
	type TaskListing,
} from './taskListing';
import type { TaskFilter, TriggerState } from './triggerState';

/** The calls that a poll makes. */
export interface TaskSource extends TaskListSource {
	/** A task in full. */
	readonly query: (taskId: string) => Promise<Result<Task, ApiError>>;
}

export interface EndedTasksRequest {
	/** What the last poll remembered; absent for the first, which begins with what ends from now. */
	readonly state?: TriggerState;
	readonly filter: TaskFilter;
	/** By n8n's clock, milliseconds since 1970. */
	readonly nowMs: number;
	readonly source: TaskSource;
	/** True once the poll should come to its end; what is left is for the next one. */
	readonly isTimeUp: () => boolean;
}

export interface EndedTasks {
	/** Tasks that ended since the last poll, in full, in the order of their ends. */
	readonly tasks: readonly Task[];
	/** What to remember once all but those held back (task IDs) have been handed on. */
	readonly remember: (heldBack: ReadonlySet<string>) => TriggerState;
	/** Why not all that ended could be asked for; the others follow with the next poll. */
	readonly error?: ApiError;
	/** How long no poll was remembered, if tasks can have ended unseen in that time. */
	readonly unseenMs?: number;
}

/**
 * How much later a task may appear in the list than one that was submitted after it. Not documented;
 * a generous guess.
 */
const LATE_IN_LIST_MS = 10 * 60_000;

/** Even with no task running, the list is read from so long ago: more than clocks ever differ. */
const IDLE_PERIOD_MS = 12 * 3_600_000;

/** A state of this age is renewed, well before the service forgets the tasks it is about. */
const STALE_MS = 18 * 3_600_000;

/**
 * The service accepts 20 queries a second (documented, section 5). If one of a batch fails, later
 * batches are not sent.
 */
const QUERIES_AT_ONCE = 20;

/** A task that cannot be asked for keeps the later ones waiting for so long: their links live 24 hours. */
const ORDER_KEPT_MS = 2 * 3_600_000;

/**
 * Finds the tasks that ended since the last poll; with one call if there are none. A task is new by
 * its ID, so neither clocks nor equal times matter. After an error the old state still holds.
 */
export async function pollEndedTasks(
	request: EndedTasksRequest,
): Promise<Result<EndedTasks, ApiError>> {
	const { state, filter, nowMs, source, isTimeUp } = request;
	const isFirst = state === undefined;
	const base =
		isFirst || !isSameFilter(filter, state.filter) ? rebased(state, filter, nowMs) : state;
	const unseen = isFirst ? {} : unseenSince(state, nowMs);

	if (base === state) {
		const hasEnded = await hasAnyEnded(source, state, nowMs);
		if (!hasEnded.ok) return hasEnded;
		if (!hasEnded.value) {
			const same = { ...state, polledAtMs: nowMs };
			return ok({ tasks: [], remember: () => same, ...unseen });
		}
	}

	const read = await readTaskListing(source, listPeriods(base.fromMs, nowMs), isTimeUp);
	if (!read.ok) return read;
	// What a poll that begins with all tasks does not know to have ended would start the workflow later.
	if (base !== state && !read.value.isComplete && isTimeUp()) return fail({ kind: 'canceled' });
	const ended = [...read.value.entries.values()].filter((entry) => isNew(entry, base)).sort(byEnd);
	// The first poll gives nothing; with a new filter, it gives only what both filters match.
	const due = ended.filter((entry) => !isFirst && isNew(entry, state));
	const { tasks, pending, error } = await queryInOrder(due, source, isTimeUp, nowMs);
	const wanted = tasks.filter(({ status }) => filter.statuses.includes(status));

	return ok({
		tasks: wanted,
		remember(heldBack) {
			const notDone = new Set([...pending, ...heldBack]);
			const done = ended.filter(({ taskId }) => !notDone.has(taskId));
			return stateAfter({ base, nowMs, listing: read.value, done, notDone });
		},
		...optional('error', error),
		...unseen,
	});
}

/** The task of the filter that finished last, in full; undefined if none has. */
export async function findLatestEndedTask({
	filter,
	nowMs,
	source,
	isTimeUp,
}: Omit<EndedTasksRequest, 'state'>): Promise<Result<Task | undefined, ApiError>> {
	const periods = listPeriods(nowMs - LONGEST_LIST_PERIOD_MS, nowMs);
	const read = await readTaskListing(source, periods, isTimeUp, onlyStatus(filter));
	if (!read.ok) return read;
	const ended = [...read.value.entries.values()].filter((entry) => isWanted(filter, entry));
	const latest = ended.sort(byEnd).at(-1);
	return latest === undefined ? ok(undefined) : await source.query(latest.taskId);
}

/** Begins with all that the service keeps, and what is known to be done with. */
function rebased(state: TriggerState | undefined, filter: TaskFilter, nowMs: number): TriggerState {
	return {
		fromMs: wholeSeconds(nowMs - LONGEST_LIST_PERIOD_MS),
		handled: state?.handled ?? {},
		filter,
		polledAtMs: nowMs,
	};
}

/** By the first page of the list; true where that cannot tell. */
async function hasAnyEnded(
	source: TaskListSource,
	state: TriggerState,
	nowMs: number,
): Promise<Result<boolean, ApiError>> {
	const status = onlyStatus(state.filter);
	const [period, ...others] = listPeriods(state.fromMs, nowMs);
	const isStale = state.fromMs < nowMs - STALE_MS;
	if (status === undefined || period === undefined || others.length > 0 || isStale) return ok(true);
	const page = await readFirstPage(source, { ...period, status });
	if (page === undefined) return ok(true);
	if (!page.ok) return page;
	const { pages, total, tasks } = page.value;
	// Tasks stay ended: as many as before are the same ones.
	const isKnown = pages <= 1 || (total !== undefined && total === state.endedCount);
	return ok(!isKnown || tasks.map(toTaskEntry).some((entry) => isNew(entry, state)));
}

/** True for a task that ended, is one of the state's filter, and is not done with. */
function isNew(entry: TaskEntry, { filter, fromMs, handled }: TriggerState): boolean {
	const { taskId, submittedMs = Infinity } = entry;
	return isWanted(filter, entry) && submittedMs >= fromMs && !Object.hasOwn(handled, taskId);
}

function isWanted(
	{ statuses, models }: TaskFilter,
	{ hasEnded, status, model }: TaskEntry,
): boolean {
	return hasEnded && statuses.includes(status) && model !== undefined && models.includes(model);
}

/** Where the list does not tell when a task ended, its submission stands for that. */
function byEnd(one: TaskEntry, other: TaskEntry): number {
	const endOf = ({ finishedMs, submittedMs = 0 }: TaskEntry) => finishedMs ?? submittedMs;
	return (
		endOf(one) - endOf(other) ||
		(one.submittedMs ?? 0) - (other.submittedMs ?? 0) ||
		one.taskId.localeCompare(other.taskId)
	);
}

interface Queried {
	/** Up to the first that could not be asked for, so that the order is kept. */
	readonly tasks: readonly Task[];
	/** The IDs of those that the next poll has to ask for. */
	readonly pending: ReadonlySet<string>;
	readonly error?: ApiError;
}

async function queryInOrder(
	due: readonly TaskEntry[],
	{ query }: TaskSource,
	isTimeUp: () => boolean,
	nowMs: number,
): Promise<Queried> {
	const tasks: Task[] = [];
	const pending = new Set(due.map(({ taskId }) => taskId));
	let error: ApiError | undefined;
	for (let start = 0; start < due.length && !isTimeUp(); start += QUERIES_AT_ONCE) {
		const batch = due.slice(start, start + QUERIES_AT_ONCE);
		const answers = await Promise.all(batch.map(async ({ taskId }) => await query(taskId)));
		for (const [index, answer] of answers.entries()) {
			if (!answer.ok) {
				const { finishedMs = nowMs } = batch[index] ?? {};
				if (nowMs - finishedMs < ORDER_KEPT_MS) return { tasks, pending, error: answer.error };
				error ??= answer.error;
				continue;
			}
			const { state } = answer.value;
			// The query may lag behind the list: what it does not call ended yet is asked for again.
			if (state === 'active' || state === 'unknown') continue;
			tasks.push(answer.value);
			pending.delete(batch[index]?.taskId ?? '');
		}
	}
	return { tasks, pending, ...optional('error', error) };
}

interface Polled {
	/** The state that the list was read with. */
	readonly base: TriggerState;
	readonly nowMs: number;
	readonly listing: TaskListing;
	readonly done: readonly TaskEntry[];
	/** IDs of those that ended and wait for the next poll. */
	readonly notDone: ReadonlySet<string>;
}

function stateAfter({ base, nowMs, listing, done, notDone }: Polled): TriggerState {
	const { filter } = base;
	const handled = new Map(Object.entries(base.handled));
	for (const { taskId, submittedMs = nowMs } of done) handled.set(taskId, submittedMs);
	const fromMs = listing.isComplete ? laterFrom(listing, base, handled, nowMs) : base.fromMs;
	return {
		fromMs,
		handled: Object.fromEntries([...handled].filter(([, submittedMs]) => submittedMs >= fromMs)),
		filter,
		...(notDone.size === 0 && optional('endedCount', countEnded(listing, filter, fromMs))),
		polledAtMs: nowMs,
	};
}

/** The latest time before which no task was submitted that is still to come. */
function laterFrom(
	{ entries }: TaskListing,
	{ fromMs, filter }: TriggerState,
	handled: ReadonlyMap<string, number>,
	nowMs: number,
): number {
	let firstMs = Infinity;
	let newestMs = -Infinity;
	for (const entry of entries.values()) {
		const { taskId, status, hasEnded, model = '', submittedMs } = entry;
		// What a server that is behind does not know may still end.
		const isOpen = (!hasEnded || status === 'UNKNOWN') && filter.models.includes(model);
		if (!handled.has(taskId) && (isOpen || isWanted(filter, entry))) {
			firstMs = Math.min(firstMs, submittedMs ?? fromMs);
		}
		newestMs = Math.max(newestMs, submittedMs ?? -Infinity);
	}
	const lateMs = Math.min(firstMs, newestMs) - LATE_IN_LIST_MS;
	const idleMs = firstMs === Infinity ? nowMs - IDLE_PERIOD_MS : -Infinity;
	return Math.max(fromMs, wholeSeconds(Math.max(lateMs, idleMs)));
}

/** What the service will count if nothing more ends; undefined where that cannot be told. */
function countEnded(
	{ entries, isComplete }: TaskListing,
	filter: TaskFilter,
	fromMs: number,
): number | undefined {
	const status = onlyStatus(filter);
	const ofStatus = [...entries.values()].filter((entry) => entry.status === status);
	const times = ofStatus.map(({ submittedMs = Number.NaN }) => submittedMs);
	if (status === undefined || !isComplete || times.some(Number.isNaN)) return undefined;
	return times.filter((submittedMs) => submittedMs >= fromMs).length;
}

function onlyStatus({ statuses }: TaskFilter): string | undefined {
	return statuses.length === 1 ? statuses[0] : undefined;
}

function isSameFilter(one: TaskFilter, other: TaskFilter): boolean {
	return areSame(one.statuses, other.statuses) && areSame(one.models, other.models);
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
	return some.length === others.length && some.every((text) => others.includes(text));
}

function unseenSince({ polledAtMs }: TriggerState, nowMs: number): { unseenMs?: number } {
	const unseenMs = nowMs - polledAtMs;
	return unseenMs > LONGEST_LIST_PERIOD_MS ? { unseenMs } : {};
}

const wholeSeconds = (ms: number): number => Math.floor(ms / 1_000) * 1_000;
