import { describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startEngine } from '../engine/engine.mts';
import { startLocalServer } from '../engine/localServer.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, node, wanNode, workflow, createFrom } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest();
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

const create = {
	...createFrom(red),
	prompt: '={{ $json.p ?? "a" }}',
};
const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const fiveItems = ['a', 'b', 'c', 'd', 'e'].map((p) => ({ json: { p } }));

describe('a create is sent once', () => {
	it('when the service answers 401, where n8n would send again', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'InvalidApiKey', times: 9 });
		await harness.run([{}], create);

		expect(harness.count('create')).toBe(1);
	});

	it.each([
		['500', { on: 'create', effect: 'error', code: 'InternalError' }],
		['a 502 page', { on: 'create', effect: 'html' }],
		['a page with status 200', { on: 'create', effect: 'html', status: 200, when: 'after' }],
		['a connection that broke before the task existed', { on: 'create', effect: 'reset' }],
		['a connection that broke after it', { on: 'create', effect: 'reset', when: 'after' }],
		['half an answer', { on: 'create', effect: 'invalidJson', when: 'after' }],
	] as const)(
		'on %s, also under Retry On Fail, and the user is told that a task may exist',
		async (_, fault) => {
			harness.simulator.fault(fault);
			const result = await useVirtualTime().run(harness.run([{}], create, retry));

			expect(harness.count('create')).toBe(1);
			expect(errorText(result)).toContain('A task may have been created all the same');
		},
	);

	it('and again only after a 429, which says that there is no task', async () => {
		harness.simulator.fault({
			on: 'create',
			effect: 'error',
			code: 'Throttling.RateQuota',
			times: 2,
		});
		const before = harness.simulator.tasks.size;
		const result = await useVirtualTime().run(harness.run([{}], create, retry));

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(3);
		expect(harness.simulator.tasks.size - before).toBe(1);
	});

	it('and is known to be unsent where no host answers the call', async () => {
		const server = await startLocalServer(() => {});
		await server[Symbol.asyncDispose]();
		const dashScopeApi = credentialFor({ url: server.url, key: 'sk-any' });
		const engine = await startEngine({ credentials: { dashScopeApi } });
		const run = engine.run(workflow([itemsNode([{}]), wanNode(create)]));
		const result = await useVirtualTime().run(run.result);

		expect(errorText(result)).toContain('DashScope cannot be reached');
		expect(errorText(result)).toContain('ECONNREFUSED');
		expect(errorText(result)).not.toContain('may have been created');
	});

	it('and not to the address that a redirect names', async () => {
		const location = `${harness.simulator.url}/elsewhere`;
		harness.simulator.fault({ on: 'create', effect: 'redirect', location, status: 307 });
		const result = await harness.run([{}], create);

		expect(errorText(result)).toContain('The host redirects to another address');
		expect(harness.simulator.requests.map(({ path }) => path)).not.toContain('/elsewhere');
	});
});

describe('under Retry On Fail an item keeps the task it has', () => {
	it('when the third of five was refused', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });
		const result = await useVirtualTime().run(harness.run(fiveItems, create, retry));

		expect(result.error).toBeUndefined();
		expect(new Set(result.items('Wan').map(({ json }) => json['taskId'])).size).toBe(5);
		expect(harness.count('create')).toBe(6);
	});

	it('when the first item fails a node that goes on, which n8n retries too', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage' });
		const settings = { ...retry, onError: 'continueRegularOutput' } as const;
		const result = await useVirtualTime().run(harness.run(fiveItems, create, settings));

		expect(result.items('Wan').map(({ json }) => json['error'])).toEqual(Array(5).fill(undefined));
		expect(harness.count('create')).toBe(6);
	});

	it('when waiting for the video failed', async () => {
		harness.simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey' });
		const finished = { ...create, waitForCompletion: true, downloadVideo: false, timeout: 0.1 };
		await useVirtualTime().run(harness.run([{}], finished, { ...retry, maxTries: 2 }));

		expect(harness.count('create')).toBe(1);
		expect(harness.count('query')).toBeGreaterThan(1);
	});
});

