/** The trigger, polled by n8n's engine. */
import { recordLog } from '../engine/n8nLog.mts';
import { describe, expect, it, vi } from 'vitest';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { ActiveTrigger } from '../engine/engine.mts';
import { startLocalServer } from '../engine/localServer.mts';
import { setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { mp4 } from '../media/mp4Boxes.mts';
import type { Fault } from '../simulator/index.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { triggerNode, workflow } from '../engine/workflowBuilder.mts';

const { simulator, engine, run, count } = await setupNodeTest();

/** With a list of several pages. */
const paged = await setupNodeTest({ listPages: { maxSize: 10, larger: 'reduced' } });

const MINUTE = 60_000;

let workflows = 0;

/** A workflow of its own, whose trigger nobody has polled. */
function triggerWorkflow(parameters: INodeParameters = {}) {
	return { ...workflow([triggerNode(parameters)]), id: `workflow-${++workflows}` };
}

/** A trigger that has begun. */
async function activate(parameters?: INodeParameters, pollBudgetMs?: number) {
	const json = triggerWorkflow(parameters);
	const trigger = engine.activate(json, 'Trigger', { ...(pollBudgetMs && { pollBudgetMs }) });
	expect(await trigger.poll()).toEqual([]);
	return { json, trigger };
}

function idsOf(items: readonly INodeExecutionData[]): unknown[] {
	return items.map(({ json }) => json['taskId']);
}

async function idsOfPoll(trigger: ActiveTrigger): Promise<unknown[]> {
	return idsOf(await trigger.poll());
}

describe('a poll', () => {
	it('gives each task that ended since the last one as Get Status gives it', async () => {
		simulator.addTask({ status: 'SUCCEEDED' });
		const { trigger } = await activate();
		const taskId = simulator.addTask({ status: 'SUCCEEDED', prompt: 'a cat' });
		const items = await trigger.poll();
		const asked = await run([{ json: { taskId } }], { operation: 'getStatus' });

		const comparable = ({ requestId: _, ...json }: IDataObject = {}) => json;
		expect(items.map(({ json }) => comparable(json))).toEqual([
			comparable(asked.items('Wan')[0]?.json),
		]);
		expect(items[0]).not.toHaveProperty('pairedItem');
		expect(await trigger.poll()).toEqual([]);
	});

	it('gives the answer untouched without Simplify', async () => {
		const { trigger } = await activate({ simplify: false });
		const taskId = simulator.addTask({ status: 'SUCCEEDED' });
		expect((await trigger.poll())[0]?.json).toMatchObject({
			request_id: expect.any(String),
			output: { task_id: taskId, task_status: 'SUCCEEDED' },
			usage: { duration: 5 },
		});
	});

	it('gives the video where it is asked for, under the name and in the field that are chosen', async () => {
		const { trigger } = await activate({
			downloadVideo: true,
			options: { binaryProperty: 'clip', fileName: 'film.mp4' },
		});
		simulator.addTask({ status: 'SUCCEEDED' });
		expect((await trigger.poll())[0]?.binary).toMatchObject({
			clip: { mimeType: 'video/mp4', fileName: 'film.mp4' },
		});
	});

	it('gives what succeeded only, unless other statuses are chosen', async () => {
		const { trigger } = await activate();
		const { trigger: ofFailures } = await activate({ statuses: ['FAILED', 'CANCELED'] });
		const succeeded = simulator.addTask({ status: 'SUCCEEDED' });
		const failed = simulator.addTask({ status: 'FAILED' });
		const canceled = simulator.addTask({ status: 'CANCELED' });
		expect(await idsOfPoll(trigger)).toEqual([succeeded]);
		expect((await idsOfPoll(ofFailures)).sort()).toEqual([failed, canceled].sort());
	});

	it("gives tasks of the node's models only, or of those that are chosen or given by an expression", async () => {
		const { trigger } = await activate();
		const { trigger: ofOne } = await activate({ models: ['wan2.2-kf2v-flash'] });
		const { trigger: ofOwn } = await activate({ models: '={{ ["my-style", "wan2.7-i2v"] }}' });
		const { trigger: ofText } = await activate({ models: '={{ "my-style" }}' });
		const wan27 = simulator.addTask({ model: 'wan2.7-i2v', endedAtMs: Date.now() - 30 });
		const wan22 = simulator.addTask({ model: 'wan2.2-kf2v-flash', endedAtMs: Date.now() - 20 });
		const own = simulator.addTask({ model: 'my-style', endedAtMs: Date.now() - 10 });
		expect(await idsOfPoll(trigger)).toEqual([wan27, wan22]);
		expect(await idsOfPoll(ofOne)).toEqual([wan22]);
		expect(await idsOfPoll(ofOwn)).toEqual([wan27, own]);
		expect(await idsOfPoll(ofText)).toEqual([own]);
	});

	it('makes one call while nothing has ended', async () => {
		const { trigger } = await activate();
		simulator.addTask({ status: 'RUNNING' });
		const before = simulator.requests.length;
		await trigger.poll();
		expect(simulator.requests.slice(before).map(({ kind }) => kind)).toEqual(['list']);
	});

	it('leaves little in what n8n stores, and no key', async () => {
		const { trigger } = await activate();
		for (let task = 0; task < 20; task++) simulator.addTask({ status: 'SUCCEEDED' });
		await trigger.poll();
		const stored = JSON.stringify(trigger.staticData);
		expect(stored.length).toBeLessThan(20_000);
		expect(stored).not.toContain(simulator.key);
	});

	it("says that 'Trigger On' is empty", async () => {
		const trigger = engine.activate(triggerWorkflow({ statuses: [] }), 'Trigger');
		await expect(trigger.poll()).rejects.toThrow("'Trigger On' is empty");
	});
});

describe('from one activation to the next', () => {
	it('nothing is given twice and nothing is left out, from what n8n stored', async () => {
		const { json, trigger } = await activate();
		const first = simulator.addTask({ status: 'SUCCEEDED' });
		expect(await idsOfPoll(trigger)).toEqual([first]);
		const { staticData } = trigger;
		const second = simulator.addTask({ status: 'SUCCEEDED' });
		const restarted = engine.activate(json, 'Trigger', { staticData });
		expect(await idsOfPoll(restarted)).toEqual([second]);
		expect(await restarted.poll()).toEqual([]);
	});

	it('it begins anew where what n8n stored is of no use', async () => {
		simulator.addTask({ status: 'SUCCEEDED' });
		const staticData = { 'node:Trigger': { endedTasks: 'yes' } };
		const trigger = engine.activate(triggerWorkflow(), 'Trigger', { staticData });
		expect(await trigger.poll()).toEqual([]);
		const taskId = simulator.addTask({ status: 'SUCCEEDED' });
		expect(await idsOfPoll(trigger)).toEqual([taskId]);
	});

	it('a second poll brings nothing while one is under way', async () => {
		const { trigger } = await activate();
		const taskId = simulator.addTask({ status: 'SUCCEEDED' });
		const polls = await Promise.all([trigger.poll(), trigger.poll(), trigger.poll()]);
		expect(polls.flatMap(idsOf)).toEqual([taskId]);
	});

	it('a poll under way comes to nothing, and the new activation gives its task, once', async () => {
		const { json, trigger } = await activate();
		const { staticData } = trigger;
		const taskId = simulator.addTask({ status: 'SUCCEEDED' });
		const before = trigger.poll();
		const anew = engine.activate(json, 'Trigger', { staticData });
		expect(await anew.poll().then(idsOf)).toEqual([taskId]);
		expect(await before).toEqual([]);
		expect(await anew.poll()).toEqual([]);
	});

	it('a day without a poll is told', async () => {
		const log = recordLog();
		const { json, trigger } = await activate();
		const { staticData } = trigger;
		const time = useVirtualTime({ startMs: Date.now() + 30 * 60 * MINUTE });
		const taskId = simulator.addTask({ status: 'SUCCEEDED' });
		const woken = engine.activate(json, 'Trigger', { staticData });
		expect(idsOf(await time.run(woken.poll()))).toEqual([taskId]);
		const [warning] = log.filter(({ level }) => level === 'warn');
		expect(warning?.message).toContain('The last poll that n8n stored was 30 hours ago');
		expect(warning?.message).toContain('DashScope keeps tasks for 24 hours only');
	});
});

describe('where the service is not there for the moment', () => {
	it.each<[string, Fault]>([
		['the list is refused', { on: 'list', effect: 'error', code: 'Throttling' }],
		['the list is a page of a gateway', { on: 'list', effect: 'html' }],
		['the list is no list', { on: 'list', effect: 'omit', fields: ['data'] }],
		['the connection breaks', { on: 'list', effect: 'reset' }],
		['the task is not told', { on: 'query', effect: 'error', code: 'InternalError' }],
	])('and %s, the next poll gives the task', async (_, fault) => {
		const { trigger } = await activate();
		const { staticData } = trigger;
		const taskId = simulator.addTask({ status: 'SUCCEEDED' });
		simulator.fault(fault);
		const log = recordLog();
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.staticData).toEqual(staticData);
		expect(await idsOfPoll(trigger)).toEqual([taskId]);
		expect(log.map(({ message }) => message).join('\n')).toContain('The next poll tries again.');
	});

	it('an activation says so', async () => {
		const time = useVirtualTime();
		simulator.fault({ on: 'list', effect: 'error', code: 'InternalError', times: 10 });
		const trigger = engine.activate(triggerWorkflow(), 'Trigger');
		await expect(time.run(trigger.poll())).rejects.toThrow();
		expect(trigger.staticData['node:Trigger']).toEqual({});
	});

	it('and a key that is no longer good is told by every poll', async () => {
		const { trigger } = await activate();
		simulator.fault({ on: 'list', effect: 'error', code: 'InvalidApiKey', status: 401, times: 2 });
		for (let poll = 0; poll < 2; poll++) {
			await expect(trigger.poll()).rejects.toMatchObject({
				message: 'DashScope does not accept the API key',
				httpCode: '401',
			});
		}
	});
});

