import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialTestSays } from './n8nVersions.mts';
import { type Engine, startEngine } from './engine.mts';
import { userFolder } from './environment.mts';
import { type LocalServer, startLocalServer } from './localServer.mts';
import { putProbePackage } from './probePackage.mts';
import { itemsNode, node, type NodeSettings, workflow } from './workflowBuilder.mts';

const packageDir = await putProbePackage();

function probe(operation: string, settings: NodeSettings = {}, parameters = {}) {
	return node(
		'n8n-nodes-probe.probe',
		{ operation, ...parameters },
		{
			name: 'Probe',
			credentials: { probeApi: { id: '1', name: 'Probe' } },
			...settings,
		},
	);
}

const answers: RequestListener = (request, response) => {
	const authorised = request.headers.authorization === 'Bearer secret';
	const status = request.url === '/broken' ? 500 : authorised ? 200 : 401;
	const state = request.url === '/closed' ? 'closed' : 'open';
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify({ account: { state }, path: request.url }));
};

const twoItems = [{ json: { n: 1 } }, { json: { n: 2, fail: true } }];

let server: LocalServer;
let engine: Engine;

beforeAll(async () => {
	server = await startLocalServer(answers);
	engine = await startEngine({
		packageDir,
		credentials: { probeApi: { apiKey: 'secret', url: server.url } },
	});
});

afterAll(async () => await server[Symbol.asyncDispose]());

describe('a run', () => {
	it('hands items on and keeps their pairing', async () => {
		const items = itemsNode([{ json: { n: 1 } }, { json: { n: 2 } }]);
		const result = await engine.run(workflow([items, probe('failSomeItems')])).result;

		expect(result.run.status).toBe('success');
		expect(result.items('Probe')).toEqual([
			{ json: { seen: { n: 1 } }, pairedItem: { item: 0 } },
			{ json: { seen: { n: 2 } }, pairedItem: { item: 1 } },
		]);
	});

	it('stops at a node that throws', async () => {
		const nodes = [itemsNode(twoItems), probe('failSomeItems'), node('n8n-nodes-base.noOp')];
		const result = await engine.run(workflow(nodes)).result;

		expect(result.run.status).toBe('error');
		expect(result.error).toMatchObject({ message: 'No luck', context: { itemIndex: 1 } });
		expect(result.rounds('noOp')).toEqual([]);
	});

	it('sends a failed item on as a regular one', async () => {
		const failing = probe('failSomeItems', { onError: 'continueRegularOutput' });
		const result = await engine.run(workflow([itemsNode(twoItems), failing])).result;

		expect(result.items('Probe').map(({ json }) => json)).toEqual([
			{ seen: { n: 1 } },
			{ error: 'No luck' },
		]);
	});

	it('sends a failed item to the error output, together with what it came from', async () => {
		const failing = probe('failSomeItems', { onError: 'continueErrorOutput' });
		const result = await engine.run(workflow([itemsNode(twoItems), failing])).result;

		expect(result.items('Probe', 0).map(({ json }) => json)).toEqual([{ seen: { n: 1 } }]);
		expect(result.items('Probe', 1).map(({ json }) => json)).toEqual([
			{ n: 2, fail: true, error: 'No luck' },
		]);
	});

	it('runs a failing node again when Retry On Fail is set', async () => {
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		const nodes = [itemsNode([{}]), probe('failFirstTries', settings)];
		const result = await engine.run(workflow(nodes)).result;

		expect(result.items('Probe')[0]?.json).toEqual({ tries: 3 });
	});

	it('can be run twice without remembering anything', async () => {
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		const json = workflow([itemsNode([{}]), probe('failFirstTries', settings)]);
		await engine.run(json).result;
		const again = await engine.run(json).result;

		expect(again.items('Probe')[0]?.json).toEqual({ tries: 3 });
	});

	it('is cancelled by Stop', async () => {
		const run = engine.run(workflow([itemsNode([{}]), probe('waitForStop')]), {
			onNodeStart: (name) => {
				if (name === 'Probe') setTimeout(() => run.stop(), 20);
			},
		});
		const result = await run.result;

		expect(result.run.status).toBe('canceled');
	});

	it('is cancelled even when Stop comes before it has begun', async () => {
		const run = engine.run(workflow([itemsNode([{}]), probe('waitForStop')]));
		run.stop();

		expect((await run.result).run.status).toBe('canceled');
	});

	it('is cancelled by the execution time-out', async () => {
		const nodes = [itemsNode([{}]), probe('waitForStop')];
		const result = await engine.run(workflow(nodes), { executionTimeoutMs: 30 }).result;

		expect(result.run.status).toBe('canceled');
	});

	it('reports custom data, hints and each node as it runs', async () => {
		const seen: string[] = [];
		const result = await engine.run(workflow([itemsNode([{}]), probe('note')]), {
			onNodeStart: (name) => seen.push(`> ${name}`),
			onNodeEnd: (name, task) => seen.push(`${task.executionStatus} ${name}`),
		}).result;

		expect(result.customData).toEqual({ taskId: 'abc' });
		expect(result.hints).toEqual([{ message: 'Look here' }]);
		expect(seen).toEqual(['> Items', 'success Items', '> Probe', 'success Probe']);
	});

	it('authenticates requests with the credential', async () => {
		const nodes = [itemsNode([{}]), probe('request', {}, { path: '={{ "/hello" }}' })];
		const result = await engine.run(workflow(nodes)).result;

		expect(result.items('Probe')[0]?.json).toMatchObject({ path: '/hello' });
	});

	it('refuses a node that the package does not have', () => {
		expect(() => engine.run(workflow([node('n8n-nodes-probe.other')]))).toThrow('other');
	});
});

