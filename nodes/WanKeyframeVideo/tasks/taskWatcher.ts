import { isTransient, type ApiError } from '../dashscope/apiError';
import type { DashScopeClient } from '../dashscope/client';
import type { Clock } from '../util/clock';
import { withDeadline } from '../util/deadline';
import { onAbort } from '../util/onAbort';
import { fail, ok, type Result } from '../util/result';
import { readTask, type Task } from './task';
import { LONGEST_LIST_PERIOD_MS, readTaskList, type ListedTask } from './taskList';
import { waitForTask, type PollRequest, type WaitOutcome, type WaitRequest } from './waitForTask';

/**
 * Waits for all tasks of a run. Each is queried when `nextPoll` says so; from ten open tasks on,
 * one read of the account's task list replaces the queries of all, and only tasks that it reports
 * as finished are queried. The service accepts 20 queries a second of an account: from about 50
 * open tasks on, queries alone would find videos later than the list does, and leave nothing to
 * other executions.
 */
export interface TaskWatcher {
	watch(taskId: string, request: Omit<WaitRequest, 'signal'>): Promise<WaitOutcome>;
}

export interface TaskWatcherDependencies {
	readonly clock: Clock;
	/** The run's: ends all waiting. */
	readonly signal: AbortSignal;
	readonly client: Pick<DashScopeClient, 'queryTask' | 'listTasks' | 'listPageSize'>;
}

/** Below, a read of the list costs more calls than the queries that it replaces. */
const MIN_TASKS_FOR_LIST = 10;

/**
 * Pause between two reads of the list, by its number of pages: a video is found 1.5 s late on
 * average.
 */
const LIST_PAUSE_PER_PAGE_MS = 500;
const MIN_LIST_PAUSE_MS = 3_000;

/** How far this machine's clock may be off the service's. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * A younger task may still be missing from the list; an older one means that the list is not
 * complete.
 */
const LISTED_AFTER_MS = 15_000;

/** The list is not used any more in this run after so many reads in a row without an answer. */
const MAX_LIST_FAULTS = 3;

/**
 * The list may lag behind: each task is queried itself this often all the same, and less often with
 * many tasks, so that this takes a fifth of the account's queries at most.
 */
const MIN_DIRECT_QUERY_MS = 120_000;
const DIRECT_QUERY_MS_PER_TASK = 250;

/**
 * While others wait for a read of the list: on n8n 1 the timer of a sleep that is woken runs to its
 * end.
 */
const MAX_LIST_SLEEP_MS = 5_000;

/**
 * What the last query may take beyond the wait's time-out; with many tasks these queries are
 * spaced.
 */
const LAST_ANSWER_MS = 10_000;
const QUERY_INTERVAL_MS = 50;

const CANCELED: Result<never, ApiError> = fail({ kind: 'canceled' });

/** A poll of a task by the list. */
interface ListPoll {
	readonly taskId: string;
	/** When the task was submitted, on the monotonic clock. */
	readonly submittedMs: number;
	/** Ends the poll's sleep. */
	wake: () => void;
	/** What the list said, once it was read. */
	found?: Result<ListedTask, ApiError>;
}

