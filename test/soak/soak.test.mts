/** The short form of `npm run soak`: the same plan and the same account, in virtual time. */
import { expect, it } from 'vitest';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { picture, setStage } from '../node/stage.mts';
import { printSeed, seed } from '../seed.mts';
import { faultsFound, type EndedExecution } from './account.mts';
import { planOf } from './plan.mts';
import { runExecution } from './runExecution.mts';

const EXECUTIONS = 40;
/** So many at a time, as a busy n8n has them. */
const AT_ONCE = 4;

const stage = await setStage({ times: { pendingMs: 500, runningMs: 8_000 } });
const frame = `data:image/png;base64,${(await picture('#c03030')).toString('base64')}`;

printSeed('soak');

it('every task of executions that meet random faults is accounted for, and none is paid twice', async () => {
	const time = useVirtualTime();
	const waiting = [...planOf(seed, EXECUTIONS).entries()];
	const ended: EndedExecution[] = [];
	async function work(): Promise<void> {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const [index, planned] = next;
			for (const fault of planned.faults) stage.simulator.fault(fault);
			ended.push(await runExecution(stage.engine, `execution ${index}`, frame, planned));
		}
	}
	await time.run(Promise.all(Array.from({ length: AT_ONCE }, work)));

	const made = [...stage.simulator.tasks.values()].map(({ id, work: { prompt } }) => ({
		id,
		prompt,
	}));
	expect(ended).toHaveLength(EXECUTIONS);
	expect(made.length).toBeGreaterThan(EXECUTIONS);
	expect(faultsFound(made, ended)).toEqual([]);
});
