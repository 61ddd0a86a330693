import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startSimulator, type Simulator, type SimulatorOptions } from '../index.mts';
import type { JsonObject } from '../json.mts';
import { bodyFor, picture, TestClient } from '../testClient.mts';

const MINUTE_MS = 60_000;

let simulator: Simulator;
let client: TestClient;

async function start(options: SimulatorOptions = {}): Promise<void> {
	await simulator?.close();
	simulator = await startSimulator({
		times: { pendingMs: 1_000, runningMs: 10_000 },
		limits: { createsPerSecond: 1000, running: 1000, queriesPerSecond: 1000 },
		...options,
	});
	client = new TestClient(simulator);
}

async function create(prompt: string, duration: number): Promise<string> {
	const frame = simulator.serveFile('frame.png', await picture(400, 300, 'red'), 'image/png');
	const changes = { input: { prompt }, parameters: { duration } };
	return client.createTask(bodyFor('wan2.7-i2v', { first: frame, last: frame }, changes));
}

function pass(ms: number): void {
	vi.setSystemTime(Date.now() + ms);
}

async function output(id: string): Promise<JsonObject> {
	return Object((await client.query(id)).at('output'));
}

beforeEach(async () => {
	vi.useFakeTimers({ toFake: ['Date'] });
	await start();
});

afterEach(async () => {
	await simulator.close();
	vi.useRealTimers();
});

describe('the bill', () => {
	it('counts the seconds of tasks that succeeded, once they have ended', async () => {
		const [short, long] = [await create('a cat', 2), await create('a cat', 15)];
		const dog = await create('a dog', 5);
		expect(simulator.bill()).toEqual({ seconds: 0, byTask: new Map(), byPrompt: new Map() });
		expect(simulator.bill(Date.now() + MINUTE_MS).seconds).toBe(22);
		pass(MINUTE_MS);
		expect(simulator.bill()).toEqual({
			seconds: 22,
			byTask: new Map([
				[short, 2],
				[long, 15],
				[dog, 5],
			]),
			byPrompt: new Map([
				['a cat', { seconds: 17, tasks: 2 }],
				['a dog', { seconds: 5, tasks: 1 }],
			]),
		});
	});

	it('leaves out tasks that failed, were canceled or run', async () => {
		const canceled = await create('canceled', 5);
		await client.cancel(canceled);
		await create('bad', 99);
		simulator.addTask({ status: 'RUNNING' });
		simulator.addTask({ status: 'FAILED' });
		pass(MINUTE_MS);
		expect(simulator.bill().seconds).toBe(0);
	});

	it('stays when the service has forgotten the tasks', async () => {
		await create('a cat', 5);
		pass(25 * 60 * MINUTE_MS);
		expect(simulator.bill().seconds).toBe(5);
	});
});

describe('tasks can be made to fail at their end, and are not billed', () => {
	const error = { code: 'InternalError.Algo', message: 'Internal error.' };

	it('the next so many', async () => {
		simulator.fault({ on: 'create', effect: 'failTask', at: 'end', times: 2, ...error });
		const ids = [await create('1', 5), await create('2', 5), await create('3', 5)];
		pass(5_000);
		expect(await output(ids[0] ?? '')).toMatchObject({ task_status: 'RUNNING' });
		pass(MINUTE_MS);
		const failed = { task_status: 'FAILED', ...error };
		const succeeded = { task_status: 'SUCCEEDED' };
		expect(await Promise.all(ids.map(output))).toMatchObject([failed, failed, succeeded]);
		expect([...simulator.bill().byPrompt.keys()]).toEqual(['3']);
	});

	it('those of a prompt', async () => {
		simulator.fault({ on: 'create', prompt: 'bad', effect: 'failTask', at: 'end', ...error });
		const [good, bad] = [await create('good', 5), await create('bad', 5)];
		pass(MINUTE_MS);
		expect(await output(good)).toMatchObject({ task_status: 'SUCCEEDED' });
		expect(await output(bad)).toMatchObject({ task_status: 'FAILED', ...error });
		expect(simulator.bill().byPrompt).toEqual(new Map([['good', { seconds: 5, tasks: 1 }]]));
	});

	it('those that a rule names', async () => {
		await start({
			failWith: ({ video }) => (video.prompt.startsWith('bad') ? error : undefined),
		});
		const ids = [await create('bad 1', 5), await create('good', 5), await create('bad 2', 5)];
		pass(MINUTE_MS);
		const statuses = (await Promise.all(ids.map(output))).map((one) => one.task_status);
		expect(statuses).toEqual(['FAILED', 'SUCCEEDED', 'FAILED']);
		expect(simulator.bill().seconds).toBe(5);
	});
});