describe('a video that is asked for', () => {
	it('and that takes longer than a poll may is given by a later one, fetched once', async () => {
		let isHeld = true;
		let letGo = () => {};
		await using server = await startLocalServer((_, response) => {
			letGo = () => {
				isHeld = false;
				response.end(mp4());
			};
		});
		const { trigger } = await activate({ downloadVideo: true }, 300);
		const slow = simulator.addTask({ output: { video_url: `${server.url}/a.mp4` } });
		const quick = simulator.addTask();
		expect(await idsOfPoll(trigger)).toEqual([quick]);
		expect(isHeld).toBe(true);
		letGo();
		const items = await vi.waitFor(async () => {
			const given = await trigger.poll();
			expect(given).not.toEqual([]);
			return given;
		});
		expect(idsOf(items)).toEqual([slow]);
		expect(items[0]?.binary).toHaveProperty('data');
	});

	it('and cannot be had does not hold up others, and its task is given in the end', async () => {
		const time = useVirtualTime({ silentRequestMs: 300 });
		const json = triggerWorkflow({ downloadVideo: true });
		const trigger = engine.activate(json, 'Trigger');
		await time.run(trigger.poll());
		const lost = simulator.addTask({ output: { video_url: `${simulator.url}/results/none.mp4` } });
		const good = simulator.addTask();
		const polls: unknown[][] = [];
		for (let poll = 0; poll < 4; poll++) polls.push(idsOf(await time.run(trigger.poll())));
		expect(polls).toEqual([[good], [], [lost], []]);
	});
});

