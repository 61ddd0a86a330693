/** A thousand tasks in one run, in virtual time. */
import { useVirtualTime } from '../../test/engine/virtualTime.mts';
import { startRun } from './engineRun.mts';
import { ofPeers, seconds, type Row } from './row.mts';
import { taskFigures } from './taskFigures.mts';

const TASKS = 1_000;
const VIDEO_SECONDS = 4;
const COURSE = { pendingMs: 500, runMs: 60_000 };
const SAMPLE_EVERY_MS = 200;
const MIB = 1024 * 1024;

/** The time that virtual time does not change. */
const realNowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Samples the heap in real time, until told to stop; gives by how many bytes it rose at most. */
function watchHeap(): () => number {
	globalThis.gc?.();
	const beforeBytes = process.memoryUsage().heapUsed;
	let mostBytes = beforeBytes;
	const sample = () => {
		mostBytes = Math.max(mostBytes, process.memoryUsage().heapUsed);
	};
	const timer = setInterval(sample, SAMPLE_EVERY_MS);
	return () => {
		clearInterval(timer);
		sample();
		return mostBytes - beforeBytes;
	};
}

export async function manyTasksRows(): Promise<Row[]> {
	// The heap is watched on the real clock, which is gone as soon as time is virtual.
	const heapRiseBytes = watchHeap();
	const time = useVirtualTime();
	const { simulator, ended } = await startRun(TASKS, VIDEO_SECONDS, {
		times: { pendingMs: COURSE.pendingMs, runningMs: COURSE.runMs },
		limits: { running: TASKS },
	});
	const startedMs = realNowMs();
	await time.run(ended());
	const tookMs = realNowMs() - startedMs;
	const virtualMs = time.elapsedMs();
	time.restore();
	const riseMib = (heapRiseBytes() / MIB).toFixed(0);
	const { latenessMs, queries, lists } = taskFigures(simulator);
	await simulator.close();
	return [
		{
			figure: `${TASKS} tasks of 60 s in one run, created 5 a second: late / queries + lists`,
			ours: `${seconds(latenessMs, 2)} / ${queries} + ${lists}`,
			peers: await ofPeers(async (policy) => {
				const one = await policy(COURSE);
				return `${seconds(one.latenessMs, 2)} / ${TASKS * one.queries}`;
			}),
		},
		{
			figure: 'the same: done after / heap, simulator included / real time of the test',
			ours: `${seconds(virtualMs, 0)} / +${riseMib} MiB / ${seconds(tookMs)}`,
			peers: await ofPeers(async (policy) => {
				const { latenessMs: lateMs } = await policy(COURSE);
				return seconds(TASKS * (COURSE.pendingMs + COURSE.runMs + lateMs), 0);
			}),
		},
	];
}
