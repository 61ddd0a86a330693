import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { FAULTS_PATH, REFUSALS, startSimulator, type Fault, type Simulator } from './index.mts';
import type { JsonObject } from './json.mts';
import { bodyFor, createPath, picture, TestClient } from './testClient.mts';

const MODEL = 'wan2.7-i2v';

let simulator: Simulator;
let client: TestClient;
let body: JsonObject;

beforeAll(async () => {
	simulator = await startSimulator({
		limits: { createsPerSecond: 1000, queriesPerSecond: 1000 },
		maxPixels: 64 * 64,
	});
	client = new TestClient(simulator);
	const first = simulator.serveFile('frame.png', await picture(400, 300, 'red'), 'image/png');
	body = bodyFor(MODEL, { first, last: first });
});

beforeEach(() => simulator.clearFaults());

afterAll(async () => simulator.close());

function sendCreate(init: RequestInit = {}): Promise<Response> {
	return fetch(`${simulator.url}${createPath(MODEL)}`, {
		method: 'POST',
		headers: { authorization: `Bearer ${simulator.key}`, 'x-dashscope-async': 'enable' },
		body: JSON.stringify(body),
		...init,
	});
}

describe('which requests are met', () => {
	it('one by default, then none', async () => {
		simulator.fault({ on: 'query', effect: 'error', code: 'SystemError' });
		expect((await client.query('a')).status).toBe(500);
		expect((await client.query('a')).status).toBe(200);
	});

	it('those of a kind and a task, after some that pass', async () => {
		simulator.fault({ on: 'query', taskId: 'a', skip: 1, times: 2, effect: 'html' });
		const statuses = [];
		for (const id of ['a', 'b', 'a', 'b', 'a', 'a']) {
			const response = await fetch(`${simulator.url}/api/v1/tasks/${id}`, {
				headers: { authorization: `Bearer ${simulator.key}` },
			});
			statuses.push(response.status);
			await response.text();
		}
		expect(statuses).toEqual([200, 200, 502, 200, 502, 200]);
	});

	it('in the order in which the faults were given', async () => {
		simulator.fault({ on: 'list', effect: 'error', code: 'Throttling' });
		simulator.fault({ on: 'list', effect: 'error', code: 'InternalError' });
		expect([(await client.list()).status, (await client.list()).status]).toEqual([429, 500]);
	});

	it('none after they were cleared', async () => {
		simulator.fault({ on: 'list', effect: 'reset', times: 9 });
		simulator.clearFaults();
		expect((await client.list()).status).toBe(200);
	});
});

describe('refusals', () => {
	it.each(Object.values(REFUSALS))('$code is $status', async ({ code, status, message }) => {
		const before = simulator.tasks.size;
		simulator.fault({ on: 'create', effect: 'error', code });
		const reply = await client.create(body);
		expect(reply.status).toBe(status);
		expect(reply.body).toEqual({ code, message, request_id: expect.any(String) });
		expect(simulator.tasks.size).toBe(before);
	});

	it('come in another shape, without a request id, with headers', async () => {
		simulator.fault({
			on: 'create',
			effect: 'error',
			code: 'invalid_api_key',
			status: 401,
			message: 'No.',
			shape: 'nested',
			requestId: false,
			headers: { 'retry-after': '3' },
		});
		const reply = await client.create(body);
		expect(reply.status).toBe(401);
		expect(reply.headers.get('retry-after')).toBe('3');
		expect(reply.body).toEqual({
			error: { message: 'No.', type: 'invalid_request_error', code: 'invalid_api_key' },
		});
	});

	it('can come after the task was made', async () => {
		const before = simulator.tasks.size;
		simulator.fault({ on: 'create', effect: 'error', code: 'InternalError', when: 'after' });
		expect((await client.create(body)).status).toBe(500);
		expect(simulator.tasks.size).toBe(before + 1);
	});
});