/** A watcher for the tasks of one run. All its work is awaited by the polls that need it. */
export function createTaskWatcher({ clock, signal, client }: TaskWatcherDependencies): TaskWatcher {
	const listPolls = new Set<ListPoll>();
	let openTasks = 0;
	let isListTrusted = true;
	let listFaults = 0;
	/** When the list may be read again; Infinity while it is read. */
	let nextListMs = -Infinity;
	/** Ends the reading of the list that is under way. */
	let abortList = () => {};

	/**
	 * Sleeps until a time on the monotonic clock, until the poll is woken, or until the run is
	 * stopped.
	 */
	async function sleepUntil(untilMs: number, poll?: ListPoll): Promise<void> {
		const ended = new AbortController();
		const unsubscribe = onAbort(signal, () => ended.abort());
		if (poll) poll.wake = () => ended.abort();
		await clock.sleep(untilMs - clock.monotonicMs(), ended.signal);
		unsubscribe();
	}

	async function query(
		taskId: string,
		{ deadlineMs, isLast }: PollRequest,
	): Promise<Result<Task, ApiError>> {
		const remainingMs = Math.max(deadlineMs - clock.monotonicMs(), 0);
		const lastAnswerMs = LAST_ANSWER_MS + openTasks * QUERY_INTERVAL_MS;
		const timeoutMs = isLast ? remainingMs + lastAnswerMs : remainingMs;
		const answer = await withDeadline(
			{ clock, timeoutMs, signal },
			async (queryAbort) => await client.queryTask(taskId, queryAbort),
		);
		if (answer.kind === 'aborted') return CANCELED;
		if (answer.kind === 'timedOut') {
			const cause = 'No answer before the wait timed out';
			return fail({ kind: 'unreachable', cause, connectFailed: false });
		}
		return answer.value.ok ? ok(readTask(taskId, answer.value.value)) : answer.value;
	}

	/** Whether the list can hold a task of this age; it goes back 24 hours. */
	const isListable = (submittedMs: number): boolean =>
		isListTrusted &&
		openTasks >= MIN_TASKS_FOR_LIST &&
		clock.monotonicMs() - submittedMs < LONGEST_LIST_PERIOD_MS - 2 * CLOCK_SKEW_MS;

	/** Waits for what the list says of a task; undefined once it is to be queried itself. */
	async function pollByList(
		poll: ListPoll,
		dueMs: number,
		untilMs: number,
	): Promise<Result<Task, ApiError> | undefined> {
		listPolls.add(poll);
		try {
			while (!signal.aborted && isListable(poll.submittedMs)) {
				const { found } = poll;
				if (found !== undefined) {
					if (!found.ok) return found;
					if (found.value.hasEnded) return undefined;
					// As a query would say it: where the wait times out, this is the task's answer.
					const { task } = found.value;
					const output = { task_id: task.taskId, task_status: task.status };
					return ok({ ...task, answer: { output } });
				}
				const nowMs = clock.monotonicMs();
				if (nowMs >= untilMs) return undefined;
				const isListRead = nextListMs === Infinity;
				const listMs = isListRead ? nowMs + MAX_LIST_SLEEP_MS : Math.max(dueMs, nextListMs);
				if (listMs > nowMs) await sleepUntil(Math.min(listMs, untilMs), poll);
				else {
					// A list that is slow must not keep this task beyond its own time.
					await withDeadline({ clock, timeoutMs: untilMs - nowMs, signal }, readList);
				}
			}
			// Without the list, the task is queried when that is due.
			if (!signal.aborted) await sleepUntil(dueMs);
			return undefined;
		} finally {
			listPolls.delete(poll);
		}
	}

	/** Reads the list once for all polls that wait for it. Throws to the poll that calls it. */
	async function readList(): Promise<void> {
		const polls = [...listPolls];
		nextListMs = Infinity;
		let pages = 1;
		const ended = new AbortController();
		const unsubscribe = onAbort(signal, () => ended.abort());
		abortList = () => ended.abort();
		try {
			pages = await findInList(polls, ended.signal);
		} finally {
			unsubscribe();
			const pauseMs = Math.max(MIN_LIST_PAUSE_MS, pages * LIST_PAUSE_PER_PAGE_MS);
			nextListMs = clock.monotonicMs() + pauseMs;
			for (const poll of listPolls) poll.wake();
		}
	}

	/** Gives each poll what the list says of its task; returns the number of pages. */
	async function findInList(polls: readonly ListPoll[], listSignal: AbortSignal): Promise<number> {
		const pollByTask = new Map(polls.map((poll) => [poll.taskId, poll]));
		const oldestAgeMs = Math.max(...polls.map((poll) => clock.monotonicMs() - poll.submittedMs));
		const period = {
			fromMs: clock.now() - oldestAgeMs - CLOCK_SKEW_MS,
			toMs: clock.now() + CLOCK_SKEW_MS,
		};
		const source = {
			list: async (listQuery: Parameters<typeof client.listTasks>[0]) =>
				await client.listTasks(listQuery, listSignal),
			pageSize: client.listPageSize,
		};
		let pages = 1;
		for await (const page of readTaskList(source, period)) {
			if (!page.ok) {
				if (page.error.kind === 'canceled') return pages;
				listFaults++;
				isListTrusted = isTransient(page.error) && listFaults < MAX_LIST_FAULTS;
				// A list that is refused says nothing of the tasks: they are queried instead.
				if (isTransient(page.error)) {
					for (const poll of pollByTask.values()) poll.found = page;
				}
				return pages;
			}
			pages = page.value.pages;
			// Where others fill the list, queries cost fewer calls than its pages.
			if (pages > Math.max(polls.length, MIN_TASKS_FOR_LIST)) {
				isListTrusted = false;
				return pages;
			}
			for (const entry of page.value.tasks) {
				const poll = pollByTask.get(entry.task.taskId);
				if (poll === undefined) continue;
				pollByTask.delete(entry.task.taskId);
				poll.found = ok(entry);
				poll.wake();
			}
			if (pollByTask.size === 0) break;
		}
		listFaults = 0;
		for (const { submittedMs } of pollByTask.values()) {
			isListTrusted &&= clock.monotonicMs() - submittedMs < LISTED_AFTER_MS;
		}
		return pages;
	}

	return {
		async watch(taskId, request) {
			// With a fixed interval the user decides when queries are sent.
			const mayUseList = request.polling.kind === 'automatic';
			let queriedMs = clock.monotonicMs();

			const poll = async (pollRequest: PollRequest): Promise<Result<Task, ApiError>> => {
				const { inMs, isLast, deadlineMs, submittedMs } = pollRequest;
				const dueMs = clock.monotonicMs() + inMs;
				if (mayUseList && !isLast && submittedMs !== undefined && isListable(submittedMs)) {
					const directPauseMs = Math.max(MIN_DIRECT_QUERY_MS, openTasks * DIRECT_QUERY_MS_PER_TASK);
					const untilMs = Math.min(deadlineMs, Math.max(dueMs, queriedMs + directPauseMs));
					const listPoll = { taskId, submittedMs, wake: () => {} };
					const listed = await pollByList(listPoll, dueMs, untilMs);
					if (listed !== undefined) return listed;
				} else {
					await sleepUntil(dueMs);
				}
				if (signal.aborted) return CANCELED;
				queriedMs = clock.monotonicMs();
				return await query(taskId, pollRequest);
			};

			if (mayUseList) openTasks++;
			try {
				return await waitForTask({ ...request, signal }, { clock, poll });
			} finally {
				if (mayUseList) openTasks--;
				// Nobody is left who needs it.
				if (openTasks === 0) abortList();
			}
		},
	};
}
