import type { Clock } from '../util/clock';
import { isTransient, type ApiError } from '../dashscope/apiError';
import { nextPoll, type Polling } from './nextPoll';
import type { RunTimeEstimate } from './runTimes';
import { optional } from '../util/optional';
import type { Task } from './task';
import type { Result } from '../util/result';

export type WaitOutcome =
	| { readonly kind: 'finished'; readonly task: Task }
	/** `task` is the last that was seen, `error` the last answer that was none. */
	| { readonly kind: 'timedOut'; readonly task?: Task; readonly error?: ApiError }
	/** An answer that no waiting will better, e.g. a key that is not accepted. */
	| { readonly kind: 'refused'; readonly error: ApiError; readonly task?: Task }
	| { readonly kind: 'stopped'; readonly task?: Task };

export interface WaitRequest {
	readonly polling: Polling;
	readonly timeoutMs: number;
	/** True where the task was created just now. */
	readonly isNew: boolean;
	/** What is known of its run time by now: other tasks may end, and teach, while this one runs. */
	readonly estimate?: () => RunTimeEstimate | undefined;
	/** Told of each status as it is seen. */
	readonly onSeen?: (status: string) => void;
	readonly signal?: AbortSignal;
}

/** When and how to look at a task. */
export interface Look {
	/** Milliseconds from now; the look may come earlier where it costs nothing. */
	readonly inMs: number;
	/** Nothing less than the task's own query will do: it is the last look. */
	readonly isLast: boolean;
	/** Not known before the task was seen for the first time. Milliseconds since 1970. */
	readonly submittedMs?: number;
}

/** What waiting needs of the world. */
export interface WaitDependencies {
	readonly clock: Clock;
	/** Waits, as the look says, and asks; ends at once when the request's signal aborts. */
	readonly look: (look: Look) => Promise<Result<Task, ApiError>>;
}

/** An `UNKNOWN` is asked for once more before it is believed: a new task may not be known everywhere at once. */
const UNKNOWNS_TO_BELIEVE = 2;

/** Looks at a task until it has ended, forgiving what passes, and gives how the waiting ended. */
export async function waitForTask(
	request: WaitRequest,
	tools: WaitDependencies,
): Promise<WaitOutcome> {
	const { clock, look } = tools;
	const { polling, timeoutMs, isNew, signal } = request;
	const beganMs = clock.now();
	let queries = 0;
	let faults = 0;
	let unknowns = 0;
	let seen: { task?: Task; error?: ApiError } = {};
	let age: TaskAge = isNew ? { submittedMs: beganMs } : {};

	for (;;) {
		const nowMs = clock.now();
		const leftMs = beganMs + timeoutMs - nowMs;
		if (queries > 0 && leftMs <= 0) return { kind: 'timedOut', ...seen };
		const pauseMs = nextPoll(polling, {
			ageMs: Math.max(nowMs - (age.submittedMs ?? beganMs), 0),
			...optional('startAgeMs', age.startMs),
			...optional('estimate', request.estimate?.()),
			queries,
			faults,
			isNew,
		});
		const answer = signal?.aborted
			? undefined
			: await look({
					inMs: Math.max(Math.min(pauseMs, leftMs), 0),
					isLast: pauseMs >= leftMs,
					...optional('submittedMs', age.submittedMs),
				});
		if (answer === undefined || signal?.aborted) {
			return { kind: 'stopped', ...optional('task', seen.task) };
		}
		queries++;
		if (!answer.ok) {
			if (!isTransient(answer.error)) return { kind: 'refused', ...seen, error: answer.error };
			faults++;
			seen = { ...seen, error: answer.error };
			continue;
		}
		const task = answer.value;
		faults = 0;
		seen = { task };
		request.onSeen?.(task.status);
		unknowns = task.state === 'unknown' ? unknowns + 1 : 0;
		if (task.state !== 'active' && (unknowns === 0 || unknowns >= UNKNOWNS_TO_BELIEVE)) {
			return { kind: 'finished', task };
		}
		age = ageOf(task, age, clock.now());
	}
}

interface TaskAge {
	/** By this machine's clock where the task was created here, else by the service's. */
	readonly submittedMs?: number;
	/** As `PollState` means it. */
	readonly startMs?: number;
}

function ageOf(task: Task, before: TaskAge, nowMs: number): TaskAge {
	const toldMs = task.submittedAt === undefined ? undefined : Date.parse(task.submittedAt);
	const submittedMs = before.submittedMs ?? toldMs;
	if (submittedMs === undefined) return before;
	// Between two times of the service's clock, so that a difference to this machine's does not matter.
	const startMs =
		task.startedAt === undefined || toldMs === undefined
			? nowMs - submittedMs
			: Date.parse(task.startedAt) - toldMs;
	return { submittedMs, startMs: Math.max(startMs, 0) };
}
