import { describe, expect, it, vi } from 'vitest';
import {
	isCreateOutcomeUnknown,
	isTransient,
	type ApiError,
} from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';
import {
	createClient,
	type DashScopeClient,
	type HttpRequest,
} from '../../nodes/WanKeyframeVideo/dashscope/client.ts';
import type { Result } from '../../nodes/WanKeyframeVideo/util/result.ts';
import { explainApiError } from '../../nodes/WanKeyframeVideo/dashscope/errorAdvice.ts';
import type { HttpResponse } from '../../nodes/WanKeyframeVideo/dashscope/readResponse.ts';
import type { JsonRecord } from '../../nodes/WanKeyframeVideo/util/json.ts';
import { manualClock } from '../util/manualClock.mts';

const PERIOD = { fromMs: 0, toMs: 1, pageNo: 1, pageSize: 10 };
const PATH = '/services/aigc/video-generation/video-synthesis';
const ACCEPTED = { output: { task_status: 'PENDING', task_id: 't-1' }, request_id: 'r-1' };

/** A client whose service always gives this answer. */
function clientOf(body: unknown = ACCEPTED, status = 200) {
	return clientThatGets({ ok: true, value: { status, body } });
}

function clientThatGets(answer: Result<HttpResponse, ApiError>) {
	const clock = manualClock();
	const sent: Array<HttpRequest & { readonly atMs: number }> = [];
	const send = async (request: HttpRequest) => {
		sent.push({ ...request, atMs: clock.now() });
		return answer;
	};
	const client = createClient(send, clock);
	return { client, clock, sent };
}

const never = () => new AbortController().signal;
const options = () => ({ limit: { group: 'm', createsPerSecond: 5 }, signal: never() });
/** The factory of a body. */
const building = (body: JsonRecord) => async () => body;

describe('a create', () => {
	it('is sent once, as a task of its own, and gives the task', async () => {
		const { client, sent } = clientOf();
		const body = { model: 'm', input: { prompt: 'a cat' } };
		expect(await client.createTask(PATH, building(body), options())).toEqual({
			ok: true,
			value: { taskId: 't-1', status: 'PENDING', requestId: 'r-1' },
		});
		expect(sent).toEqual([
			{ method: 'POST', path: PATH, headers: { 'X-DashScope-Async': 'enable' }, body, atMs: 0 },
		]);
	});

	it('may be accepted without a request ID or a status', async () => {
		const { client } = clientOf({ output: { task_id: 't-1' } });
		expect(await client.createTask(PATH, building({}), options())).toEqual({
			ok: true,
			value: { taskId: 't-1', status: 'PENDING' },
		});
	});

	it.each([
		{ media: [{ type: 'first_frame', url: 'oss://dashscope-instant/a.png' }] },
		{ media: [{ url: 'https://host.test/a.png' }, { url: 'oss://dashscope-instant/a.png' }] },
		{ first_frame_url: 'oss://a/b.png', last_frame_url: 'https://host.test/b.png' },
		{ last_frame_url: 'oss://a/b.png' },
	])('asks the service to read temporary links: %j', async (input) => {
		const { client, sent } = clientOf();
		await client.createTask(PATH, building({ model: 'm', input }), options());
		expect(sent[0]?.headers).toEqual({
			'X-DashScope-Async': 'enable',
			'X-DashScope-OssResourceResolve': 'enable',
		});
	});

	it.each([
		{ media: [{ url: 'https://host.test/a.png' }] },
		{ media: [{ url: 'https://host.test/?from=oss://a/b.png' }] },
		{ first_frame_url: 'data:image/png;base64,AAAA' },
		{ prompt: 'put oss://a/b.png on a wall' },
		{ media: [null], prompt: undefined },
		undefined,
	])('does not ask for it without one: %j', async (input) => {
		const { client, sent } = clientOf();
		await client.createTask(PATH, building({ model: 'm', input }), options());
		expect(sent[0]?.headers).toEqual({ 'X-DashScope-Async': 'enable' });
	});

	it.each([
		{ request_id: 'r-1' },
		{ request_id: 'r-1', output: {} },
		{ request_id: 'r-1', output: { task_id: '' } },
		{ request_id: 'r-1', output: { task_id: 7 } },
	])('that was accepted without a task ID is a error that shows the answer: %j', async (body) => {
		const answer = await clientOf(body).client.createTask(PATH, building({}), options());
		expect(answer).toEqual({
			ok: false,
			error: {
				kind: 'unexpectedResponse',
				status: 200,
				excerpt: JSON.stringify(body),
				requestId: 'r-1',
			},
		});
	});

	it('that was accepted without a task ID keeps its request ID, however long it is', async () => {
		const body = { output: { note: 'x'.repeat(300) }, request_id: 'r-123' };
		const answer = await clientOf(body).client.createTask(PATH, building({}), options());
		if (answer.ok) throw new Error('there is no task');
		expect(explainApiError(answer.error).description).toContain('r-123');
	});
});

