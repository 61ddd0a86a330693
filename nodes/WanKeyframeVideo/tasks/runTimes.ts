import type { Task } from './task';

/**
 * How long a task is likely to run: most of its kind in this process ran within `spreadMs` of
 * `runMs`.
 */
export interface RunTimeEstimate {
	readonly runMs: number;
	readonly spreadMs: number;
}

/** What a task's run time depends on. */
export interface RunTimeKey {
	readonly model: string;
	readonly resolution: string;
	/** The length of the video, or how the model is asked to choose it. */
	readonly seconds: string;
}

/** Enough samples to see how run times vary, few enough to follow a service that becomes slower. */
const MAX_SAMPLES = 9;

/** Upper bounds of what is remembered in a process; the oldest goes first. */
const MAX_KEYS = 200;
const MAX_TASKS = 5_000;

/**
 * Two similar tasks may differ by a tenth at least, so one sample does not narrow the estimate
 * further.
 */
const MIN_SPREAD = 0.1;

/**
 * A wider spread says little about the end, and asking often all that time would cost many queries.
 */
const MAX_SPREAD = 0.3;

/** Remembers how long tasks ran, by model, resolution and length. Holds no secrets. */
export interface RunTimes {
	/**
	 * Remembers of which kind a task is, so that it has an estimate and its run time can be
	 * recorded.
	 */
	track(taskId: string, key: RunTimeKey): void;
	/** True for a task that this process created, until its run time is recorded. */
	isTracked(taskId: string): boolean;
	/** Undefined for a task that is not tracked, and until one of its kind was recorded. */
	estimate(taskId: string): RunTimeEstimate | undefined;
	/** Records the run time of a tracked task that succeeded, once. */
	record(task: Task): void;
}

export function createRunTimes(): RunTimes {
	const keyByTask = new Map<string, string>();
	const samplesByKey = new Map<string, readonly number[]>();

	return {
		track(taskId, { model, resolution, seconds }) {
			setBounded(keyByTask, taskId, [model, resolution, seconds].join(' '), MAX_TASKS);
		},

		isTracked: (taskId) => keyByTask.has(taskId),

		estimate(taskId) {
			const key = keyByTask.get(taskId);
			return key === undefined ? undefined : estimateOf(samplesByKey.get(key) ?? []);
		},

		record(task) {
			const key = keyByTask.get(task.taskId);
			const runMs = runTimeOf(task);
			if (key === undefined || runMs === undefined) return;
			keyByTask.delete(task.taskId);
			const samples = [...(samplesByKey.get(key) ?? []), runMs].slice(-MAX_SAMPLES);
			setBounded(samplesByKey, key, samples, MAX_KEYS);
		},
	};
}

/** Sets an entry as the newest, and deletes the oldest ones beyond `maxSize`. */
function setBounded<T>(map: Map<string, T>, key: string, value: T, maxSize: number): void {
	map.delete(key);
	map.set(key, value);
	for (const oldest of map.keys()) {
		if (map.size <= maxSize) break;
		map.delete(oldest);
	}
}

function estimateOf(samples: readonly number[]): RunTimeEstimate | undefined {
	const sorted = [...samples].sort((a, b) => a - b);
	const shortest = sorted[0];
	const longest = sorted.at(-1);
	if (shortest === undefined || longest === undefined) return undefined;
	const runMs = (shortest + longest) / 2;
	const observedSpreadMs = (longest - shortest) / 2;
	const spreadMs = Math.min(Math.max(observedSpreadMs, MIN_SPREAD * runMs), MAX_SPREAD * runMs);
	return { runMs, spreadMs };
}

/**
 * Milliseconds between the start and the end of a task that succeeded, by the service's own clock.
 */
function runTimeOf(task: Task): number | undefined {
	if (task.state !== 'succeeded' || task.finishedAt === undefined) return undefined;
	const from = task.startedAt ?? task.submittedAt;
	if (from === undefined) return undefined;
	const runMs = Date.parse(task.finishedAt) - Date.parse(from);
	return runMs > 0 ? runMs : undefined;
}