describe('a test in the editor', () => {
	const test = async (parameters: INodeParameters = {}) => {
		return await engine.run(workflow([triggerNode(parameters)]), { mode: 'manual' }).result;
	};

	it('gives the latest task that ended', async () => {
		simulator.addTask({ model: 'wan2.2-kf2v-flash', endedAtMs: Date.now() - 5 * MINUTE });
		const latest = simulator.addTask({ model: 'wan2.2-kf2v-flash' });
		simulator.addTask({ model: 'wan2.2-kf2v-flash', status: 'RUNNING' });
		const result = await test({ models: ['wan2.2-kf2v-flash'] });
		expect(idsOf(result.items('Trigger'))).toEqual([latest]);
	});

	it('gives nothing where no task has ended', async () => {
		const result = await test({ models: ['kling/kling-v3-video-generation'] });
		expect(result.error).toBeUndefined();
		expect(result.items('Trigger')).toEqual([]);
	});

	it('says what is the matter', async () => {
		simulator.fault({ on: 'list', effect: 'error', code: 'InvalidApiKey', status: 401 });
		expect(errorText(await test())).toContain('DashScope does not accept the API key');
	});

	it('makes no other request than those of the list and of the task', async () => {
		simulator.addTask();
		const before = count('query');
		await test();
		expect(count('query')).toBe(before + 1);
		expect(count('result')).toBe(0);
	});
});