describe('a query', () => {
	it('is sent once, without a header and without a body, and gives the answer untouched', async () => {
		const answered = { request_id: 'r', output: { task_id: 't', task_status: 'FAILED' } };
		const { client, sent } = clientOf(answered);
		expect(await client.queryTask('t', never())).toEqual({ ok: true, value: answered });
		expect(sent).toEqual([{ method: 'GET', path: '/tasks/t', atMs: 0 }]);
	});

	it.each([
		['a/b', '/tasks/a%2Fb'],
		['a?b=c#d', '/tasks/a%3Fb%3Dc%23d'],
		['../x', '/tasks/..%2Fx'],
		['任务 1', '/tasks/%E4%BB%BB%E5%8A%A1%201'],
	])('for "%s" asks for nothing else', async (taskId, path) => {
		const { client, sent } = clientOf();
		await client.queryTask(taskId, never());
		expect(sent[0]?.path).toBe(path);
	});

	it('is not sent once the user has stopped', async () => {
		const { client, sent } = clientOf();
		expect(await client.queryTask('t', AbortSignal.abort())).toMatchObject({
			ok: false,
			error: { kind: 'canceled' },
		});
		expect(sent).toEqual([]);
	});

	it('is not sent when the user stops while it waits for its slot', async () => {
		const { client, clock, sent } = clientOf({ output: { task_status: 'RUNNING' } });
		const stop = new AbortController();
		clock.at(75, () => stop.abort());
		const queries = Array.from({ length: 10 }, () => client.queryTask('t', stop.signal));
		const answers = await clock.run(Promise.all(queries));
		expect(sent.map(({ atMs }) => atMs)).toEqual([0, 50]);
		expect(answers.map(({ ok }) => ok)).toEqual([true, true, ...Array(8).fill(false)]);
		expect(clock.now()).toBe(75);
	});

	it('shares the 20 a second that the service takes with all others', async () => {
		const { client, clock, sent } = clientOf();
		const queries = Array.from({ length: 45 }, (_, i) => client.queryTask(`t-${i}`, never()));
		await clock.run(Promise.all(queries));
		expect(sent.map(({ path }) => path)).toEqual(queries.map((_, i) => `/tasks/t-${i}`));
		for (const { atMs } of sent) {
			const sameSecond = sent.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1_000);
			expect(sameSecond.length).toBeLessThanOrEqual(20);
		}
		expect(clock.now()).toBe(2_200);
	});
});

describe('the rate of creates', () => {
	it('is shared by the models that the service counts together, and by no others', async () => {
		const { client, clock, sent } = clientOf();
		const create = async (group: string, createsPerSecond: number) =>
			await client.createTask(`/${group}`, building({}), {
				limit: { group, createsPerSecond },
				signal: never(),
			});
		await clock.run(
			Promise.all([create('a', 5), create('b', 2), create('a', 5), create('b', 2), create('a', 5)]),
		);
		const sentAt = (path: string) => sent.filter((one) => one.path === path).map((one) => one.atMs);
		expect(sentAt('/a')).toEqual([0, 200, 400]);
		expect(sentAt('/b')).toEqual([0, 500]);
	});

	it('does not hold up queries', async () => {
		const { client, clock, sent } = clientOf();
		const limit = { group: 'a', createsPerSecond: 1 };
		const create = async () =>
			await client.createTask(PATH, building({}), { limit, signal: never() });
		await clock.run(Promise.all([create(), create(), client.queryTask('t', never())]));
		expect(sent.map(({ method, atMs }) => [method, atMs])).toEqual([
			['GET', 0],
			['POST', 0],
			['POST', 1_000],
		]);
	});
});

describe('the body of a create', () => {
	it('is built when its slot has come, and anew for each send', async () => {
		const { client, clock, sent } = clientOf({ code: 'Throttling' }, 429);
		const builtAt: number[] = [];
		const stop = new AbortController();
		clock.at(1_000, () => stop.abort());
		const build = async () => {
			builtAt.push(clock.now());
			return {};
		};
		const answer = await clock.run(
			client.createTask(PATH, build, { ...options(), signal: stop.signal }),
		);
		expect(builtAt).toEqual(sent.map(({ atMs }) => atMs));
		expect(builtAt.length).toBeGreaterThan(1);
		expect(answer).toEqual({ ok: false, error: { kind: 'canceled' } });
	});

	it('that cannot be built fails the create, and nothing is sent', async () => {
		const { client, sent } = clientOf();
		const build = async () => await Promise.reject(new Error('no such file'));
		await expect(client.createTask(PATH, build, options())).rejects.toThrow('no such file');
		expect(sent).toEqual([]);
	});
});