describe('answers that are none', () => {
	it('an HTML page', async () => {
		simulator.fault({ on: 'create', effect: 'html', status: 504 });
		const response = await sendCreate();
		expect([response.status, response.headers.get('content-type')]).toEqual([504, 'text/html']);
		expect(await response.text()).toContain('<html>');
	});

	it('an empty body', async () => {
		simulator.fault({ on: 'create', effect: 'empty' });
		const response = await sendCreate();
		expect([response.status, await response.text()]).toEqual([200, '']);
	});

	it('half a JSON', async () => {
		simulator.fault({ on: 'create', effect: 'invalidJson' });
		await expect((await sendCreate()).json()).rejects.toThrow(SyntaxError);
	});

	it('a redirect', async () => {
		simulator.fault({ on: 'create', effect: 'redirect', location: 'http://other.test/' });
		const response = await sendCreate({ redirect: 'manual' });
		expect([response.status, response.headers.get('location')]).toEqual([
			302,
			'http://other.test/',
		]);
	});

	it.each([
		['before', 0],
		['after', 1],
	] as const)('a reset %s the task exists', async (when, tasks) => {
		const before = simulator.tasks.size;
		simulator.fault({ on: 'create', effect: 'reset', when });
		await expect(sendCreate()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
		expect(simulator.tasks.size).toBe(before + tasks);
		expect(
			simulator.requests.filter(({ kind }) => kind === 'create').at(-1)?.status,
		).toBeUndefined();
	});

	it('silence, until the client gives up', async () => {
		simulator.fault({ on: 'create', effect: 'hang', when: 'after' });
		const before = simulator.tasks.size;
		const giveUp = new AbortController();
		const waiting = sendCreate({ signal: giveUp.signal });
		waiting.catch(() => undefined);
		await vi.waitFor(() => expect(simulator.tasks.size).toBe(before + 1));
		expect(simulator.openRequests).toBe(1);
		giveUp.abort();
		await expect(waiting).rejects.toThrow(/abort/);
		await vi.waitFor(() => expect(simulator.openRequests).toBe(0));
	});

	it('members that are missing', async () => {
		simulator.fault({ on: 'create', effect: 'omit', fields: ['output.task_id', 'request_id'] });
		expect((await client.create(body)).body).toEqual({ output: { task_status: 'PENDING' } });
	});

	it('the right answer, slowly', async () => {
		simulator.fault({ on: 'query', effect: 'drip', chunkBytes: 10, everyMs: 1 });
		expect((await client.query('a')).at('output.task_status')).toBe('UNKNOWN');
	});
});

describe('tasks', () => {
	it('that fail soon after they were created', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		try {
			const failure = { code: 'DataInspectionFailed', message: 'Input data may …' };
			simulator.fault({ on: 'create', effect: 'failTask', ...failure });
			const id = await client.createTask(body);
			expect((await client.query(id)).at('output.task_status')).toBe('PENDING');
			vi.setSystemTime(Date.now() + 100);
			expect((await client.query(id)).at('output')).toEqual({
				task_id: id,
				task_status: 'FAILED',
				...failure,
			});
		} finally {
			vi.useRealTimers();
		}
	});

	it('that fail where they would have succeeded', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		try {
			const failure = { code: 'InternalError.Algo', message: 'x' };
			simulator.fault({ on: 'create', effect: 'failTask', at: 'end', ...failure });
			const id = await client.createTask(body);
			vi.setSystemTime(Date.now() + 20_000);
			expect((await client.query(id)).at('output.task_status')).toBe('RUNNING');
			vi.setSystemTime(Date.now() + 60_000);
			expect((await client.query(id)).at('output.code')).toBe('InternalError.Algo');
		} finally {
			vi.useRealTimers();
		}
	});

	it('that fail when they are asked for', async () => {
		const id = simulator.addTask({ status: 'RUNNING' });
		simulator.fault({ on: 'query', effect: 'failTask', code: 'X', message: 'y' });
		expect((await client.query(id)).at('output.code')).toBe('X');
		expect((await client.query(id)).at('output.code')).toBe('X');
	});

	it('that are not known for once, or in a state of no name', async () => {
		const id = simulator.addTask();
		simulator.fault({ on: 'query', effect: 'unknown' });
		simulator.fault({ on: 'query', effect: 'taskStatus', status: 'SUSPENDED' });
		const states = [];
		for (let asked = 0; asked < 3; asked += 1) {
			states.push((await client.query(id)).at('output.task_status'));
		}
		expect(states).toEqual(['UNKNOWN', 'SUSPENDED', 'SUCCEEDED']);
	});
});

describe('downloads', () => {
	const download = async (fault: Fault): Promise<Response> => {
		const id = simulator.addTask({ seconds: 1 });
		const url = String((await client.query(id)).at('output.video_url'));
		simulator.fault(fault);
		return fetch(url);
	};

	it('that break off', async () => {
		const response = await download({ on: 'result', effect: 'truncate' });
		expect(response.status).toBe(200);
		expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000);
		await expect(response.arrayBuffer()).rejects.toThrow();
	});

	it('that break off before the first byte', async () => {
		const response = await download({ on: 'result', effect: 'truncate', bytes: 0 });
		await expect(response.arrayBuffer()).rejects.toThrow();
	});

	it('of another type', async () => {
		const response = await download({
			on: 'result',
			effect: 'contentType',
			contentType: 'text/html',
		});
		expect(response.headers.get('content-type')).toBe('text/html');
		expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(1000);
	});

	it('that come slowly, and whole', async () => {
		const response = await download({
			on: 'result',
			effect: 'drip',
			chunkBytes: 1000,
			everyMs: 1,
		});
		const length = (await response.arrayBuffer()).byteLength;
		expect(length).toBe(Number(response.headers.get('content-length')));
	});
});

describe('over HTTP', () => {
	const tell = (method: string, fault?: unknown): Promise<Response> =>
		fetch(`${simulator.url}${FAULTS_PATH}`, {
			method,
			...(fault !== undefined && {
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(fault),
			}),
		});

	it('a fault is taken, and taken back', async () => {
		const fault = { on: 'list', effect: 'error', code: 'SystemError', times: 2 };
		expect((await tell('POST', fault)).status).toBe(204);
		expect((await client.list()).status).toBe(500);
		expect((await tell('DELETE')).status).toBe(204);
		expect((await client.list()).status).toBe(200);
	});

	it.each([
		{},
		[],
		{ on: 'list' },
		{ on: 'list', effect: 'none' },
		{ on: 'nothing', effect: 'html' },
		{ on: 'list', effect: 'error' },
		{ on: 'list', effect: 'html', status: '502' },
		{ on: 'list', effect: 'html', colour: 'red' },
		{ on: 'list', effect: 'drip', chunkBytes: 0, everyMs: 1 },
	])('%o is refused', async (fault) => {
		expect((await tell('POST', fault)).status).toBe(400);
	});
});

describe('closing', () => {
	it('ends what hangs and what drips', async () => {
		const other = await startSimulator();
		const ask = (): Promise<string> =>
			fetch(`${other.url}/api/v1/tasks/`, {
				headers: { authorization: `Bearer ${other.key}` },
			}).then((response) => response.text());
		other.fault({ on: 'list', effect: 'hang' });
		other.fault({ on: 'list', effect: 'drip', chunkBytes: 1, everyMs: 60_000 });
		const waiting = Promise.allSettled([ask(), ask()]);
		await vi.waitFor(() => expect(other.openRequests).toBe(2));
		await other.close();
		expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		await vi.waitFor(() => expect(other.openRequests).toBe(0));
	});
});
