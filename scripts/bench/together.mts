/** Many tasks in one run, in real time. */
import type { Policy } from '../../test/tasks/pollingPolicies.mts';
import { startRun } from './engineRun.mts';
import { ofPeers, seconds, type Row } from './row.mts';
import { sharedAccountRow } from './sharedAccount.mts';
import { taskFigures } from './taskFigures.mts';

/** As n8n's own node was measured with: 120.3 s for four of them. */
const RUN_MS = 21_000;
const PENDING_MS = 30;
/** Tasks that the service runs side by side (documented). */
const AT_ONCE = 5;

/** Peers handle one item after another. */
async function oneAfterAnother(tasks: number, policy: Policy): Promise<string> {
	const { latenessMs, queries } = await policy({ pendingMs: PENDING_MS, runMs: RUN_MS });
	const totalMs = tasks * (PENDING_MS + RUN_MS + latenessMs);
	return `${seconds(totalMs)} / ${seconds(latenessMs)} / ${tasks * queries}`;
}

async function row(tasks: number, videoSeconds: number): Promise<Row> {
	const { simulator, ended } = await startRun(tasks, videoSeconds, {
		times: { pendingMs: PENDING_MS, runningMs: RUN_MS },
		limits: { running: AT_ONCE },
	});
	const startedMs = performance.now();
	await ended();
	const tookMs = performance.now() - startedMs;
	const { latenessMs, queries, lists } = taskFigures(simulator);
	await simulator.close();
	const idealMs = Math.ceil(tasks / AT_ONCE) * RUN_MS;
	return {
		figure: `${tasks} tasks of 21 s, ${AT_ONCE} at once (ideal ${seconds(idealMs)}): done after / late / queries + lists`,
		ours: `${seconds(tookMs)} / ${seconds(latenessMs)} / ${queries} + ${lists}`,
		peers: await ofPeers(async (policy) => await oneAfterAnother(tasks, policy)),
	};
}

/** The runs go on side by side, each with a service of its own. */
export async function togetherRows(): Promise<Row[]> {
	return await Promise.all([row(4, 2), row(20, 3), sharedAccountRow()]);
}