// Last, since the clock goes ahead of the other tests' tasks here.
describe('whatever the list and the queries say, a task starts the workflow once', () => {
	it('does not lose a running task that one answer of the list calls UNKNOWN', async () => {
		const startMs = Date.now() + 48 * 60 * MINUTE;
		const time = useVirtualTime({ startMs });
		const old = simulator.addTask({
			submittedAtMs: startMs - 20 * MINUTE,
			startedAtMs: startMs - 19 * MINUTE,
			endedAtMs: startMs + 3 * MINUTE,
		});
		const trigger = engine.activate(triggerWorkflow(), 'Trigger');
		await time.run(trigger.poll());
		const ended = simulator.addTask({
			submittedAtMs: startMs - MINUTE,
			startedAtMs: startMs - MINUTE,
			endedAtMs: startMs,
		});
		simulator.addTask({ status: 'RUNNING', submittedAtMs: startMs });
		// Of the two calls of this poll, the second reads the whole list, newest first.
		simulator.fault({ on: 'list', effect: 'set', skip: 1, fields: { 'data.2.status': 'UNKNOWN' } });
		const given = idsOf(await time.run(trigger.poll()));
		await time.pass(4 * MINUTE);
		for (let poll = 0; poll < 5; poll++) given.push(...idsOf(await time.run(trigger.poll())));
		expect(given.sort()).toEqual([ended, old].sort());
	});

	it('does not give tasks again where time is up while it reads the list for another filter', async () => {
		const json = triggerWorkflow();
		const trigger = paged.engine.activate(json, 'Trigger');
		expect(await trigger.poll()).toEqual([]);
		const nowMs = Date.now();
		const ids = Array.from({ length: 40 }, (__, index) => {
			const submittedAtMs = nowMs - (index + 2) * MINUTE;
			return paged.simulator.addTask({
				submittedAtMs,
				startedAtMs: submittedAtMs,
				endedAtMs: nowMs - 1000 - index,
			});
		});
		expect(idsOf(await trigger.poll()).sort()).toEqual([...ids].sort());
		const { staticData } = trigger;
		const other = {
			...triggerWorkflow({ statuses: ['SUCCEEDED', 'FAILED'] }),
			id: json.id,
		};
		const anew = paged.engine.activate(other, 'Trigger', { staticData, pollBudgetMs: 300 });
		paged.simulator.fault({ on: 'list', effect: 'delay', ms: 200, times: 3 });
		const given = [...idsOf(await anew.poll())];
		paged.simulator.clearFaults();
		for (let poll = 0; poll < 3; poll++) given.push(...idsOf(await anew.poll()));
		expect(given).toEqual([]);
	});

	it('does not hold all later tasks up for one that cannot be queried', async () => {
		const time = useVirtualTime({ startMs: Date.now() + 144 * 60 * MINUTE });
		const trigger = engine.activate(triggerWorkflow(), 'Trigger');
		await time.run(trigger.poll());
		const bad = simulator.addTask({ status: 'SUCCEEDED' });
		await time.pass(MINUTE);
		const good = simulator.addTask({ status: 'SUCCEEDED' });
		simulator.fault({
			on: 'query',
			effect: 'error',
			code: 'InternalError',
			taskId: bad,
			times: 9999,
		});
		const given: unknown[] = [];
		for (let poll = 0; poll < 60; poll++) {
			await time.pass(10 * MINUTE);
			given.push(...idsOf(await time.run(trigger.poll())));
		}
		expect(given).toContain(good);
	});
});
