import { isTransient, type ApiError } from '../dashscope/apiError';
import type { Clock } from '../util/clock';
import { optional } from '../util/optional';
import type { Result } from '../util/result';
import { nextPoll, type Polling } from './nextPoll';
import type { RunTimeEstimate } from './runTimes';
import type { Task } from './task';

export type WaitOutcome =
	/** The task has ended: `succeeded`, `failed` or `canceled`. */
	| { readonly kind: 'finished'; readonly task: Task }
	/**
	 * The service does not know the task. `wasKnown` is true for one that this run created or that
	 * was found before: it exists or existed, and is paid for when it succeeds.
	 */
	| { readonly kind: 'unknown'; readonly task: Task; readonly wasKnown: boolean }
	/**
	 * `task` is its last known state, absent where no query was answered; `error` that of the last
	 * query.
	 */
	| { readonly kind: 'timedOut'; readonly task?: Task; readonly error?: ApiError }
	/** An error that waiting does not cure, e.g. a key that is not accepted. */
	| { readonly kind: 'refused'; readonly error: ApiError; readonly task?: Task }
	| { readonly kind: 'stopped'; readonly task?: Task };

export interface WaitRequest {
	readonly polling: Polling;
	readonly timeoutMs: number;
	/** True where this run created the task just now. */
	readonly isNew: boolean;
	/** True where this process created the task, in another run. */
	readonly isKnown?: boolean;
	/** What is known of its run time at this moment: it changes as tasks of the same kind end. */
	readonly estimate?: () => RunTimeEstimate | undefined;
	/** Called with each answer, and with each query that has none. */
	readonly onAnswer?: (answer: Result<Task, ApiError>) => void;
	readonly signal?: AbortSignal;
}

/** When and how to ask for a task; times on the monotonic clock. */
export interface PollRequest {
	/** Milliseconds from now; the poll may come earlier where it costs nothing. */
	readonly inMs: number;
	/** The last poll: it must be a query of the task itself, and is given a few seconds more. */
	readonly isLast: boolean;
	/** When the wait times out: ends any query but the last. */
	readonly deadlineMs: number;
	/** When the task was submitted; absent until that is known. */
	readonly submittedMs?: number;
}

export interface WaitDependencies {
	readonly clock: Clock;
	/** Sleeps and asks as requested; ends at once when the wait's signal aborts. */
	readonly poll: (request: PollRequest) => Promise<Result<Task, ApiError>>;
}

/** A task that was just created may not be known to all servers of the service at once. */
const UNKNOWN_GRACE_OF_KNOWN_TASK_MS = 60_000;

/** Two answers at least, this far apart: a single one may come from a server that is behind. */
const UNKNOWN_GRACE_MS = 5_000;

/**
 * An answer is current if its query was due so little before; else the machine may have slept
 * meanwhile.
 */
const CURRENT_FOR_MS = 10_000;

/**
 * Polls a task until it has ended or the time is over, through errors that may pass. Before it
 * gives up it always asks once more, unless it has just been answered.
 */
export async function waitForTask(
	request: WaitRequest,
	{ clock, poll }: WaitDependencies,
): Promise<WaitOutcome> {
	const { polling, timeoutMs, isNew, signal } = request;
	const startMs = clock.monotonicMs();
	const deadlineMs = startMs + timeoutMs;
	let queries = 0;
	let faults = 0;
	let times: TaskTimes = isNew ? { submittedMs: startMs } : {};
	let latest: { readonly task?: Task; readonly error?: ApiError } = {};
	/** True once the service has answered for this task: its create, or a query. */
	let wasKnown = isNew;
	let wasRefused = false;
	let unknownSinceMs: number | undefined;
	let mayGiveUp = false;

	for (;;) {
		if (signal?.aborted) return { kind: 'stopped', ...optional('task', latest.task) };
		const nowMs = clock.monotonicMs();
		const remainingMs = deadlineMs - nowMs;
		if (mayGiveUp && remainingMs <= 0) return { kind: 'timedOut', ...latest };

		const pauseMs = nextPoll(polling, {
			ageMs: Math.max(nowMs - (times.submittedMs ?? startMs), 0),
			...optional('startAgeMs', times.startAgeMs),
			...optional('estimate', request.estimate?.()),
			queries,
			faults,
			isNew,
		});
		const inMs = Math.max(Math.min(pauseMs, remainingMs), 0);
		const isLast = pauseMs >= remainingMs;
		const answer = await poll({
			inMs,
			isLast,
			deadlineMs,
			...optional('submittedMs', times.submittedMs),
		});
		if (signal?.aborted) continue;
		request.onAnswer?.(answer);
		queries++;
		const answeredMs = clock.monotonicMs();
		const isCurrent = answeredMs - (nowMs + inMs) <= CURRENT_FOR_MS;
		mayGiveUp = isLast || (answer.ok && isCurrent);

		if (!answer.ok) {
			const { error } = answer;
			const isFirstRefusal = wasKnown && !wasRefused;
			if (!isTransient(error) && !isFirstRefusal) {
				return { kind: 'refused', ...optional('task', latest.task), error };
			}
			wasRefused = !isTransient(error);
			faults++;
			latest = { ...latest, error };
			continue;
		}

		const task = answer.value;
		faults = 0;
		wasRefused = false;
		// A task that was known exists, whatever a server that is behind says.
		const exists = wasKnown || request.isKnown === true;
		if (task.state !== 'unknown' || !exists) latest = { task };
		else latest = optional('task', latest.task);
		if (task.state === 'unknown') {
			const believeAfterMs = exists ? UNKNOWN_GRACE_OF_KNOWN_TASK_MS : UNKNOWN_GRACE_MS;
			unknownSinceMs ??= answeredMs;
			if (answeredMs - unknownSinceMs >= believeAfterMs) {
				return { kind: 'unknown', task, wasKnown: exists };
			}
			continue;
		}
		if (task.state !== 'active') return { kind: 'finished', task };
		unknownSinceMs = undefined;
		wasKnown = true;
		times = timesOf(task, times, clock);
	}
}

interface TaskTimes {
	/** On the monotonic clock. */
	readonly submittedMs?: number;
	/** As in `PollState`. */
	readonly startAgeMs?: number;
}

function timesOf(task: Task, before: TaskTimes, clock: Clock): TaskTimes {
	const serverSubmittedMs = task.submittedAt === undefined ? NaN : Date.parse(task.submittedAt);
	const nowMs = clock.monotonicMs();
	const ageMs = Math.max(clock.now() - serverSubmittedMs, 0);
	const submittedMs = before.submittedMs ?? (Number.isNaN(ageMs) ? undefined : nowMs - ageMs);
	if (submittedMs === undefined) return before;
	// Both times are of the service's clock, so a difference to this machine's does not matter.
	const queuedMs =
		task.startedAt === undefined ? NaN : Date.parse(task.startedAt) - serverSubmittedMs;
	const startAgeMs = Number.isNaN(queuedMs) ? nowMs - submittedMs : queuedMs;
	return { submittedMs, startAgeMs: Math.max(startAgeMs, 0) };
}
