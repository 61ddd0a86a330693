import { get, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { FAULTS_PATH, REFUSALS, startSimulator, type Fault, type Simulator } from '../index.mts';
import type { JsonObject } from '../json.mts';
import { bodyFor, createPath, picture, TestClient } from '../testClient.mts';

const MODEL = 'wan2.7-i2v';

let simulator: Simulator;
let client: TestClient;
let body: JsonObject;

beforeAll(async () => {
	simulator = await startSimulator({
		faultsOverHttp: true,
		limits: { createsPerSecond: 1000, queriesPerSecond: 1000, running: 1000 },
		maxPixels: 64 * 64,
	});
	client = new TestClient(simulator);
	const first = simulator.serveFile('frame.png', await picture(400, 300, 'red'), 'image/png');
	body = bodyFor(MODEL, { first, last: first });
});

beforeEach(() => simulator.clearFaults());

afterAll(async () => simulator.close());

const CREATE_HEADERS = { authorization: 'Bearer sk-simulator', 'x-dashscope-async': 'enable' };

function sendCreate(init: RequestInit = {}): Promise<Response> {
	return fetch(`${simulator.url}${createPath(MODEL)}`, {
		method: 'POST',
		headers: CREATE_HEADERS,
		body: JSON.stringify(body),
		...init,
	});
}

describe('a fault meets', () => {
	it('one request by default, then none', async () => {
		simulator.fault({ on: 'query', effect: 'error', code: 'SystemError' });
		expect((await client.query('a')).status).toBe(500);
		expect((await client.query('a')).status).toBe(200);
	});

	it('requests of a kind and about a task, after some that pass', async () => {
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

	it('requests in the order in which the faults were added', async () => {
		simulator.fault({ on: 'list', effect: 'error', code: 'Throttling' });
		simulator.fault({ on: 'list', effect: 'error', code: 'InternalError' });
		expect([(await client.list()).status, (await client.list()).status]).toEqual([429, 500]);
	});

	it('no request after it was cleared', async () => {
		simulator.fault({ on: 'list', effect: 'reset', times: 9 });
		simulator.clearFaults();
		expect((await client.list()).status).toBe(200);
	});
});

describe('requests about a young task, or about one that has just ended', () => {
	it('meet a fault until the time is over', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		try {
			const statuses = async (id: string): Promise<unknown[]> => {
				const seen = [];
				for (const atMs of [0, 4_999, 5_000]) {
					vi.setSystemTime(begin + atMs);
					seen.push((await client.query(id)).at('output.task_status'));
				}
				return seen;
			};
			const begin = Date.now();
			const within = { since: 'created', ms: 5_000 } as const;
			simulator.fault({ on: 'query', within, effect: 'unknown' });
			const id = await client.createTask(body);
			expect(await statuses(id)).toEqual(['UNKNOWN', 'UNKNOWN', 'RUNNING']);
		} finally {
			vi.useRealTimers();
		}
	});

	it('find no video in the store at first', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		try {
			const id = simulator.addTask({ seconds: 1 });
			const url = String((await client.query(id)).at('output.video_url'));
			const within = { since: 'ended', ms: 2_000 } as const;
			simulator.fault({ on: 'result', within, effect: 'error', code: 'NoSuchKey' });
			expect([(await fetch(url)).status, (await fetch(url)).status]).toEqual([404, 404]);
			vi.setSystemTime(Date.now() + 2_000);
			expect((await fetch(url)).status).toBe(200);
		} finally {
			vi.useRealTimers();
		}
	});

	it('are not confused with requests about no task', async () => {
		const within = { since: 'created', ms: 5_000 } as const;
		simulator.fault({ on: 'query', within, effect: 'html' });
		expect((await client.query('none')).at('output.task_status')).toBe('UNKNOWN');
	});

	it('can be chosen by the prompt of a create', async () => {
		simulator.fault({ on: 'create', prompt: 'a storm', effect: 'error', code: 'SystemError' });
		expect((await client.create(body)).status).toBe(200);
		const storm = { ...body, input: { ...Object(body.input), prompt: 'a storm' } };
		expect((await client.create(storm)).status).toBe(500);
		expect((await client.create(storm)).status).toBe(200);
	});
});

describe('refusals', () => {
	it.each(Object.values(REFUSALS))(
		'of the code $code have the status $status',
		async ({ code, status, message }) => {
			const before = simulator.tasks.size;
			simulator.fault({ on: 'create', effect: 'error', code });
			const reply = await client.create(body);
			expect(reply.status).toBe(status);
			expect(reply.body).toEqual({ code, message, request_id: expect.any(String) });
			expect(simulator.tasks.size).toBe(before);
		},
	);

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

describe('a create can be answered with', () => {
	it('an HTML page of any status', async () => {
		simulator.fault({ on: 'create', effect: 'html', status: 403 });
		const response = await sendCreate();
		expect([response.status, response.headers.get('content-type')]).toEqual([403, 'text/html']);
		expect(await response.text()).toContain('<title>403 Forbidden</title>');
	});

	it('any text', async () => {
		const text = '['.repeat(20_000) + ']'.repeat(20_000);
		simulator.fault({ on: 'create', effect: 'text', text });
		const response = await sendCreate();
		expect(response.headers.get('content-type')).toBe('application/json');
		expect(await response.text()).toBe(text);
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

	it('other members, in every entry of a list too', async () => {
		const id = simulator.addTask();
		simulator.fault({ on: 'query', effect: 'set', fields: { 'output.task_id': 'other' } });
		expect((await client.query(id)).at('output.task_id')).toBe('other');
		simulator.addTask();
		const fields = { 'data.*.status': 7, 'output.none': 1 };
		simulator.fault({ on: 'list', effect: 'set', fields });
		const reply = await client.list();
		expect([reply.at('data.0.status'), reply.at('data.1.status')]).toEqual([7, 7]);
		expect(reply.body).not.toHaveProperty('output');
	});

	it('a status in lower case', async () => {
		const id = simulator.addTask();
		const fields = ['output.task_status', 'data.*.status', 'usage.none'];
		simulator.fault({ on: 'query', effect: 'lowerCase', fields });
		simulator.fault({ on: 'list', effect: 'lowerCase', fields });
		expect((await client.query(id)).at('output.task_status')).toBe('succeeded');
		expect((await client.list(`?task_id=${id}`)).at('data.0.status')).toBe('succeeded');
	});

	it('a success without a link', async () => {
		const id = simulator.addTask();
		simulator.fault({ on: 'query', effect: 'omit', fields: ['output.video_url'] });
		const reply = await client.query(id);
		expect(reply.at('output.task_status')).toBe('SUCCEEDED');
		expect(reply.at('output')).not.toHaveProperty('video_url');
	});

	it('the right answer late, the task made at once or late too', async () => {
		vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
		try {
			for (const [when, madeAtOnce] of [
				['after', 1],
				['before', 0],
			] as const) {
				const before = simulator.tasks.size;
				simulator.fault({ on: 'create', effect: 'delay', ms: 1_500, when });
				const sent = client.create(body);
				await vi.waitFor(() => expect(simulator.openRequests).toBe(1));
				await vi.advanceTimersByTimeAsync(1_400);
				expect(simulator.openRequests).toBe(1);
				expect(simulator.tasks.size).toBe(before + madeAtOnce);
				await vi.advanceTimersByTimeAsync(200);
				expect((await sent).status).toBe(200);
				expect(simulator.tasks.size).toBe(before + 1);
			}
		} finally {
			vi.useRealTimers();
		}
	});

	it('the beginning of the right answer, and then silence', async () => {
		simulator.fault({ on: 'create', effect: 'stall', bytes: 5 });
		const giveUp = new AbortController();
		// A packed beginning could not be read.
		const headers = { ...CREATE_HEADERS, 'accept-encoding': 'identity' };
		const response = await sendCreate({ signal: giveUp.signal, headers });
		expect(response.status).toBe(200);
		const reader = response.body?.getReader();
		expect((await reader?.read())?.value).toHaveLength(5);
		const rest = reader?.read();
		expect(simulator.openRequests).toBe(1);
		giveUp.abort();
		await expect(rest).rejects.toThrow(/abort/);
		await vi.waitFor(() => expect(simulator.openRequests).toBe(0));
	});

	it('the right answer, slowly', async () => {
		simulator.fault({ on: 'query', effect: 'drip', chunkBytes: 10, everyMs: 1 });
		expect((await client.query('a')).at('output.task_status')).toBe('UNKNOWN');
	});
});

describe('there can be tasks', () => {
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

	it('that fail when they are asked for, though time passes while that is handled', async () => {
		const id = simulator.addTask({ status: 'RUNNING' });
		simulator.fault({ on: 'query', effect: 'failTask', code: 'X', message: 'y' });
		let nowMs = Date.now();
		const clock = vi.spyOn(Date, 'now').mockImplementation(() => (nowMs += 1));
		try {
			expect((await client.query(id)).at('output.code')).toBe('X');
			expect((await client.query(id)).at('output.code')).toBe('X');
		} finally {
			clock.mockRestore();
		}
	});

	it('that are UNKNOWN once, or in an undocumented state', async () => {
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

describe('the list', () => {
	it('can lag behind', async () => {
		const nowMs = Date.now();
		const old = simulator.addTask({ submittedAtMs: nowMs - 60_000, endedAtMs: nowMs - 10_000 });
		const young = simulator.addTask({ submittedAtMs: nowMs - 15_000, status: 'RUNNING' });
		const listed = async (): Promise<[unknown, unknown][]> => {
			const data = (await client.list('?page_size=100')).at('data');
			const entries: JsonObject[] = Array.isArray(data) ? data : [];
			return entries
				.filter((entry) => [old, young].includes(String(entry.task_id)))
				.map((entry): [unknown, unknown] => [entry.task_id, entry.status]);
		};
		simulator.fault({ on: 'list', effect: 'lag', byMs: 20_000 });
		expect(await listed()).toEqual([[old, 'RUNNING']]);
		expect(await listed()).toEqual([
			[young, 'RUNNING'],
			[old, 'SUCCEEDED'],
		]);
	});

	it('can repeat its first page for ever', async () => {
		simulator.addTask();
		simulator.addTask();
		simulator.fault({ on: 'list', effect: 'endlessList', times: 2 });
		const first = await client.list('?page_size=1');
		const later = await client.list('?page_size=1&page_no=4000');
		expect(later.at('data')).toEqual(first.at('data'));
		expect(later.body).toMatchObject({ page_no: 4000, total_page: 5000, total: 5000 });
	});
});

describe('there can be downloads', () => {
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

	it.each([
		['AccessDenied', 403, 'Request has expired.'],
		['SignatureDoesNotMatch', 403, 'signature we calculated does not match'],
		['NoSuchKey', 404, 'key does not exist'],
		['ServiceUnavailable', 503, 'reduce your request rate'],
	])('that the store refuses with %s, in XML', async (code, status, message) => {
		const response = await download({ on: 'result', effect: 'error', code });
		expect([response.status, response.headers.get('content-type')]).toEqual([
			status,
			'application/xml',
		]);
		const xml = await response.text();
		expect(xml).toContain(`<Code>${code}</Code>`);
		expect(xml).toContain(message);
	});

	it('that stop in the middle', async () => {
		const response = await download({ on: 'result', effect: 'stall' });
		const total = Number(response.headers.get('content-length'));
		const reader = response.body?.getReader();
		let received = 0;
		while (received < Math.floor(total / 2)) {
			received += (await reader?.read())?.value?.length ?? 0;
		}
		expect(received).toBe(Math.floor(total / 2));
		await reader?.cancel();
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

describe('a download that is sent in another way', () => {
	const whole = Buffer.from('0123456789'.repeat(1_000));
	const received = async (fault: object): Promise<[IncomingMessage, Buffer, boolean]> => {
		const url = simulator.serveFile('digits.txt', whole, 'text/plain');
		simulator.fault({ on: 'file', effect: 'transfer', ...fault });
		return new Promise((resolve, reject) => {
			get(url, (response) => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('error', () => undefined);
				response.on('close', () => {
					resolve([response, Buffer.concat(chunks), response.complete]);
				});
			}).on('error', reject);
		});
	};

	it('can have no length: in chunks, or up to the end of the connection', async () => {
		for (const [framing, encoding] of [
			['chunked', 'chunked'],
			['close', undefined],
		] as const) {
			const [{ headers }, bytes, isComplete] = await received({ framing });
			expect(headers).not.toHaveProperty('content-length');
			expect(headers['transfer-encoding']).toBe(encoding);
			expect([bytes.equals(whole), isComplete]).toEqual([true, true]);
		}
	});

	it.each(['sent', 'chunked', 'close'])('can look whole and be cut off (%s)', async (framing) => {
		const [{ headers }, bytes, isComplete] = await received({ framing, bytes: 5_000 });
		expect([bytes.length, isComplete]).toEqual([5_000, true]);
		expect(headers['content-length']).toBe(framing === 'sent' ? '5000' : undefined);
	});

	it('can break off against its length', async () => {
		const [{ headers }, bytes, isComplete] = await received({ bytes: 5_000 });
		expect([headers['content-length'], bytes.length, isComplete]).toEqual(['10000', 5_000, false]);
	});

	it('can be a part that is named as one', async () => {
		const [{ headers, statusCode }, bytes] = await received({
			status: 206,
			bytes: 5_000,
			framing: 'sent',
		});
		expect([statusCode, headers['content-range']]).toEqual([206, 'bytes 0-4999/10000']);
		expect(bytes).toHaveLength(5_000);
	});

	it('can be packed, whole with the length of the packed bytes', async () => {
		const [{ headers }, bytes] = await received({ gzip: true });
		expect(headers).toMatchObject({
			'content-encoding': 'gzip',
			'content-length': String(bytes.length),
		});
		expect(gunzipSync(bytes).equals(whole)).toBe(true);
	});

	it('can be packed and cut off', async () => {
		const [, bytes, isComplete] = await received({ gzip: true, framing: 'chunked', bytes: 30 });
		expect([bytes.length, isComplete]).toEqual([30, true]);
		expect(() => gunzipSync(bytes)).toThrow();
	});
});

it('an upload policy can be refused once', async () => {
	simulator.fault({ on: 'policy', effect: 'error', code: 'ModelUnavailable' });
	const path = `/api/v1/uploads?action=getPolicy&model=${MODEL}`;
	expect((await client.call('GET', path)).status).toBe(503);
	expect((await client.call('GET', path)).status).toBe(200);
});

describe('over HTTP', () => {
	const send = (method: string, fault?: unknown): Promise<Response> =>
		fetch(`${simulator.url}${FAULTS_PATH}`, {
			method,
			...(fault !== undefined && {
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(fault),
			}),
		});

	it('a fault is accepted, and cleared', async () => {
		const fault = { on: 'list', effect: 'error', code: 'SystemError', times: 2 };
		expect((await send('POST', fault)).status).toBe(204);
		expect((await client.list()).status).toBe(500);
		const within = { since: 'created', ms: 9 };
		expect((await send('POST', { on: 'query', within, effect: 'unknown' })).status).toBe(204);
		expect((await send('DELETE')).status).toBe(204);
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
		{ on: 'list', effect: 'html', color: 'red' },
		{ on: 'list', effect: 'transfer', framing: 'none' },
		{ on: 'query', effect: 'unknown', within: { since: 'started', ms: 1 } },
		{ on: 'list', effect: 'drip', chunkBytes: 0, everyMs: 1 },
	])('a fault is refused where it is %o', async (fault) => {
		expect((await send('POST', fault)).status).toBe(400);
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
