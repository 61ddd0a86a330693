/** What holds for a later try of Retry On Fail that meets other parameters than the first. */
import { describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startEngine } from '../engine/engine.mts';
import { errorText, jsonText, picture, setupNodeTest } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, itemsNode, THEN_WAIT, wanNode, workflow } from '../engine/workflowBuilder.mts';

const harness = await setupNodeTest({ times: { pendingMs: 60_000, runningMs: 60_000 } });
const { simulator } = harness;
const red = simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

describe('Max Billed Seconds', () => {
	it('holds for a task that failed and is created again with other parameters', async () => {
		const startMs = Date.now() + 1_000;
		simulator.fault({
			on: 'create',
			effect: 'failTask',
			at: 'end',
			code: 'InternalError',
			message: 'x',
		});
		const parameters = {
			...createFrom(red),
			...THEN_WAIT,
			timeout: 0.5,
			options: { maxBilledSeconds: 5 },
			duration: `={{ $now.toMillis() > ${startMs + 20_000} ? 15 : 5 }}`,
		};
		await useVirtualTime({ startMs }).run(
			harness.run([{}], parameters, { retryOnFail: true, maxTries: 5, waitBetweenTries: 5_000 }),
		);
		expect(harness.createdBodies()).toMatchObject([{ parameters: { duration: 5 } }]);
	});
});

describe('a later try that fails as a whole names what an earlier one created', () => {
	it('where the node goes on', async () => {
		simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage' });
		const startMs = Date.parse('2026-03-01T00:00:00Z');
		const later = `$now.toMillis() > ${startMs + 900}`;
		const parameters = {
			...createFrom(red),
			duration: `={{ ${later} ? 10 : 5 }}`,
			options: { maxBilledSeconds: `={{ ${later} ? 6 : 10 }}` },
		};
		const settings = {
			retryOnFail: true,
			maxTries: 2,
			waitBetweenTries: 1_000,
			onError: 'continueRegularOutput',
		} as const;
		const result = await useVirtualTime({ startMs }).run(
			harness.run([{}, {}], parameters, settings),
		);
		const ids = harness.newTaskIds();
		expect(ids).toHaveLength(1);
		expect(jsonText(result.items('Wan'))).toContain(ids[0]);
	});

	it('where the credential is of no use any more', async () => {
		simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 1 });
		const own = { dashScopeApi: { ...credentialFor(simulator) } };
		const edited = await startEngine({ credentials: own });
		const time = useVirtualTime();
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1_000 };
		const run = edited.run(workflow([itemsNode([{}, {}]), wanNode(createFrom(red), settings)]));
		setTimeout(() => Object.assign(own.dashScopeApi, { region: 'custom', baseUrl: '' }), 900);
		const result = await time.run(run.result);
		const ids = harness.newTaskIds();
		expect(ids).toHaveLength(1);
		expect(errorText(result)).toContain(ids[0]);
	});
});

describe('a create is sent once', () => {
	it('where 303 See Other says that it was handled, under Retry On Fail', async () => {
		simulator.fault({ on: 'create', effect: 'empty', status: 303, when: 'after', times: 9 });
		await useVirtualTime().run(
			harness.run([{}], createFrom(red), { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 }),
		);
		expect(harness.count('create')).toBe(1);
	});
});