describe('Stop', () => {
	it('before a create is sent means that nothing is sent', async () => {
		const { client, sent } = clientOf();
		for (const stopWhileBuilding of [false, true]) {
			const stop = new AbortController();
			if (!stopWhileBuilding) stop.abort();
			const build = async () => {
				stop.abort();
				return {};
			};
			const onSent = vi.fn();
			const create = { ...options(), signal: stop.signal, onSent };
			expect(await client.createTask(PATH, build, create)).toEqual({
				ok: false,
				error: { kind: 'canceled' },
			});
			expect(onSent).not.toHaveBeenCalled();
		}
		expect(sent).toEqual([]);
	});

	it('after a create was sent does not end it: its task ID comes out', async () => {
		const stop = new AbortController();
		const clock = manualClock();
		const client = createClient(async () => {
			await clock.sleep(5_000);
			return { ok: true, value: { status: 200, body: ACCEPTED } };
		}, clock);
		clock.at(1_000, () => stop.abort());
		const answer = await clock.run(
			client.createTask(PATH, building({}), { ...options(), signal: stop.signal }),
		);
		expect(answer).toMatchObject({ ok: true, value: { taskId: 't-1' } });
	});
});

describe('an answer that never comes', () => {
	/** A client whose service is silent, also when it is told to end. */
	function silentClient() {
		const clock = manualClock();
		let sent = 0;
		const client = createClient(async () => {
			sent++;
			return await new Promise<never>(() => {});
		}, clock);
		return { client, clock, sent: () => sent };
	}
	const UNREACHABLE = { ok: false, error: { kind: 'unreachable', connectFailed: false } };

	it('ends a create after a minute with its outcome unknown, and it is not sent again', async () => {
		const { client, clock, sent } = silentClient();
		const answer = await clock.run(client.createTask(PATH, building({}), options()));
		expect(answer).toMatchObject(UNREACHABLE);
		expect(!answer.ok && isCreateOutcomeUnknown(answer.error)).toBe(true);
		expect(clock.now()).toBe(60_000);
		expect(sent()).toBe(1);
	});

	it.each<[string, (client: DashScopeClient) => Promise<unknown>, number]>([
		['query', async (client) => await client.queryTask('t', never()), 60_000],
		['list', async (client) => await client.listTasks(PERIOD, never()), 60_000],
		['cancel', async (client) => await client.cancelTask('t', never()), 60_000],
		['cancel after Stop', async (client) => await client.cancelAfterStop('t'), 60_000],
		// Sent four times, with 1, 2 and 4 s between.
		['upload policy', async (client) => await client.getUploadPolicy('m'), 4 * 60_000 + 7_000],
	])('ends a %s at its deadline', async (_, call, endMs) => {
		const { client, clock } = silentClient();
		expect(await clock.run(call(client))).toMatchObject(UNREACHABLE);
		expect(clock.now()).toBe(endMs);
	});

	it('is waited for longer where the body is large: 18.4 MB over 260 kB/s take 71 s', async () => {
		const clock = manualClock();
		const client = createClient(async () => {
			await clock.sleep(18_400_000 / 260);
			return { ok: true, value: { status: 200, body: ACCEPTED } };
		}, clock);
		const frame = `data:image/png;base64,${'A'.repeat(9_200_000)}`;
		const body = { input: { media: [{ url: frame }, { url: frame }] } };
		const answer = await clock.run(client.createTask(PATH, building(body), options()));
		expect(answer.ok).toBe(true);
	});

	it('ends at once with Stop where nothing is paid', async () => {
		const { client, clock } = silentClient();
		const stop = new AbortController();
		clock.at(5_000, () => stop.abort());
		const answer = await clock.run(client.queryTask('t', stop.signal));
		expect(answer).toEqual({ ok: false, error: { kind: 'canceled' } });
		expect(clock.now()).toBe(5_000);
	});
});

describe('an answer to a query that says nothing of the task', () => {
	it.each([
		{ code: 'InvalidApiKey', message: 'Invalid API-key provided.' },
		{},
		{ output: null },
		{ output: { task_id: 't', task_status: 7 } },
		{ output: { task_id: 't', task_status: '' } },
		{ output: { task_id: 'another', task_status: 'SUCCEEDED', video_url: 'https://host.test/v' } },
		{ output: { task_id: 7, task_status: 'SUCCEEDED' } },
	])('is an unexpected response that may pass: %j', async (body) => {
		const answer = await clientOf(body).client.queryTask('t', never());
		if (answer.ok) throw new Error('there is no status of the task');
		expect(answer.error).toMatchObject({ kind: 'unexpectedResponse', status: 200 });
		expect(isTransient(answer.error)).toBe(true);
	});
});

