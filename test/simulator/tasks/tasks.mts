import type { EncoderSettings } from '../videos/encoderSettings.mts';
import type { JsonObject } from '../json.mts';
import type { TaskError } from './taskError.mts';
import type { ServedModel } from '../models/model.mts';
import type { VideoPlan } from '../videos/videoPlan.mts';

/** The documented states. */
export type TaskStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'UNKNOWN';

/** Why a task fails, and when: at some moment, or at its end instead of succeeding. */
export type TaskFailure = TaskError & ({ when: 'at'; atMs: number } | { when: 'end' });

/** A task as it is stored; its state follows from the times and the moment of asking. */
export interface SimulatedTask {
	readonly id: string;
	readonly requestId: string;
	readonly model: ServedModel;
	/** The body of its create, undefined for a task that was put into the store. */
	readonly body: JsonObject | undefined;
	readonly video: VideoPlan;
	/** How the video is encoded. */
	readonly encoder: EncoderSettings;
	/** Paths of the body's texts that were too long and have been cut. */
	readonly truncated: readonly string[];
	readonly submittedAtMs: number;
	/** Queueing and run time that the schedule plans with. */
	readonly pendingMs: number;
	readonly runningMs: number;
	/** When it begins and ends to run, as things stand now. */
	readonly startsAtMs: number;
	readonly endsAtMs: number;
	/** False for a task that a test put into the store with its times. */
	readonly queued: boolean;
	readonly failure: TaskFailure | undefined;
	readonly canceledAtMs: number | undefined;
	/** Members that its answer has instead of the usual ones. */
	readonly output: JsonObject;
	readonly usage: JsonObject | undefined;
}

/** How long the service knows a task, in ms from its submission. */
export const TASK_LIFE_MS = 24 * 60 * 60 * 1000;

/** The task's state at a moment. */
export function statusAt(task: SimulatedTask, nowMs: number): TaskStatus {
	return nowMs - task.submittedAtMs > TASK_LIFE_MS ? 'UNKNOWN' : lastingStatusAt(task, nowMs);
}

/** The same, also when the service has forgotten the task. */
export function lastingStatusAt(
	task: SimulatedTask,
	nowMs: number,
): Exclude<TaskStatus, 'UNKNOWN'> {
	if (task.canceledAtMs !== undefined && nowMs >= task.canceledAtMs) return 'CANCELED';
	if (task.failure !== undefined && nowMs >= failsAtMs(task, task.failure)) return 'FAILED';
	if (nowMs < task.startsAtMs) return 'PENDING';
	return nowMs < task.endsAtMs ? 'RUNNING' : 'SUCCEEDED';
}

/** When the task ends, whatever the outcome; Infinity for never. */
export function finishesAtMs(task: SimulatedTask): number {
	const failsAt = task.failure === undefined ? Infinity : failsAtMs(task, task.failure);
	return Math.min(task.endsAtMs, task.canceledAtMs ?? Infinity, failsAt);
}

function failsAtMs(task: SimulatedTask, failure: TaskFailure): number {
	return failure.when === 'end' ? task.endsAtMs : failure.atMs;
}

/**
 * The tasks of one limit group with the times at which they start and end: at most `slots` run at
 * once, the others wait in the order in which they become ready.
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
			// A task that ends while it waits never uses a slot.
			if (finishAtMs > startsAtMs) freeAtMs[slot] = finishAtMs;
			return planned;
		});
}
