import type { Task } from './task';

/** What is known of how long a task will run. */
export type Expectation =
	/** From tasks of the same kind in this process: most ended within `spreadMs` of `runMs`. */
	| { readonly kind: 'learned'; readonly runMs: number; readonly spreadMs: number }
	/** What such a video usually takes, by the words of others. */
	| { readonly kind: 'usual'; readonly runMs: number };

/** What a task's run time depends on. */
export interface RunTimeKey {
	readonly model: string;
	readonly resolution: string;
	/** The length of the video, or how the model is asked to choose it. */
	readonly seconds: string;
	/** What such a video usually takes, in milliseconds. */
	readonly usualRunMs: number;
}

/** So many of the latest run times count: enough to see how they vary, few enough to follow a service that slows. */
const RUNS_KEPT = 9;

/** Upper bounds of what is remembered in a process; the oldest goes first. */
const KINDS_KEPT = 200;
const TASKS_KEPT = 5_000;

/** One video like another takes up to a tenth more or less (measured: 47 s and 95 s were of two lengths). */
const USUAL_SPREAD = 0.1;
/** Run times that vary by more than this tell little, and watching all that time closely would cost much. */
const WIDEST_SPREAD = 0.3;

/** Remembers how long tasks ran, by model, resolution and length. Holds no secrets. */
export interface RunTimes {
	/** Notes what kind of task this is, so that it can be expected, and can teach when it ends. */
	note(taskId: string, kind: RunTimeKey): void;
	/** Undefined for a task of which nothing was noted, e.g. one that another process created. */
	expect(taskId: string): Expectation | undefined;
	/** Learns from a task that succeeded, once. */
	learn(task: Task): void;
}

export function createRunTimes(): RunTimes {
	const kinds = new Map<string, RunTimeKey>();
	const runs = new Map<string, readonly number[]>();
	const keyOf = ({ model, resolution, seconds }: RunTimeKey) =>
		[model, resolution, seconds].join(' ');

	return {
		note: (taskId, kind) => keep(kinds, taskId, kind, TASKS_KEPT),

		expect(taskId) {
			const kind = kinds.get(taskId);
			if (kind === undefined) return undefined;
			return expectationOf(runs.get(keyOf(kind)) ?? [], kind.usualRunMs);
		},

		learn(task) {
			const kind = kinds.get(task.taskId);
			const runMs = runTimeOf(task);
			if (kind === undefined || runMs === undefined) return;
			kinds.delete(task.taskId);
			const key = keyOf(kind);
			keep(runs, key, [...(runs.get(key) ?? []), runMs].slice(-RUNS_KEPT), KINDS_KEPT);
		},
	};
}

/** The run times of this process: executions learn from each other. */
export const runTimes = createRunTimes();

function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
	map.delete(key);
	map.set(key, value);
	for (const oldest of map.keys()) {
		if (map.size <= most) break;
		map.delete(oldest);
	}
}

function expectationOf(runs: readonly number[], usualRunMs: number): Expectation {
	const sorted = [...runs].sort((a, b) => a - b);
	const shortest = sorted[0];
	const longest = sorted.at(-1);
	if (shortest === undefined || longest === undefined) return { kind: 'usual', runMs: usualRunMs };
	const runMs = (shortest + longest) / 2;
	const seenMs = (longest - shortest) / 2;
	const spreadMs = Math.min(Math.max(seenMs, USUAL_SPREAD * runMs), WIDEST_SPREAD * runMs);
	return { kind: 'learned', runMs, spreadMs };
}

/** Milliseconds between the start and the end of a task that succeeded, by the service's own clock. */
function runTimeOf(task: Task): number | undefined {
	if (task.state !== 'succeeded' || task.finishedAt === undefined) return undefined;
	const from = task.startedAt ?? task.submittedAt;
	if (from === undefined) return undefined;
	const runMs = Date.parse(task.finishedAt) - Date.parse(from);
	return runMs > 0 ? runMs : undefined;
}