describe('a call that costs nothing', () => {
	/** A client that meets these errors first and then this answer. */
	function failingClient(errors: readonly ApiError[], body: unknown) {
		const clock = manualClock();
		let sent = 0;
		const client = createClient(async () => {
			const error = errors[sent++];
			return error === undefined
				? { ok: true, value: { status: 200, body } }
				: { ok: false, error };
		}, clock);
		return { client, clock, sent: () => sent };
	}
	const BUSY: ApiError = { kind: 'refused', status: 503, code: 'X', message: '' };
	const DROP: ApiError = { kind: 'unreachable', cause: 'ECONNRESET', connectFailed: false };
	const PAGE: ApiError = { kind: 'unexpectedResponse', status: 403, excerpt: 'Blocked' };
	const TASK = { output: { task_id: 't', task_status: 'RUNNING' } };
	const retry = { retry: true };

	it('is sent again up to three times where that is asked for', async () => {
		const { client, clock, sent } = failingClient([BUSY, DROP, PAGE], TASK);
		expect((await clock.run(client.queryTask('t', never(), retry))).ok).toBe(true);
		expect(sent()).toBe(4);
		expect(clock.now()).toBe(7_000);
	});

	it('is not sent a fifth time', async () => {
		const { client, clock, sent } = failingClient(Array(9).fill(BUSY), TASK);
		expect(await clock.run(client.listTasks(PERIOD, never(), retry))).toEqual({
			ok: false,
			error: BUSY,
		});
		expect(sent()).toBe(4);
	});

	it('is not sent again where the service refuses it', async () => {
		const refusal: ApiError = { kind: 'refused', status: 401, code: 'InvalidApiKey', message: '' };
		const { client, sent } = failingClient([refusal], TASK);
		expect((await client.queryTask('t', never(), retry)).ok).toBe(false);
		expect(sent()).toBe(1);
	});

	it('is sent again when the service says so', async () => {
		const later: ApiError = { ...BUSY, retryAfterMs: 30_000 };
		const { client, clock } = failingClient([later], TASK);
		expect((await clock.run(client.queryTask('t', never(), retry))).ok).toBe(true);
		expect(clock.now()).toBe(30_000);
	});
});

describe('a create that may have made a task is sent once', () => {
	it('when it brings no answer', async () => {
		const error: ApiError = { kind: 'unreachable', cause: 'ECONNRESET', connectFailed: false };
		const { client, sent } = clientThatGets({ ok: false, error });
		expect(await client.createTask(PATH, building({}), options())).toEqual({
			ok: false,
			error,
		});
		expect(await client.queryTask('t', never())).toEqual({ ok: false, error });
		expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET']);
	});

	it.each([302, 400, 401, 408, 409, 425, 499, 500, 503])(
		'when it is answered %s',
		async (status) => {
			const { client, clock, sent } = clientOf({ code: 'X', message: 'No.' }, status);
			const error = { kind: 'refused', status, code: 'X', message: 'No.' };
			expect(await clock.run(client.createTask(PATH, building({}), options()))).toEqual({
				ok: false,
				error,
			});
			expect(await clock.run(client.queryTask('t', never()))).toEqual({ ok: false, error });
			expect(sent).toHaveLength(2);
		},
	);
});

it.each([
	[200, '<html>Sign in</html>'],
	[403, '<html>Blocked</html>'],
	[404, ''],
	[413, '<html>Too large</html>'],
	[502, '<html>Bad Gateway</html>'],
])(
	'a create that a page with %s answers may have made a task, and is not sent again',
	async (status, body) => {
		const { client, clock, sent } = clientOf(body, status);
		const answer = await clock.run(client.createTask(PATH, building({}), options()));
		expect(!answer.ok && isCreateOutcomeUnknown(answer.error)).toBe(true);
		expect(sent).toHaveLength(1);
	},
);

describe('a create that certainly made no task is sent again for a while', () => {
	it.each<[string, Result<HttpResponse, ApiError>, number]>([
		['429', { ok: true, value: { status: 429, body: { code: 'Throttling' } } }, 15 * 60_000],
		[
			'a used-up quota',
			{ ok: true, value: { status: 429, body: { code: 'Throttling.AllocationQuota' } } },
			70_000,
		],
		[
			'no connection',
			{ ok: false, error: { kind: 'unreachable', cause: 'ECONNREFUSED', connectFailed: true } },
			10_000,
		],
	])('on %s', async (_, answer, forMs) => {
		const { client, clock, sent } = clientThatGets(answer);
		const last = await clock.run(client.createTask(PATH, building({}), options()));

		expect(last.ok).toBe(false);
		expect(sent.length).toBeGreaterThan(2);
		expect(clock.now()).toBeGreaterThanOrEqual(forMs);
		// The longest pause between two.
		expect(clock.now()).toBeLessThanOrEqual(forMs + 8_000);
	});
});
