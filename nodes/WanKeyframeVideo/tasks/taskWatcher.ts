import type { TaskListQuery } from '../dashscope/client';
import type { Clock } from '../util/clock';
import { isTransient, type ApiError } from '../dashscope/apiError';
import type { JsonRecord } from '../util/json';
import { onAbort } from '../util/onAbort';
import { optional } from '../util/optional';
import { readTask, type Task } from './task';
import { LIST_PAGE_SIZE, LONGEST_LIST_PERIOD_MS, readTaskPage, type ListedTask } from './taskList';
import { waitForTask, type Look, type WaitOutcome, type WaitRequest } from './waitForTask';
import { fail, ok, type Result } from '../util/result';

/** Waits for many tasks at once, with as few calls as it takes. */
export interface TaskWatcher {
	watch(taskId: string, request: Omit<WaitRequest, 'signal'>): Promise<WaitOutcome>;
}

/** What watching needs of the world. */
export interface TaskWatcherDependencies {
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly query: (taskId: string) => Promise<Result<JsonRecord, ApiError>>;
	readonly list: (query: TaskListQuery) => Promise<Result<JsonRecord, ApiError>>;
}

/** From so many open tasks on, one list call costs less than asking for those that are due. */
const MIN_TASKS_FOR_LIST = 10;

/** Looks at the list are this far apart per page, and never closer than three seconds: late by half of that. */
const LIST_PAUSE_PER_PAGE_MS = 500;
const SHORTEST_LIST_PAUSE_MS = 3_000;

/** How far this machine's clock may be off the service's. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** A task this young may be missing from the list: it says nothing against the list. */
const FRESH_FOR_MS = 15_000;

/** So many looks in a row that bring no list end its use for the run. */
const LIST_FAULTS_FORGIVEN = 3;

/**
 * With a look at the list under way there is no next turn to sleep until; a timer must not be longer than
 * 24 days either. Waking up this often costs nothing.
 */
const LONGEST_SLEEP_MS = 5_000;

const CANCELED: Result<never, ApiError> = fail({ kind: 'canceled' });

/** A task that somebody waits for, and its next look. */
interface Waiting {
	readonly taskId: string;
	readonly atMs: number;
	readonly isLast: boolean;
	/** Absent where the task cannot be looked up in the list. */
	readonly submittedMs?: number;
	readonly give: (answer: Result<Task, ApiError>) => void;
}

type Listed = Waiting & { readonly submittedMs: number };

