/** The short form of `npm run soak`: the same plan and the same account, in virtual time. */
import { expect, it } from 'vitest';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { recordLog } from '../engine/n8nLog.mts';
import { picture, setupNodeTest } from '../engine/nodeTest.mts';
import { repetitions } from '../depth.mts';
import { printSeed, seed } from '../seed.mts';
import { madeTasks, verifyRun } from './verifyRun.mts';
import { planOf } from './plan.mts';
import { runPlan } from './runPlan.mts';
import { pngUri } from '../simulator/testClient.mts';

const EXECUTIONS = repetitions(100);
const AT_ONCE = 4;
/** On a busy machine it takes longer than any other test. */
const TIMEOUT_MS = 90_000;

const harness = await setupNodeTest({ times: { pendingMs: 500, runningMs: 8_000 } });
const frame = pngUri(await picture('#c03030'));

printSeed('soak');

it(
	'every task of executions that meet random faults is accounted for, and none is paid twice',
	async () => {
		const log = recordLog();
		const time = useVirtualTime();
		const ended = await time.run(
			runPlan(planOf(seed, EXECUTIONS), {
				engine: harness.engine,
				fault: harness.simulator.fault,
				frameUrl: frame,
				atOnce: AT_ONCE,
			}),
		);

		const made = madeTasks(harness.simulator);
		expect(ended).toHaveLength(EXECUTIONS);
		expect(made.length).toBeGreaterThan(EXECUTIONS);
		expect(verifyRun(made, ended, JSON.stringify(log))).toEqual([]);
	},
	TIMEOUT_MS,
);
