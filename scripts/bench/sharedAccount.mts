/** Processes that share an account, as the workers of n8n's queue mode do, in real time. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../../test/simulator/index.mts';
import { picture } from '../../test/simulator/testClient.mts';
import { ofPeers, seconds, type Row } from './row.mts';
import { taskFigures } from './taskFigures.mts';
import type { WorkerOrder, WorkerReport } from './sharedAccountWorker.mts';

const WORKERS = 4;
const ITEMS_EACH = 10;
const TASKS = WORKERS * ITEMS_EACH;
const RUN_MS = 20_000;
const PENDING_MS = 30;
/** Tasks that the service runs side by side (documented). */
const AT_ONCE = 5;
const IDEAL_MS = (TASKS / AT_ONCE) * RUN_MS;
const TOO_MANY_REQUESTS = 429;

async function reportOf(worker: ChildProcess, order: WorkerOrder): Promise<WorkerReport> {
	worker.send(order);
	const [report]: WorkerReport[] = await once(worker, 'message');
	if (report === undefined) throw new Error('A worker said nothing');
	return report;
}

export async function sharedAccountRow(): Promise<Row> {
	const simulator = await startSimulator({
		maxPixels: 64 * 64,
		times: { pendingMs: PENDING_MS, runningMs: RUN_MS },
		limits: { running: AT_ONCE },
	});
	const { url, key } = simulator;
	const png = await picture(640, 360, '#c03030');
	const frameUrl = simulator.serveFile('frame.png', png, 'image/png');
	const workers = Array.from({ length: WORKERS }, () =>
		fork(fileURLToPath(new URL('sharedAccountWorker.mts', import.meta.url)), {
			execArgv: ['--import', 'tsx'],
		}),
	);
	const all = async (order: WorkerOrder) =>
		await Promise.all(workers.map(async (worker) => await reportOf(worker, order)));
	await all({ start: { url, key, frameUrl, items: ITEMS_EACH } });
	const startedMs = performance.now();
	const reports = await all({ run: true });
	const tookMs = performance.now() - startedMs;
	for (const worker of workers) worker.disconnect();

	const found = new Set(reports.flatMap(({ taskIds }) => taskIds));
	const lost = [...simulator.tasks.keys()].filter((id) => !found.has(id)).length;
	const refused = simulator.requests.filter(
		({ kind, status }) => kind === 'create' && status === TOO_MANY_REQUESTS,
	).length;
	const { latenessMs, queries, lists } = taskFigures(simulator);
	await simulator.close();
	if (found.size !== TASKS) console.log(`${found.size} of ${TASKS} videos came out`);
	const perTask = ((queries + lists) / TASKS).toFixed(1);
	return {
		figure: `${WORKERS} processes share an account, ${TASKS} tasks of 20 s, ${AT_ONCE} at once (ideal ${seconds(IDEAL_MS)}): done after / late / queries and lists a task / creates refused / lost`,
		ours: `${seconds(tookMs)} / ${seconds(latenessMs)} / ${perTask} / ${refused} / ${lost}`,
		peers: await ofPeers(async (policy) => {
			const one = await policy({ pendingMs: PENDING_MS, runMs: RUN_MS });
			const totalMs = ITEMS_EACH * (PENDING_MS + RUN_MS + one.latenessMs);
			return `${seconds(totalMs)} / ${seconds(one.latenessMs)} / ${one.queries.toFixed(1)} / 0`;
		}),
	};
}
