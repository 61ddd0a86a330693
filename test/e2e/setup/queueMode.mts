/** n8n's queue mode: executions go through Redis to workers, and all data is in PostgreSQL. */
import { afterAll } from 'vitest';
import type { SimulatorOptions } from '../../simulator/index.mts';
import { type DatabaseServer, startPostgres, startRedis } from './databases.mts';
import { type N8nProcess, startN8nProcess } from './n8nProcess.mts';
import { startHarness, type Harness } from './harness.mts';

/** n8n gives up a worker whose lock is this old, and looks this often (by default 60 and 30 seconds). */
const LOCK = {
	QUEUE_WORKER_LOCK_DURATION: '5000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '1000',
	QUEUE_WORKER_STALLED_INTERVAL: '1000',
};

const QUEUE_MODE = {
	EXECUTIONS_MODE: 'queue',
	// All processes have to find each other's files.
	N8N_DEFAULT_BINARY_DATA_MODE: 'database',
	...LOCK,
};

export interface Worker extends N8nProcess {
	/** The IDs of the executions that it has begun. */
	executions(): Promise<string[]>;
}

export interface QueueHarness extends Harness {
	/** Starts a worker that runs so many executions at once; it ends with its caller. */
	startWorker(concurrency: number): Promise<Worker>;
}

const say = (line: string) => console.log(line);

/** Call it once in a test file, at top level: the databases and n8n's main process, no worker yet. */
export async function startQueueHarness(options: SimulatorOptions): Promise<QueueHarness> {
	const databases: DatabaseServer[] = [];
	const endDatabases = async () => {
		for (const database of databases.splice(0)) await database[Symbol.asyncDispose]();
	};
	afterAll(endDatabases);
	try {
		const redis = await startRedis(say);
		databases.push(redis);
		const postgres = await startPostgres(say);
		databases.push(postgres);
		const environment = { ...QUEUE_MODE, ...redis.environment, ...postgres.environment };
		const harness = await startHarness(options, environment);
		return { ...harness, startWorker: workerStarter(environment) };
	} catch (error) {
		// Vitest leaves out what should follow the tests when there are none.
		await endDatabases();
		throw error;
	}
}

function workerStarter(environment: NodeJS.ProcessEnv): QueueHarness['startWorker'] {
	let started = 0;
	return async (concurrency) => {
		started += 1;
		const role = {
			command: ['worker', `--concurrency=${concurrency}`],
			ready: /n8n worker is now ready/,
			logName: `n8n-worker-${started}.log`,
		};
		const worker = await startN8nProcess(role, { say, environment });
		return { ...worker, executions: async () => begunExecutions(await worker.log()) };
	};
}

function begunExecutions(log: string): string[] {
	return [...log.matchAll(/Worker started execution (\d+)/g)].flatMap(([, id]) => id ?? []);
}