describe.each(['default', 'filesystem'] as const)('binary data in mode %s', (binaryMode) => {
	let binaryEngine: Engine;
	let folder: string;

	beforeAll(async () => {
		binaryEngine = await startEngine({ packageDir, binaryMode });
		folder = await mkdtemp(path.join(tmpdir(), 'engine-files-'));
	});

	afterAll(async () => await rm(folder, { recursive: true }));

	it('reaches the node and comes back', async () => {
		const file = { bytes: Buffer.from('abc'), fileName: 'a.bin', mimeType: 'x/abc' };
		const nodes = [itemsNode([{ binary: { data: file } }]), probe('reverseBinary')];
		const result = await binaryEngine.run(workflow(nodes)).result;
		const binary = result.items('Probe')[0]?.binary?.['data'];

		expect(await result.binaryBytes(binary)).toEqual(Buffer.from('cba'));
		expect(binary).toMatchObject({ fileName: 'reversed.bin', mimeType: 'x/reversed' });
		expect(binary?.id?.startsWith('filesystem-v2:') ?? false).toBe(binaryMode === 'filesystem');
	});

	it('is read from disk, merged by position and written to disk', async () => {
		const read = (name: string) =>
			node(
				'n8n-nodes-base.readWriteFile',
				{ fileSelector: path.join(folder, name), options: { dataPropertyName: name } },
				{ name },
			);
		const write = node(
			'n8n-nodes-base.readWriteFile',
			{ operation: 'write', fileName: path.join(folder, 'copy'), dataPropertyName: 'one' },
			{ name: 'Write' },
		);
		const merge = node('n8n-nodes-base.merge', {
			mode: 'combine',
			combineBy: 'combineByPosition',
		});
		const to = (name: string, index = 0) => ({ node: name, type: 'main' as const, index });
		await writeFile(path.join(folder, 'one'), 'first');
		await writeFile(path.join(folder, 'two'), 'second');

		const result = await binaryEngine.run({
			nodes: [node('n8n-nodes-base.manualTrigger'), read('one'), read('two'), merge, write],
			connections: {
				manualTrigger: { main: [[to('one'), to('two')]] },
				one: { main: [[to('merge')]] },
				two: { main: [[to('merge', 1)]] },
				merge: { main: [[to('Write')]] },
			},
			settings: { executionOrder: 'v1' },
		}).result;

		expect(result.error).toBeUndefined();
		expect(Object.keys(result.items('merge')[0]?.binary ?? {})).toEqual(['one', 'two']);
		expect(await readFile(path.join(folder, 'copy'), 'utf8')).toBe('first');
	});
});

describe('the credential test', () => {
	const test = (changes: object) =>
		engine.testCredential('probeApi', { apiKey: 'secret', url: server.url, ...changes });

	it('accepts a good credential', async () => {
		expect(await test({})).toEqual({ status: 'OK', message: 'Connection successful!' });
	});

	it.each([
		[
			'a rule for the status',
			{ apiKey: 'wrong' },
			credentialTestSays(401, 'The key is not valid here.'),
		],
		['a rule for the body', { testPath: '/closed' }, 'The account is closed.'],
		['the status text', { testPath: '/broken' }, credentialTestSays(500, 'Internal Server Error')],
		[
			'the network code',
			{ url: 'http://127.0.0.1:1' },
			credentialTestSays('ECONNREFUSED', 'ECONNREFUSED'),
		],
	])('gives the message of %s', async (_case, changes, message) => {
		expect(await test(changes)).toEqual({ status: 'Error', message });
	});
});

it('keeps away from the home folder', () => {
	expect(path.dirname(userFolder)).toBe(tmpdir());
});

it('says what to do when the package is not built', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'engine-unbuilt-'));
	const n8n = { nodes: ['dist/Some.node.js'], credentials: [] };
	await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'some', n8n }));

	await expect(startEngine({ packageDir: folder })).rejects.toThrow('npm run build');
	await rm(folder, { recursive: true });
});
