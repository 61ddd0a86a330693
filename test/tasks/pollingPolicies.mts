/**
 * How late a policy sees the end of a video, and with how many queries: one task against a service
 * that exists only as its times. Shared by the tests and the bench.
 */
import type { Clock } from '../../nodes/WanKeyframeVideo/util/clock.ts';
import type { RunTimeEstimate } from '../../nodes/WanKeyframeVideo/tasks/runTimes.ts';
import { readTask } from '../../nodes/WanKeyframeVideo/tasks/task.ts';
import { waitForTask } from '../../nodes/WanKeyframeVideo/tasks/waitForTask.ts';

/** The times of a simulated task. */
export interface RunTimes {
	/** In the queue. */
	readonly pendingMs: number;
	readonly runMs: number;
}

export interface PollingResult {
	/** From the end of the task to the answer that tells of it. */
	readonly latenessMs: number;
	readonly queries: number;
}

export type Policy = (run: RunTimes) => Promise<PollingResult> | PollingResult;

/** A policy that asks after these pauses, whatever it is told; the last one repeats. */
export function pauses(...listMs: readonly number[]): Policy {
	return ({ pendingMs, runMs }) => {
		const endMs = pendingMs + runMs;
		let nowMs = 0;
		let queries = 0;
		while (nowMs < endMs) {
			nowMs += listMs[Math.min(queries, listMs.length - 1)] ?? 0;
			queries++;
		}
		return { latenessMs: nowMs - endMs, queries };
	};
}

/** What others do, in ms. */
export const OTHER_CLIENTS: Readonly<Record<string, Policy>> = {
	'every 15 s (n8n)': pauses(15_000),
	// It sleeps once more before it looks at an answer that says that the video is done.
	"10 s + a sleep (n8n's Sora)": async (run) => {
		const { latenessMs, queries } = await pauses(10_000)(run);
		return { latenessMs: latenessMs + 10_000, queries };
	},
	'1-2-4-5 s (official SDKs)': pauses(
		1_000,
		1_000,
		2_000,
		2_000,
		2_000,
		4_000,
		4_000,
		4_000,
		5_000,
	),
	'every 5 s': pauses(5_000),
	'every 2 s': pauses(2_000),
};

/** The node's own, with what is expected of the run time. */
export function ours(estimate?: RunTimeEstimate): Policy {
	return async ({ pendingMs, runMs }) => {
		let nowMs = 0;
		let queries = 0;
		const clock: Clock = {
			now: () => nowMs,
			monotonicMs: () => nowMs,
			sleep: async () => undefined,
		};
		const endMs = pendingMs + runMs;
		await waitForTask(
			{
				polling: { kind: 'automatic' },
				timeoutMs: 24 * 3_600_000,
				isNew: true,
				estimate: () => estimate,
			},
			{
				clock,
				async poll({ inMs }) {
					nowMs += inMs;
					queries++;
					return { ok: true, value: readTask('t', answerAt(nowMs, pendingMs, endMs)) };
				},
			},
		);
		return { latenessMs: nowMs - endMs, queries };
	};
}

function answerAt(nowMs: number, startMs: number, endMs: number) {
	const status = nowMs >= endMs ? 'SUCCEEDED' : nowMs >= startMs ? 'RUNNING' : 'PENDING';
	return {
		output: {
			task_status: status,
			submit_time: stamp(0),
			...(status !== 'PENDING' && { scheduled_time: stamp(startMs) }),
			...(status === 'SUCCEEDED' && { end_time: stamp(endMs) }),
		},
	};
}

/** As the service writes times. */
const stamp = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, -1);

export interface Figures {
	readonly latenessMs: number;
	readonly queries: number;
}

/** Means over runs. */
export async function figuresOf(policy: Policy, runs: readonly RunTimes[]): Promise<Figures> {
	let latenessMs = 0;
	let queries = 0;
	for (const run of runs) {
		const watched = await policy(run);
		latenessMs += watched.latenessMs;
		queries += watched.queries;
	}
	return { latenessMs: latenessMs / runs.length, queries: queries / runs.length };
}

/** Run times from 20 s to 480 s, each a little off the second, with queues of 0.03 s to 15 s (measured). */
export const RUN_SECONDS: readonly number[] = Array.from({ length: 231 }, (_, i) => 20 + 2 * i);

/** Run times that are spread evenly by `spread` around each of `RUN_SECONDS`, so that no luck is in it. */
export function timesAround(seconds: number, spread: number, queued: boolean): RunTimes[] {
	return Array.from({ length: 21 }, (_, i) => {
		const offset = (i - 10) / 10;
		return {
			// Strides that share no factor with the others, so that all combinations occur over the range.
			pendingMs: queued ? 30 + ((i * 8 + seconds) % 21) * 713 : 30,
			runMs: Math.round(seconds * 1000 * (1 + spread * offset)) + 137,
		};
	});
}
