import { describe, expect, it } from 'vitest';
import { createClient, type HttpRequest } from '../../nodes/WanKeyframeVideo/dashscope/client.ts';
import type { ApiError } from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';
import type { Result } from '../../nodes/WanKeyframeVideo/util/result.ts';
import { explainApiError } from '../../nodes/WanKeyframeVideo/dashscope/errorAdvice.ts';
import type { HttpResponse } from '../../nodes/WanKeyframeVideo/dashscope/readResponse.ts';
import type { JsonRecord } from '../../nodes/WanKeyframeVideo/util/json.ts';
import { manualClock } from '../util/manualClock.mts';

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
		expect(await client.createTask(PATH, async () => body, patience())).toEqual({
			ok: true,
			value: { taskId: 't-1', status: 'PENDING', requestId: 'r-1' },
		});
		expect(sent).toEqual([
			{ method: 'POST', path: PATH, headers: { 'X-DashScope-Async': 'enable' }, body, atMs: 0 },
		]);
	});

	it('may be accepted without a request ID or a status', async () => {
		const { client } = clientOf({ output: { task_id: 't-1' } });
		expect(await client.createTask(PATH, async () => ({}), patience())).toEqual({
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
		await client.createTask(PATH, async () => ({ model: 'm', input }), patience());
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
		await client.createTask(PATH, async () => ({ model: 'm', input }), patience());
		expect(sent[0]?.headers).toEqual({ 'X-DashScope-Async': 'enable' });
	});

	it.each([
		{ request_id: 'r-1' },
		{ request_id: 'r-1', output: {} },
		{ request_id: 'r-1', output: { task_id: '' } },
		{ request_id: 'r-1', output: { task_id: 7 } },
	])('that was accepted without a task ID is a error that shows the answer: %j', async (body) => {
		const answer = await clientOf(body).client.createTask(PATH, async () => ({}), patience());
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
		const answer = await clientOf(body).client.createTask(PATH, async () => ({}), patience());
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

	it('is not sent when the user stops while it waits for its turn', async () => {
		const { client, clock, sent } = clientOf();
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

describe('turns of creates', () => {
	it('are shared by the models that the service counts together, and by no others', async () => {
		const { client, clock } = clientOf();
		const turn = async (group: string, createsPerSecond: number) => {
			const limit = { group, createsPerSecond };
			await client.createTask(PATH, async () => ({}), { limit, signal: never() });
			return `${group} ${clock.now()}`;
		};
		const turns = [turn('a', 5), turn('b', 2), turn('a', 5), turn('b', 2), turn('a', 5)];
		expect(await clock.run(Promise.all(turns))).toEqual(['a 0', 'b 0', 'a 200', 'b 500', 'a 400']);
	});

	it('do not hold up queries', async () => {
		const { client, clock, sent } = clientOf();
		const limit = { group: 'a', createsPerSecond: 1 };
		const create = async () =>
			await client.createTask(PATH, async () => ({}), { limit, signal: never() });
		await clock.run(Promise.all([create(), create(), client.queryTask('t', never())]));
		expect(sent.filter(({ method }) => method === 'GET').map(({ atMs }) => atMs)).toEqual([0]);
	});
});

describe('what may have made a task is sent once', () => {
	it('when it brings no answer', async () => {
		const error: ApiError = { kind: 'unreachable', cause: 'ECONNRESET', connectFailed: false };
		const { client, sent } = clientThatGets({ ok: false, error });
		expect(await client.createTask(PATH, async () => ({}), patience())).toEqual({
			ok: false,
			error,
		});
		expect(await client.queryTask('t', never())).toEqual({ ok: false, error });
		expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET']);
	});

	it.each([302, 400, 401, 500, 503])('when it is answered %s', async (status) => {
		const { client, clock, sent } = clientOf({ code: 'X', message: 'No.' }, status);
		const error = { kind: 'refused', status, code: 'X', message: 'No.' };
		expect(await clock.run(client.createTask(PATH, async () => ({}), patience()))).toEqual({
			ok: false,
			error,
		});
		expect(await clock.run(client.queryTask('t', never()))).toEqual({ ok: false, error });
		expect(sent).toHaveLength(2);
	});
});

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
		const last = await clock.run(client.createTask(PATH, async () => ({}), patience()));

		expect(last.ok).toBe(false);
		expect(sent.length).toBeGreaterThan(2);
		expect(clock.now()).toBeGreaterThanOrEqual(forMs);
		// The longest pause between two.
		expect(clock.now()).toBeLessThanOrEqual(forMs + 8_000);
	});
});
