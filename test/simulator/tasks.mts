import type { JsonObject } from './json.mts';
import type { TaskError } from './createBody.mts';
import type { ServedModel } from './model.mts';
import type { VideoPlan } from './videoPlan.mts';

/** The states that the service names (API facts, section 5). */
export type TaskStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'UNKNOWN';

/** Why a task fails, and when: at a moment of its own or where it would otherwise have succeeded. */
export type TaskFailure = TaskError & ({ when: 'at'; atMs: number } | { when: 'end' });

/** A task as it is stored; its state follows from the times and the moment of asking. */
export interface SimulatedTask {
	readonly id: string;
	readonly requestId: string;
	readonly model: ServedModel;
	/** The body of its create, undefined for a task that was put into the store. */
	readonly body: JsonObject | undefined;
	readonly video: VideoPlan;
	/** Paths of the body's texts that were too long and have been cut. */
	readonly truncated: readonly string[];
	readonly submittedAtMs: number;
	/** Queueing and run time that the schedule plans with. */
	readonly pendingMs: number;
	readonly runningMs: number;
	/** When it begins and ends to run, as things stand now. */
	readonly startsAtMs: number;
	readonly endsAtMs: number;
	/** False for a task whose times were given and that holds no place in the queue. */
	readonly queued: boolean;
	readonly failure: TaskFailure | undefined;
	readonly canceledAtMs: number | undefined;
	/** Members that its answer has instead of the usual ones. */
	readonly output: JsonObject;
	readonly usage: JsonObject | undefined;
}

/** How long the service knows a task, in ms from its submission (API facts, section 1). */
export const TASK_LIFE_MS = 24 * 60 * 60 * 1000;

/** The task's state at a moment. */
export function statusAt(task: SimulatedTask, nowMs: number): TaskStatus {
	if (nowMs - task.submittedAtMs > TASK_LIFE_MS) return 'UNKNOWN';
	if (task.canceledAtMs !== undefined && nowMs >= task.canceledAtMs) return 'CANCELED';
	if (task.failure !== undefined && nowMs >= failsAtMs(task, task.failure)) return 'FAILED';
	if (nowMs < task.startsAtMs) return 'PENDING';
	return nowMs < task.endsAtMs ? 'RUNNING' : 'SUCCEEDED';
}

/** When the task leaves the service's hands, whatever the outcome; Infinity for never. */
export function finishesAtMs(task: SimulatedTask): number {
	const failsAt = task.failure === undefined ? Infinity : failsAtMs(task, task.failure);
	return Math.min(task.endsAtMs, task.canceledAtMs ?? Infinity, failsAt);
}

function failsAtMs(task: SimulatedTask, failure: TaskFailure): number {
	return failure.when === 'end' ? task.endsAtMs : failure.atMs;
}

/**
 * The tasks of one limit group with their times to run: at most `slots` at once, the others wait,
 * whoever is ready first goes first.
 */
export function schedule(tasks: readonly SimulatedTask[], slots: number): SimulatedTask[] {
	const freeAtMs: number[] = [];
	const readyAtMs = (task: SimulatedTask): number => task.submittedAtMs + task.pendingMs;
	return [...tasks]
		.sort((one, other) => readyAtMs(one) - readyAtMs(other))
		.map((task) => {
			if (!task.queued) return task;
			const full = freeAtMs.length >= slots;
			const slot = full ? freeAtMs.indexOf(Math.min(...freeAtMs)) : freeAtMs.length;
			const startsAtMs = Math.max(readyAtMs(task), freeAtMs[slot] ?? 0);
			const planned = { ...task, startsAtMs, endsAtMs: startsAtMs + task.runningMs };
			const finishAtMs = finishesAtMs(planned);
			// One that is canceled or refused while it waits never takes a place.
			if (finishAtMs > startsAtMs) freeAtMs[slot] = finishAtMs;
			return planned;
		});
}
