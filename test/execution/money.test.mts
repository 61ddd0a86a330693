import { describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startEngine } from '../engine/engine.mts';
import { startLocalServer } from '../engine/localServer.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, node, wanNode, workflow, createFrom } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, told } from '../engine/nodeTest.mts';

const stage = await setupNodeTest();
const red = stage.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

const create = {
	...createFrom(red),
	prompt: '={{ $json.p ?? "a" }}',
};
const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const fiveItems = ['a', 'b', 'c', 'd', 'e'].map((p) => ({ json: { p } }));

describe('a create is sent once', () => {
	it('when the service answers 401, where n8n would send again', async () => {
		stage.simulator.fault({ on: 'create', effect: 'error', code: 'InvalidApiKey', times: 9 });
		await stage.run([{}], create);

		expect(stage.count('create')).toBe(1);
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
			stage.simulator.fault(fault);
			const result = await useVirtualTime().run(stage.run([{}], create, retry));

			expect(stage.count('create')).toBe(1);
			expect(told(result)).toContain('A task may have been created all the same');
		},
	);

	it('and again only after a 429, which says that there is no task', async () => {
		stage.simulator.fault({
			on: 'create',
			effect: 'error',
			code: 'Throttling.RateQuota',
			times: 2,
		});
		const before = stage.simulator.tasks.size;
		const result = await useVirtualTime().run(stage.run([{}], create, retry));

		expect(result.error).toBeUndefined();
		expect(stage.count('create')).toBe(3);
		expect(stage.simulator.tasks.size - before).toBe(1);
	});

	it('and is known to be unsent where no host answers the call', async () => {
		const server = await startLocalServer(() => {});
		await server[Symbol.asyncDispose]();
		const dashScopeApi = credentialFor({ url: server.url, key: 'sk-any' });
		const engine = await startEngine({ credentials: { dashScopeApi } });
		const run = engine.run(workflow([itemsNode([{}]), wanNode(create)]));
		const result = await useVirtualTime().run(run.result);

		expect(told(result)).toContain('DashScope cannot be reached');
		expect(told(result)).toContain('ECONNREFUSED');
		expect(told(result)).not.toContain('may have been created');
	});

	it('and not to the address that a redirect names', async () => {
		const location = `${stage.simulator.url}/elsewhere`;
		stage.simulator.fault({ on: 'create', effect: 'redirect', location, status: 307 });
		const result = await stage.run([{}], create);

		expect(told(result)).toContain('The host redirects to another address');
		expect(stage.simulator.requests.map(({ path }) => path)).not.toContain('/elsewhere');
	});
});

describe('under Retry On Fail an item keeps the task it has', () => {
	it('when the third of five was refused', async () => {
		stage.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });
		const result = await useVirtualTime().run(stage.run(fiveItems, create, retry));

		expect(result.error).toBeUndefined();
		expect(new Set(result.items('Wan').map(({ json }) => json['taskId'])).size).toBe(5);
		expect(stage.count('create')).toBe(6);
	});

	it('when the first item fails a node that goes on, which n8n retries too', async () => {
		stage.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage' });
		const settings = { ...retry, onError: 'continueRegularOutput' } as const;
		const result = await useVirtualTime().run(stage.run(fiveItems, create, settings));

		expect(result.items('Wan').map(({ json }) => json['error'])).toEqual(Array(5).fill(undefined));
		expect(stage.count('create')).toBe(6);
	});

	it('when waiting for the video failed', async () => {
		stage.simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey' });
		const finished = { ...create, waitForCompletion: true, downloadVideo: false, timeout: 0.1 };
		await useVirtualTime().run(stage.run([{}], finished, { ...retry, maxTries: 2 }));

		expect(stage.count('create')).toBe(1);
		expect(stage.count('query')).toBeGreaterThan(1);
	});
});

describe('the message of a failed node', () => {
	it('lists the tasks that exist', async () => {
		stage.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });
		const result = await useVirtualTime().run(stage.run(fiveItems, create));

		const existing = [...stage.simulator.tasks.keys()].slice(-2);
		expect(told(result)).toContain(`Item 0: ${existing[0]} (PENDING)`);
		expect(told(result)).toContain(`Item 1: ${existing[1]} (PENDING)`);
		expect(stage.count('create')).toBe(3);
	});

	it('names the items that may have a task nobody knows the ID of', async () => {
		// Both creates are under way before one of them fails the node.
		stage.simulator.fault({ on: 'create', effect: 'hang', when: 'after', times: 2 });
		const time = useVirtualTime({ silentRequestMs: 300 });
		const result = await time.run(stage.run(fiveItems.slice(0, 2), create));

		expect(stage.count('create')).toBe(2);
		for (const item of [0, 1]) {
			expect(told(result)).toContain(`Item ${item}: a task may have been created`);
		}
	});
});

describe('a loop that sends the same on purpose', () => {
	it('pays for each round', async () => {
		const wan = wanNode({ ...create, prompt: 'a' });
		const result = await stage.engine.run({
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
		expect(stage.count('create')).toBe(2);
	});
});
