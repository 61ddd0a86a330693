/** `npm run soak`: the node under load and under random faults, in real time. Ends with 1 where anything is lost. */
import { parseArgs } from 'node:util';
import { credentialFor } from '../../test/credential.mts';
import { startEngine } from '../../test/engine/engine.mts';
import { seed } from '../../test/seed.mts';
import { verifyRun } from '../../test/soak/verifyRun.mts';
import { planOf } from '../../test/soak/plan.mts';
import { runPlan } from '../../test/soak/runPlan.mts';
import { runLoad, type Load } from './load.mts';
import { startRemoteSimulator } from './remoteSimulator.mts';

const HELP = `The node in n8n's engine against a simulator in another process, in real time.

First under load (1,000 items in one run, then 50 executions at once), then under random faults.

Usage: npm run soak -- [options]

  --items NUMBER     in the one run (default 1000); a twentieth as many executions at once, of 4 items
  --minutes NUMBER   how long the faults last (default 10; 0: load only)
  --help             this text

TEST_SEED=NUMBER repeats a run's executions and faults.
`;

const EXECUTIONS_PER_ITEM = 1 / 20;

function loadsOf(items: number): Load[] {
	const executions = Math.ceil(items * EXECUTIONS_PER_ITEM);
	return [
		{ name: `${items.toLocaleString('en')} items in one run`, executions: 1, itemsEach: items },
		{ name: `${executions} executions at once`, executions, itemsEach: 4 },
	];
}

/** What users of the same n8n would notice. */
const LONGEST_LOOP_DELAY_MS = 50;
/** What n8n itself keeps of a thousand items is about as much; a leak of a video or of tasks would be more. */
const MOST_HEAP_MIB = 16;

/** Of a load in which everything is lost. */
const MOST_LINES = 20;

const MINUTE_MS = 60_000;
const AT_ONCE = 8;
/** More than ten minutes take. */
const PLANNED = 5_000;

async function main(): Promise<boolean> {
	const { values } = parseArgs({
		options: {
			items: { type: 'string', default: '1000' },
			minutes: { type: 'string', default: '10' },
			help: { type: 'boolean', default: false },
		},
	});
	const items = Number(values.items);
	const minutes = Number(values.minutes);
	if (values.help) {
		console.log(HELP);
		return true;
	}
	if (!Number.isInteger(items) || items < 1) {
		throw new Error(`--items must be a whole number above 0, not "${values.items}".`);
	}
	if (!(minutes >= 0)) throw new Error(`--minutes must be 0 or more, not "${values.minutes}".`);
	const isLoadBorne = await underLoad(loadsOf(items));
	return (minutes === 0 || (await underFaults(minutes * MINUTE_MS))) && isLoadBorne;
}

/** A service, and an engine with its key. */
async function setUp(options: Parameters<typeof startRemoteSimulator>[0]) {
	const simulator = await startRemoteSimulator({ maxPixels: 64 * 64, ...options });
	const engine = await startEngine({
		binaryMode: 'filesystem',
		credentials: { dashScopeApi: credentialFor(simulator) },
	});
	return { simulator, engine };
}

async function underLoad(loads: readonly Load[]): Promise<boolean> {
	const { simulator, engine } = await setUp({
		times: { pendingMs: 500, runningMs: 8_000 },
		limits: { running: 10_000 },
	});
	await using _ = simulator;
	// What is loaded and kept for the first run is not counted.
	await runLoad({ name: 'warm-up', executions: 2, itemsEach: 20 }, engine, simulator);
	let isBorne = true;
	const rows: Record<string, Record<string, string>> = {};
	for (const load of loads) {
		const figures = await runLoad(load, engine, simulator);
		const { faults, tookMs, loopDelayP99Ms, heapRiseMib } = figures;
		for (const fault of faults.slice(0, MOST_LINES)) console.log(fault);
		isBorne &&=
			faults.length === 0 && loopDelayP99Ms < LONGEST_LOOP_DELAY_MS && heapRiseMib < MOST_HEAP_MIB;
		rows[load.name] = {
			items: String(load.executions * load.itemsEach),
			'lost or crossed': String(faults.length),
			took: `${(tookMs / 1000).toFixed(1)} s`,
			'event loop delay, p99': `${loopDelayP99Ms.toFixed(1)} ms`,
			'heap kept': `${heapRiseMib.toFixed(1)} MiB`,
		};
	}
	console.table(rows);
	return isBorne;
}

async function underFaults(forMs: number): Promise<boolean> {
	console.log(`Random faults for ${forMs / MINUTE_MS} min, TEST_SEED=${seed}`);
	const { simulator, engine } = await setUp({ times: { pendingMs: 500, runningMs: 4_000 } });
	await using _ = simulator;
	const endMs = Date.now() + forMs;
	const ended = await runPlan(planOf(seed, PLANNED), {
		engine,
		fault: simulator.fault,
		frameUrl: simulator.frameUrl,
		atOnce: AT_ONCE,
		shouldContinue: () => Date.now() < endMs,
	});
	const tasks = await simulator.tasks();
	const faults = verifyRun(tasks, ended);
	for (const fault of faults) console.log(fault);
	console.log(
		`${ended.length} executions, ${tasks.length} tasks, ${faults.length} not accounted for`,
	);
	return faults.length === 0;
}

try {
	if (!(await main())) process.exitCode = 1;
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
