import type { JsonObject } from './json.mts';
import type { Model } from './models.mts';
import type { Failure } from './createBody.mts';
import type { Picture } from './renderVideo.mts';
import type { Size } from './size.mts';

/** The states that the service names (document, section 5). */
export type TaskStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'UNKNOWN';

/** What a task makes: the settled request, sizes in pixels, lengths in seconds. */
export interface TaskWork {
	prompt: string;
	tier: string;
	seconds: number;
	/** Seconds of the clip that the video continues, else 0. */
	clipSeconds: number;
	size: Size;
	ratio: string;
	switches: Readonly<Record<string, boolean>>;
	sound: boolean;
	first: Picture | undefined;
	last: Picture | undefined;
}

/** Why a task fails, and when: at a moment of its own or where it would otherwise have succeeded. */
export type TaskFailure = Failure & ({ when: 'at'; atMs: number } | { when: 'end' });

/** A task as it is stored; its state follows from the times and the moment of asking. */
export interface SimulatedTask {
	readonly id: string;
	readonly requestId: string;
	readonly model: Model;
	/** The body of its create, undefined for a task that was put into the store. */
	readonly body: JsonObject | undefined;
	readonly work: TaskWork;
	/** Texts of the body that were longer than the service takes, by path. */
	readonly cut: readonly string[];
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

/** How long the service knows a task, in ms from its submission (document, section 1). */
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
			// One that is cancelled or refused while it waits never takes a place.
			if (finishAtMs > startsAtMs) freeAtMs[slot] = finishAtMs;
			return planned;
		});
}