/** A watcher for the tasks of one run; one loop and one timer serve them all. */
export function createTaskWatcher({
	clock,
	signal,
	query,
	list,
}: TaskWatcherDependencies): TaskWatcher {
	const waiting = new Set<Waiting>();
	let openTasks = 0;
	let isLooping = false;
	let wakeAtMs = Infinity;
	let hurry: AbortController | undefined;
	let isListTrusted = true;
	let listFaults = 0;
	let nextListMs = -Infinity;

	const isListed = (one: Waiting): one is Listed =>
		isListTrusted &&
		openTasks >= MIN_TASKS_FOR_LIST &&
		!one.isLast &&
		one.submittedMs !== undefined &&
		one.submittedMs > clock.now() + 2 * CLOCK_SKEW_MS - LONGEST_LIST_PERIOD_MS;

	const turnOf = (one: Waiting): number =>
		isListed(one) ? Math.max(one.atMs, nextListMs) : one.atMs;

	const give = (one: Waiting, answer: Result<Task, ApiError>): void => {
		if (waiting.delete(one)) one.give(answer);
	};

	const wake = (): void => hurry?.abort();

	function join(one: Waiting): void {
		waiting.add(one);
		if (!isLooping) void loop();
		else if (turnOf(one) < wakeAtMs) wake();
	}

	async function loop(): Promise<void> {
		isLooping = true;
		const stopListening = onAbort(signal, wake);
		while (waiting.size > 0 && !signal.aborted) {
			wakeAtMs = clock.now() + LONGEST_SLEEP_MS;
			for (const one of waiting) wakeAtMs = Math.min(wakeAtMs, turnOf(one));
			const pauseMs = wakeAtMs - clock.now();
			if (pauseMs > 0) {
				hurry = new AbortController();
				await clock.sleep(pauseMs, hurry.signal);
				hurry = undefined;
			} else {
				takeTurn(clock.now());
			}
		}
		stopListening();
		isLooping = false;
		for (const one of waiting) give(one, CANCELED);
	}

	function takeTurn(nowMs: number): void {
		const ready = [...waiting].filter((one) => turnOf(one) <= nowMs);
		const isListDue = ready.some(isListed);
		for (const one of ready) if (!isListed(one)) void ask(one);
		// One look at the list serves all, whether they are due or not.
		if (isListDue) void lookAtList([...waiting].filter(isListed));
	}

	async function ask(one: Waiting): Promise<void> {
		waiting.delete(one);
		const answer = await query(one.taskId);
		one.give(answer.ok ? ok(readTask(one.taskId, answer.value)) : answer);
	}

	async function lookAtList(listed: readonly Listed[]): Promise<void> {
		nextListMs = Infinity;
		const look = await findInList(listed);
		switch (look.kind) {
			case 'useless':
				isListTrusted = false;
				break;
			case 'error':
				listFaults++;
				isListTrusted = listFaults < LIST_FAULTS_FORGIVEN;
				for (const one of listed) give(one, fail(look.error));
				break;
			case 'found':
				listFaults = 0;
				for (const one of listed) {
					const entry = look.tasks.get(one.taskId);
					if (entry === undefined) {
						isListTrusted &&= clock.now() - one.submittedMs < FRESH_FOR_MS;
					} else if (entry.isOver) {
						if (waiting.has(one)) void ask(one);
					} else {
						give(one, ok(entry.task));
					}
				}
		}
		nextListMs =
			clock.now() + Math.max(SHORTEST_LIST_PAUSE_MS, look.pages * LIST_PAUSE_PER_PAGE_MS);
		wake();
	}

	async function findInList(listed: readonly Listed[]): Promise<ListLook> {
		const period = {
			fromMs: Math.min(...listed.map(({ submittedMs }) => submittedMs)) - CLOCK_SKEW_MS,
			toMs: clock.now() + CLOCK_SKEW_MS,
		};
		const sought = new Set(listed.map(({ taskId }) => taskId));
		const tasks = new Map<string, ListedTask>();
		let pages = 1;
		for (let pageNo = 1; pageNo <= pages && sought.size > 0; ) {
			const count = Math.min(pages - pageNo + 1, Math.ceil(sought.size / LIST_PAGE_SIZE));
			const answers = await Promise.all(
				Array.from(
					{ length: count },
					async (_, index) =>
						await list({ ...period, pageNo: pageNo + index, pageSize: LIST_PAGE_SIZE }),
				),
			);
			for (const answer of answers) {
				if (!answer.ok) {
					return isTransient(answer.error)
						? { kind: 'error', error: answer.error, pages }
						: { kind: 'useless', pages };
				}
				const page = readTaskPage(answer.value);
				// Where others fill the list, asking for each task costs less than turning its pages.
				if (page === undefined || page.pages > Math.max(listed.length, MIN_TASKS_FOR_LIST)) {
					return { kind: 'useless', pages };
				}
				pages = page.pages;
				for (const entry of page.tasks) {
					if (sought.delete(entry.task.taskId)) tasks.set(entry.task.taskId, entry);
				}
			}
			pageNo += count;
		}
		return { kind: 'found', tasks, pages };
	}

	return {
		async watch(taskId, request) {
			const isCounted = request.polling.kind === 'automatic';
			if (isCounted) openTasks++;
			const look = async ({ inMs, isLast, submittedMs }: Look): Promise<Result<Task, ApiError>> =>
				await new Promise((resolve) => {
					join({
						taskId,
						atMs: clock.now() + inMs,
						isLast,
						...(isCounted && optional('submittedMs', submittedMs)),
						give: resolve,
					});
				});
			const end = await waitForTask({ ...request, signal }, { clock, look });
			if (isCounted) openTasks--;
			return end;
		},
	};
}

type ListLook = { readonly pages: number } & (
	| { readonly kind: 'found'; readonly tasks: ReadonlyMap<string, ListedTask> }
	| { readonly kind: 'error'; readonly error: ApiError }
	/** Not as documented, or not worth its calls. */
	| { readonly kind: 'useless' }
);
