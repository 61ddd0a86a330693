import type { Clock } from '../dashscope/clock';
import { isTransient, type Answer, type Fault } from '../dashscope/fault';
import { nextPoll, type Polling } from './nextPoll';
import type { Task } from './task';

export type WaitEnd =
	| { readonly kind: 'finished'; readonly task: Task }
	/** `task` is the last that was seen, `fault` the last answer that was none. */
	| { readonly kind: 'timedOut'; readonly task?: Task; readonly fault?: Fault }
	/** An answer that no waiting will better, e.g. a key that is not accepted. */
	| { readonly kind: 'refused'; readonly fault: Fault; readonly task?: Task }
	| { readonly kind: 'stopped'; readonly task?: Task };

export interface WaitRequest {
	readonly polling: Polling;
	readonly timeoutMs: number;
	/** True where the task was created just now. */
	readonly isNew: boolean;
	readonly signal?: AbortSignal;
}

/** What waiting needs of the world. */
export interface WaitTools {
	readonly clock: Clock;
	readonly query: () => Promise<Answer<Task>>;
}

/** An `UNKNOWN` is asked for once more before it is believed: a new task may not be known everywhere at once. */
const UNKNOWNS_TO_BELIEVE = 2;

/** Asks for a task until it has ended, forgiving what passes, and gives how the waiting ended. */
export async function waitForTask(request: WaitRequest, tools: WaitTools): Promise<WaitEnd> {
	const { clock, query } = tools;
	const { polling, timeoutMs, isNew, signal } = request;
	const startMs = clock.now();
	let queries = 0;
	let faults = 0;
	let unknowns = 0;
	let seen: { task?: Task; fault?: Fault } = {};

	for (;;) {
		const elapsedMs = clock.now() - startMs;
		if (queries > 0 && elapsedMs >= timeoutMs) return { kind: 'timedOut', ...seen };
		const pauseMs = nextPoll(polling, { elapsedMs, queries, faults, isNew });
		if (pauseMs > 0) await clock.sleep(Math.min(pauseMs, timeoutMs - elapsedMs), signal);
		if (signal?.aborted) return { kind: 'stopped', ...(seen.task && { task: seen.task }) };

		const answer = await query();
		queries++;
		if (signal?.aborted) return { kind: 'stopped', ...(seen.task && { task: seen.task }) };
		if (!answer.ok) {
			if (!isTransient(answer.fault)) return { kind: 'refused', ...seen, fault: answer.fault };
			faults++;
			seen = { ...seen, fault: answer.fault };
			continue;
		}
		faults = 0;
		seen = { task: answer.value };
		unknowns = answer.value.state === 'unknown' ? unknowns + 1 : 0;
		const isBelievable = unknowns === 0 || unknowns >= UNKNOWNS_TO_BELIEVE;
		if (answer.value.state !== 'open' && isBelievable) {
			return { kind: 'finished', task: answer.value };
		}
	}
}