describe('under Retry On Fail an expression that gives another value each time does not pay again', () => {
	const varying = {
		...create,
		prompt: '={{ ($json.p ?? "a") + " " + Math.random() }}',
		options: { seed: '={{ Math.floor(Math.random() * 1e6) }}' },
	};
	const threeItems = fiveItems.slice(0, 3);

	it('when the third of three items was refused twice: three tasks, and a hint says what was kept', async () => {
		harness.simulator.fault({
			on: 'create',
			effect: 'error',
			code: 'Arrearage',
			skip: 2,
			times: 2,
		});
		const before = harness.simulator.tasks.size;
		const result = await useVirtualTime().run(harness.run(threeItems, varying, retry));

		expect(result.error).toBeUndefined();
		expect(harness.simulator.tasks.size - before).toBe(3);
		expect(harness.count('create')).toBe(5);
		const hints = result.hints.map(({ message }) => message);
		expect(hints).toContainEqual(expect.stringMatching(/parameters differ .* \(items 0, 1\)/));
	});

	it('when the connection breaks after the create: one POST', async () => {
		harness.simulator.fault({ on: 'create', effect: 'reset', when: 'after', times: 3 });
		const result = await useVirtualTime().run(harness.run([{}], varying, retry));

		expect(harness.count('create')).toBe(1);
		expect(errorText(result)).toContain('A task may have been created all the same');
	});

	it('when one video of a Create that waits fails: one task for each item', async () => {
		harness.simulator.fault({
			on: 'create',
			effect: 'failTask',
			code: 'DataInspectionFailed',
			message: 'Input data may contain inappropriate content.',
		});
		const waiting = { ...varying, waitForCompletion: true, downloadVideo: false };
		await useVirtualTime().run(harness.run(threeItems, waiting, retry));

		expect(harness.count('create')).toBe(3);
	});

	it('when the value has become one that the model does not take', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 1 });
		const startMs = Date.parse('2026-03-01T00:00:00Z');
		const duration = `={{ $json.p === "a" && $now.toMillis() > ${startMs + 900} ? 99 : 2 }}`;
		const time = useVirtualTime({ startMs });
		const afterASecond = { ...retry, waitBetweenTries: 1_000 };
		const waiting = { ...create, duration, waitForCompletion: true, downloadVideo: false };
		const result = await time.run(harness.run(threeItems.slice(0, 2), waiting, afterASecond));

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(3);
		expect(result.items('Wan').map(({ json }) => json['status'])).toEqual([
			'SUCCEEDED',
			'SUCCEEDED',
		]);
	});

	it('and the item that is kept tells of the task as it was created', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 1 });
		const result = await useVirtualTime().run(harness.run(threeItems.slice(0, 2), varying, retry));

		const { taskId, model, requestId } = result.items('Wan')[0]?.json ?? {};
		expect(harness.simulator.tasks.get(String(taskId))?.requestId).toBe(requestId);
		expect(model).toBe('wan2.7-i2v');
	});
});

describe("n8n's own Retry of a failed execution", () => {
	const start = (parameters: Parameters<typeof wanNode>[0], options = {}) =>
		harness.start(fiveItems.slice(0, 3), parameters, {}, options).result;
	const failThird = () =>
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });

	it('keeps the tasks of equal requests', async () => {
		failThird();
		const failed = await start(create);
		const result = await start(create, { retryOf: failed });

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(4);
		const ids = result.items('Wan').map(({ json }) => String(json['taskId']));
		expect(errorText(failed)).toContain(ids[0]);
		expect(result.customData['dashScopeTaskIds']?.split(',').sort()).toEqual(ids.sort());
	});

	it('creates again what a corrected workflow asks for', async () => {
		failThird();
		const failed = await start(create);
		const corrected = { ...create, prompt: '={{ $json.p + ", corrected" }}' };
		const result = await start(corrected, { retryOf: failed });

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(6);
		const prompts = result
			.items('Wan')
			.map(({ json }) => harness.simulator.tasks.get(String(json['taskId']))?.video.prompt);
		expect(prompts).toEqual(['a, corrected', 'b, corrected', 'c, corrected']);
	});

	it('does not send again what may have made a task', async () => {
		harness.simulator.fault({ on: 'create', effect: 'reset', when: 'after', times: 9 });
		const failed = await start(create);
		const sent = harness.count('create');
		const result = await start(create, { retryOf: failed });

		expect(errorText(result)).toContain('A task may have been created all the same');
		// Items that were not sent before may be sent now.
		expect(harness.count('create')).toBeLessThanOrEqual(3);
		expect(sent).toBeGreaterThan(0);
	});
});

describe('the message of a failed node', () => {
	it('lists the tasks that exist', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });
		const result = await useVirtualTime().run(harness.run(fiveItems, create));

		const existing = [...harness.simulator.tasks.keys()].slice(-2);
		expect(errorText(result)).toContain(`Item 0: ${existing[0]} (PENDING)`);
		expect(errorText(result)).toContain(`Item 1: ${existing[1]} (PENDING)`);
		expect(harness.count('create')).toBe(3);
	});

	it('names the items that may have a task nobody knows the ID of', async () => {
		// Both creates are under way before one of them fails the node.
		harness.simulator.fault({ on: 'create', effect: 'hang', when: 'after', times: 2 });
		const time = useVirtualTime({ heldRequests: harness.heldRequests });
		const result = await time.run(harness.run(fiveItems.slice(0, 2), create));

		expect(harness.count('create')).toBe(2);
		for (const item of [0, 1]) {
			expect(errorText(result)).toContain(`Item ${item}: a task may have been created`);
		}
	});
});

describe('a loop that sends the same on purpose', () => {
	it('pays for each round', async () => {
		const wan = wanNode({ ...create, prompt: 'a' });
		const result = await harness.engine.run({
			nodes: [node('n8n-nodes-base.manualTrigger'), wan, { ...node('n8n-nodes-base.noOp') }],
			connections: {
				manualTrigger: {
					main: [
						[
							{ node: 'Wan', type: 'main', index: 0 },
							{ node: 'noOp', type: 'main', index: 0 },
						],
					],
				},
				noOp: { main: [[{ node: 'Wan', type: 'main', index: 0 }]] },
			},
			settings: { executionOrder: 'v1' },
		}).result;

		expect(result.error).toBeUndefined();
		expect(result.rounds('Wan')).toHaveLength(2);
		expect(harness.count('create')).toBe(2);
	});
});
