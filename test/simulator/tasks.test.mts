import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startSimulator, type Simulator, type SimulatorOptions } from './index.mts';
import type { JsonObject } from './json.mts';
import { bodyFor, picture, pngUri, TestClient, type FrameUrls } from './testClient.mts';

const HOUR_MS = 60 * 60 * 1000;
// 2026-03-04 10:00:00 UTC is 18:00:00 in UTC+8.
const NOON_MS = Date.UTC(2026, 2, 4, 10, 0, 0);
const WAN27 = 'wan2.7-i2v';
const WAN22 = 'wan2.2-kf2v-flash';
const QUICK: SimulatorOptions = { maxPixels: 64 * 64 };

let simulator: Simulator;
let client: TestClient;
let frames: FrameUrls;

async function start(options: SimulatorOptions = {}): Promise<void> {
	await simulator.close();
	simulator = await startSimulator({ ...QUICK, ...options });
	await prepare();
}

async function prepare(): Promise<void> {
	client = new TestClient(simulator);
	frames = {
		first: simulator.serveFile('first.png', await picture(400, 300, 'red'), 'image/png'),
		last: simulator.serveFile('last.png', await picture(400, 300, 'blue'), 'image/png'),
	};
}

beforeEach(async () => {
	vi.useFakeTimers({ toFake: ['Date'], now: NOON_MS });
	simulator = await startSimulator(QUICK);
	await prepare();
});

afterEach(async () => {
	await simulator.close();
	vi.useRealTimers();
});

function pass(ms: number): void {
	vi.setSystemTime(Date.now() + ms);
}

async function status(id: string): Promise<unknown> {
	return (await client.query(id)).at('output.task_status');
}

describe('a task', () => {
	it('is PENDING, RUNNING and SUCCEEDED with the members of each state', async () => {
		await start({ times: { pendingMs: 6759, runningMs: 47_000 } });
		const parameters = { duration: 15, resolution: '720P' };
		const id = await client.createTask(bodyFor(WAN27, frames, { parameters }));
		const output = { task_id: id, submit_time: '2026-03-04 18:00:00.000' };

		expect((await client.query(id)).body).toEqual({
			request_id: expect.any(String),
			output: { ...output, task_status: 'PENDING' },
		});
		pass(6759);
		const started = { ...output, scheduled_time: '2026-03-04 18:00:06.759' };
		expect((await client.query(id)).body).toEqual({
			request_id: expect.any(String),
			output: { ...started, task_status: 'RUNNING' },
		});
		pass(47_000);
		const done = await client.query(id);
		expect(done.body).toEqual({
			request_id: expect.any(String),
			output: {
				...started,
				task_status: 'SUCCEEDED',
				end_time: '2026-03-04 18:00:53.759',
				orig_prompt: 'a dance',
				video_url: expect.stringContaining('/result.mp4?Expires='),
			},
			usage: {
				duration: 15,
				input_video_duration: 0,
				output_video_duration: 15,
				video_count: 1,
				SR: 720,
			},
		});
	});

	it('takes the time of its family, divided by the speed', async () => {
		await start({ speed: 10 });
		const id = await client.createTask(bodyFor(WAN27, frames));
		const task = simulator.tasks.get(id);
		expect(task?.startsAtMs).toBe(NOON_MS + 300);
		expect(task?.endsAtMs).toBe(NOON_MS + 300 + 4700);
	});

	it('takes the time that a function gives it', async () => {
		await start({ times: ({ model }) => ({ pendingMs: 0, runningMs: model.id.length }) });
		const id = await client.createTask(bodyFor(WAN27, frames));
		expect(simulator.tasks.get(id)?.endsAtMs).toBe(NOON_MS + WAN27.length);
	});

	it('goes its way where timers are faked as well', async () => {
		vi.useFakeTimers({
			toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'setImmediate'],
			now: NOON_MS,
		});
		const id = await client.createTask(bodyFor(WAN27, frames));
		await vi.advanceTimersByTimeAsync(60_000);
		const done = await client.query(id);
		expect(done.at('output.task_status')).toBe('SUCCEEDED');
		const video = await fetch(String(done.at('output.video_url')));
		expect((await video.arrayBuffer()).byteLength).toBeGreaterThan(1000);
	});

	it('is UNKNOWN when nobody knows it, and after 24 hours', async () => {
		const unknown = { task_id: 'none', task_status: 'UNKNOWN' };
		expect((await client.query('none')).body).toEqual({
			request_id: expect.any(String),
			output: unknown,
		});
		const id = simulator.addTask({ submittedAtMs: NOON_MS - 24 * HOUR_MS });
		expect(await status(id)).toBe('SUCCEEDED');
		pass(1);
		expect((await client.query(id)).at('output')).toEqual({ ...unknown, task_id: id });
	});

	it.each(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const)(
		'can be put into the store as %s',
		async (state) => {
			const id = simulator.addTask({ status: state, model: 'other/model' });
			expect(await status(id)).toBe(state);
		},
	);

	it('is hidden from other keys, and a GET must not be asynchronous', async () => {
		const id = simulator.addTask();
		for (const path of [`/api/v1/tasks/${id}`, '/api/v1/tasks/', '/api/v1/models']) {
			const headers = { authorization: 'Bearer sk-other' };
			const refused = await client.call('GET', path, { headers });
			expect([refused.status, refused.at('code')]).toEqual([401, 'InvalidApiKey']);
		}
		for (const path of [`/api/v1/tasks/${id}`, '/api/v1/tasks/']) {
			const headers = { 'x-dashscope-async': 'enable' };
			const refused = await client.call('GET', path, { headers });
			expect([refused.status, refused.at('message')]).toEqual([
				403,
				'Current user api does not support asynchronous calls.',
			]);
		}
	});
});

describe('usage and links by family', () => {
	const vendorUsage = { fps: 24, video_count: 1, audio: false };

	it.each<[string, JsonObject, JsonObject]>([
		[WAN22, { resolution: '480P' }, { video_duration: 5, video_count: 1, SR: 480 }],
		['wanx2.1-kf2v-plus', {}, { video_duration: 5, video_ratio: 'standard', video_count: 1 }],
		[
			'wan3.0-video',
			{ duration: 7, resolution: '720P' },
			{
				video_count: 1,
				duration: 7,
				input_video_duration: 0,
				output_video_duration: 7,
				fps: 30,
				SR: 720,
				ratio: '4:3',
			},
		],
		[
			'pixverse/pixverse-c1-kf2v',
			{ duration: 4 },
			{ ...vendorUsage, duration: 4, size: '64*48', SR: '720', shot_type: 'single' },
		],
		[
			'kling/kling-v3-video-generation',
			{ audio: true },
			{ ...vendorUsage, audio: true, duration: 5, size: '64*48', SR: '1080' },
		],
		[
			'kling/kling-v3-omni-video-generation',
			{ mode: '4k' },
			{ ...vendorUsage, duration: 5, size: '64*48', SR: '2160' },
		],
		[
			'MiniMax/MiniMax-H3',
			{ duration: 6 },
			{
				SR: '768',
				duration: 6,
				image_count: 0,
				input_seconds: 0,
				output_seconds: 6,
				size: '64*48',
				total_seconds: 6,
				video_count: 1,
			},
		],
		[
			'vidu/viduq3-turbo_start-end2video',
			{ resolution: '540P' },
			{ ...vendorUsage, duration: 5, output_video_duration: 5, size: '64*48', SR: '540' },
		],
	])('%s with %o is billed as documented', async (model, parameters, usage) => {
		const id = await client.createTask(bodyFor(model, frames, { parameters }));
		pass(HOUR_MS);
		expect((await client.query(id)).at('usage')).toEqual(usage);
	});

	it('gives the extended prompt of kf2v where it was extended', async () => {
		const extended = await client.createTask(bodyFor(WAN22, frames));
		const parameters = { prompt_extend: false };
		const plain = await client.createTask(bodyFor(WAN22, frames, { parameters }));
		pass(HOUR_MS);
		expect((await client.query(extended)).at('output.actual_prompt')).toContain('a dance');
		expect((await client.query(plain)).at('output')).not.toHaveProperty('actual_prompt');
	});

	const linkOf = async (id: string): Promise<URL> =>
		new URL(String((await client.query(id)).at('output.video_url')));

	it('signs Wan links for 24 hours less 9 seconds', async () => {
		const url = await linkOf(simulator.addTask({ endedAtMs: NOON_MS }));
		expect(Number(url.searchParams.get('Expires'))).toBe((NOON_MS + 24 * HOUR_MS - 9000) / 1000);
		expect(url.searchParams.get('OSSAccessKeyId')).toBeTruthy();
		expect((await fetch(url)).status).toBe(200);

		const forged = new URL(url);
		forged.searchParams.set('Expires', '9999999999');
		expect((await fetch(forged)).status).toBe(403);
		const leaking = await fetch(url, { headers: { authorization: 'Bearer sk-simulator' } });
		expect(leaking.status).toBe(400);
		expect(await leaking.text()).toContain('<Code>InvalidArgument</Code>');

		pass(24 * HOUR_MS - 9001);
		expect((await fetch(url)).status).toBe(200);
		pass(1);
		const late = await fetch(url);
		expect([late.status, late.headers.get('content-type')]).toEqual([403, 'application/xml']);
		expect(await late.text()).toContain('<Message>Request has expired.</Message>');
	});

	it('gives PixVerse, Kling and Vidu links as they do', async () => {
		const pixverse = await linkOf(simulator.addTask({ model: 'pixverse/pixverse-v6-kf2v' }));
		expect(pixverse.search).toBe('');

		const kling = await linkOf(simulator.addTask({ model: 'kling/kling-v3-video-generation' }));

		const vidu = await linkOf(
			simulator.addTask({ model: 'vidu/viduq2-pro_start-end2video', endedAtMs: NOON_MS }),
		);
		expect(vidu.searchParams.get('X-Amz-Date')).toBe('20260304T100000Z');
		expect(vidu.searchParams.get('X-Amz-Expires')).toBe('86400');

		expect((await fetch(vidu)).status).toBe(200);
		pass(25 * HOUR_MS);
		expect((await fetch(vidu)).status).toBe(403);
		expect((await fetch(kling)).status).toBe(200);
		pass(30 * 24 * HOUR_MS);
		expect((await fetch(kling)).status).toBe(403);
		expect((await fetch(pixverse)).status).toBe(200);
	});

	it('signs MiniMax links for 30 days', async () => {
		const id = simulator.addTask({ model: 'MiniMax/MiniMax-H3', endedAtMs: NOON_MS });
		const url = await linkOf(id);
		expect(Number(url.searchParams.get('Expires'))).toBe((NOON_MS + 30 * 24 * HOUR_MS) / 1000);
		pass(29 * 24 * HOUR_MS);
		expect((await fetch(url)).status).toBe(200);
	});

	it('gives a second link where Kling was asked for a watermark, and only there', async () => {
		const model = 'kling/kling-v3-video-generation';
		const parameters = { watermark: true };
		const marked = await client.createTask(bodyFor(model, frames, { parameters }));
		const plain = await client.createTask(bodyFor(model, frames));
		const wan = await client.createTask(bodyFor(WAN27, frames, { parameters }));
		pass(HOUR_MS);
		const secondLink = async (id: string): Promise<unknown> =>
			(await client.query(id)).at('output.watermark_video_url');
		expect(await secondLink(marked)).toMatch(/\/watermark\.mp4$/);
		expect((await fetch(String(await secondLink(marked)))).status).toBe(200);
		expect(await secondLink(plain)).toBeUndefined();
		expect(await secondLink(wan)).toBeUndefined();
	});

	it('has no video before the task has ended', async () => {
		const id = simulator.addTask({ status: 'RUNNING' });
		expect((await fetch(`${simulator.url}/results/${id}/result.mp4`)).status).toBe(404);
	});
});

describe('the list', () => {
	it('has the documented members and defaults', async () => {
		const id = simulator.addTask({
			model: 'wanx2.1-kf2v-plus',
			submittedAtMs: NOON_MS - 60_000,
			startedAtMs: NOON_MS - 59_000,
			endedAtMs: NOON_MS,
		});
		expect((await client.list()).body).toEqual({
			total: 1,
			total_page: 1,
			page_no: 1,
			page_size: 10,
			request_id: expect.any(String),
			data: [
				{
					api_key_id: expect.any(String),
					caller_parent_id: expect.any(String),
					caller_uid: expect.any(String),
					gmt_create: NOON_MS - 60_000,
					start_time: NOON_MS - 59_000,
					end_time: NOON_MS,
					model_name: 'wanx2.1-kf2v-plus',
					region: 'cn-beijing',
					request_id: expect.any(String),
					status: 'SUCCEEDED',
					task_id: id,
					user_api_unique_key: 'apikey:v1:aigc:image2video:video-synthesis:wanx2.1-kf2v-plus',
				},
			],
		});
	});

	it('leaves out the times that have not come', async () => {
		simulator.addTask({ status: 'PENDING' });
		const reply = await client.call('GET', '/api/v1/tasks');
		expect(reply.at('data.0')).not.toHaveProperty('start_time');
		expect(reply.at('data.0')).not.toHaveProperty('end_time');
	});

	it('filters and pages, newest first', async () => {
		const ids = Array.from({ length: 12 }, (_, index) =>
			simulator.addTask({
				submittedAtMs: NOON_MS - (12 - index) * HOUR_MS,
				status: index % 2 === 0 ? 'SUCCEEDED' : 'FAILED',
				model: index < 6 ? WAN27 : WAN22,
			}),
		);
		const listed = async (query: string): Promise<unknown[]> => {
			const data = (await client.list(query)).at('data');
			return Array.isArray(data) ? data.map((entry: JsonObject) => entry.task_id) : [];
		};
		const newestFirst = [...ids].reverse();
		expect(await listed('')).toEqual(newestFirst.slice(0, 10));
		expect(await listed('?page_no=2')).toEqual(newestFirst.slice(10));
		expect(await listed('?page_no=2&page_size=5')).toEqual(newestFirst.slice(5, 10));
		expect((await client.list('?page_size=5')).at('total_page')).toBe(3);
		expect(await listed('?status=FAILED&page_size=50')).toHaveLength(6);
		expect(await listed(`?model_name=${WAN27}`)).toHaveLength(6);
		expect(await listed(`?task_id=${ids[3]}`)).toEqual([ids[3]]);
		// 15:00 to 16:00 in UTC+8.
		expect(await listed('?start_time=20260304150000&end_time=20260304160000')).toEqual([
			ids[10],
			ids[9],
		]);
		pass(13 * HOUR_MS);
		expect(await listed('?page_size=50')).toHaveLength(11);
		expect(await listed('?start_time=20260304050000&page_size=50')).toHaveLength(12);
	});

	it('has one path, with or without a slash at its end', async () => {
		const id = simulator.addTask();
		for (const path of ['/api/v1/tasks', '/api/v1/tasks/', '/api/v1/tasks?page_no=1']) {
			expect((await client.call('GET', path)).at('data.0.task_id')).toBe(id);
		}
	});

	it('refuses pages above 100, or above what the test sets', async () => {
		expect((await client.list('?page_size=100')).status).toBe(200);
		expect((await client.list('?page_size=101')).status).toBe(400);
		await start({ listPages: { maxSize: 50, larger: 'refused' } });
		expect((await client.list('?page_size=50')).status).toBe(200);
		expect((await client.list('?page_size=51')).at('code')).toBe('InvalidParameter');
	});

	it('can answer a large page with fewer, and says so', async () => {
		await start({ listPages: { maxSize: 2, larger: 'reduced' } });
		for (let added = 0; added < 5; added += 1) simulator.addTask();
		const reply = await client.list('?page_size=100&page_no=3');
		expect(reply.body).toMatchObject({ total: 5, total_page: 3, page_no: 3, page_size: 2 });
		expect(reply.at('data')).toHaveLength(1);
	});

	it.each(['start_time=20260301000000&end_time=20260303000000', 'start_time=x', 'page_no=0'])(
		'refuses %s',
		async (query) => {
			const reply = await client.list(`?${query}`);
			expect([reply.status, reply.at('code')]).toEqual([400, 'InvalidParameter']);
		},
	);
});

describe('cancel', () => {
	it('works while the task is PENDING and only then', async () => {
		const id = await client.createTask(bodyFor(WAN27, frames));
		const canceled = await client.cancel(id);
		expect([canceled.status, canceled.body]).toEqual([200, { request_id: expect.any(String) }]);
		expect(await status(id)).toBe('CANCELED');
		pass(HOUR_MS);
		expect(await status(id)).toBe('CANCELED');

		for (const state of ['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const) {
			const refused = await client.cancel(simulator.addTask({ status: state }));
			expect([refused.status, refused.at('code')]).toEqual([400, 'UnsupportedOperation']);
			expect(refused.at('message')).toBe(
				'Failed to cancel the task, please confirm if the task is in PENDING status.',
			);
		}
		expect((await client.cancel('none')).status).toBe(400);
	});
});

describe('limits', () => {
	it.each([
		[WAN27, 5],
		[WAN22, 2],
		['wan3.0-video', 5],
		['vidu/viduq2-pro_start-end2video', 5],
		['wan2.1-kf2v-plus', 1],
	])('%s takes %i creates per second', async (model, perSecond) => {
		await start({ limits: { running: 100 } });
		const body = bodyFor(model, frames);
		const statuses = async (): Promise<number[]> => {
			const replies = [];
			for (let sent = 0; sent < perSecond + 1; sent += 1) replies.push(await client.create(body));
			return replies.map((reply) => reply.status);
		};
		const expected = [...Array.from({ length: perSecond }, () => 200), 429];
		expect(await statuses()).toEqual(expected);
		pass(1000);
		expect(await statuses()).toEqual(expected);
		expect((await client.create(body)).at('code')).toBe('Throttling.RateQuota');
	});

	it('lets MiniMax take 300 creates a minute, in a burst too', async () => {
		const body = bodyFor('MiniMax/MiniMax-H3', {
			first: 'http://localhost:1/a.png',
			last: 'http://localhost:1/b.png',
		});
		const statuses = [];
		for (let sent = 0; sent < 301; sent += 1) statuses.push((await client.create(body)).status);
		expect(statuses).toEqual([...Array.from({ length: 300 }, () => 200), 429]);
		pass(60_000);
		expect((await client.create(body)).status).toBe(200);
	});

	it('counts models of one group together, and others apart', async () => {
		const [q3, q2] = ['vidu/viduq3-pro_start-end2video', 'vidu/viduq2-pro_start-end2video'];
		for (let sent = 0; sent < 5; sent += 1) await client.createTask(bodyFor(q3, frames));
		expect((await client.create(bodyFor(q2, frames))).status).toBe(429);
		expect((await client.create(bodyFor(WAN27, frames))).status).toBe(200);
	});

	it('takes 20 queries, 20 lists and 20 cancels per second', async () => {
		const id = simulator.addTask();
		const calls = [() => client.query(id), () => client.list(), () => client.cancel(id)];
		for (const call of calls) {
			const replies = await Promise.all(Array.from({ length: 21 }, call));
			expect(replies.filter((reply) => reply.at('code') === 'Throttling.RateQuota')).toHaveLength(
				1,
			);
			pass(1000);
			expect((await call()).at('code')).not.toBe('Throttling.RateQuota');
		}
	});

	it('lets tasks beyond the running limit wait as PENDING', async () => {
		await start({ times: { pendingMs: 0, runningMs: 10_000 }, limits: { createsPerSecond: 99 } });
		const ids: string[] = [];
		for (let sent = 0; sent < 5; sent += 1) {
			ids.push(await client.createTask(bodyFor(WAN22, frames)));
			pass(1000);
		}
		const states = (): Promise<unknown[]> => Promise.all(ids.map(status));
		expect(await states()).toEqual(['RUNNING', 'RUNNING', 'PENDING', 'PENDING', 'PENDING']);
		await client.cancel(ids[2] ?? '');
		pass(5000);
		expect(await states()).toEqual(['SUCCEEDED', 'RUNNING', 'CANCELED', 'RUNNING', 'PENDING']);
		pass(1000);
		expect(await states()).toEqual(['SUCCEEDED', 'SUCCEEDED', 'CANCELED', 'RUNNING', 'RUNNING']);
	});

	it('refuses creates beyond the running and the queued tasks', async () => {
		await start({ limits: { createsPerSecond: 99, running: 1, queued: 0 } });
		const body = bodyFor(WAN27, frames);
		const both = await Promise.all([client.create(body), client.create(body)]);
		expect(both.map((reply) => reply.status).sort()).toEqual([200, 429]);
		expect((await client.create(body)).status).toBe(429);
		pass(HOUR_MS);
		expect((await client.create(body)).status).toBe(200);
	});

	it('knows further ids that behave like a served one', async () => {
		await start({ aliases: { 'my-tuned-kf2v': WAN22 } });
		const body = bodyFor('my-tuned-kf2v', frames);
		const id = await client.createTask(body);
		expect(simulator.tasks.get(id)?.model).toMatchObject({ id: 'my-tuned-kf2v', family: 'wan2.2' });
		expect((await client.call('GET', '/api/v1/models')).at('data')).toContain('my-tuned-kf2v');
	});
});

describe('the limits of a model', () => {
	const quota = (model: string, limits: JsonObject): JsonObject => ({
		model,
		workspace_id: expect.any(String),
		model_limit: {
			usage_limit: null,
			usage_limit_field: null,
			usage_limit_period: null,
			async_user_queue_limit: 500,
			...limits,
		},
		workspace_limit: null,
	});
	const wan27 = quota(WAN27, {
		request_limit: 5,
		request_limit_period: 1,
		async_user_concurrency_limit: 5,
	});

	it('can be asked for free of charge', async () => {
		const reply = await client.call('GET', `/api/v1/models/limits?model=${WAN27}`);
		expect(reply.body).toEqual({
			request_id: expect.any(String),
			output: { total: 1, page_no: 1, page_size: 20, quotas: [wan27] },
		});
		const minimax = await client.call('GET', '/api/v1/models/limits?model=MiniMax%2FMiniMax-H3');
		expect(minimax.at('output.quotas.0')).toEqual(
			quota('MiniMax/MiniMax-H3', {
				request_limit: 300,
				request_limit_period: 60,
				async_user_concurrency_limit: 5,
			}),
		);
	});

	it('come in pages', async () => {
		const reply = await client.call('GET', '/api/v1/models/limits?page_size=3&page_no=2');
		expect(reply.at('output')).toMatchObject({ page_no: 2, page_size: 3 });
		expect(reply.at('output.quotas')).toHaveLength(3);
		expect(reply.at('output.total')).toBeGreaterThan(17);
		expect((await client.call('GET', '/api/v1/models/limits?page_no=0')).status).toBe(400);
	});

	it('need the key', async () => {
		const headers = { authorization: 'Bearer sk-other' };
		expect((await client.call('GET', '/api/v1/models/limits', { headers })).status).toBe(401);
	});
});

describe('watching', () => {
	it('records every request in order and counts them', async () => {
		const body = bodyFor(WAN27, {
			first: pngUri(await picture(300, 300, 'red')),
			last: frames.last,
		});
		const id = await client.createTask(body);
		await client.query(id);
		await client.call('GET', '/nowhere?x=1');
		expect(simulator.requests.map(({ kind, status: code }) => [kind, code])).toEqual([
			['create', 200],
			['file', 200],
			['query', 200],
			['other', 404],
		]);
		expect(simulator.requests[0]).toMatchObject({
			atMs: NOON_MS,
			method: 'POST',
			path: '/api/v1/services/aigc/video-generation/video-synthesis',
			body,
			headers: { authorization: 'Bearer sk-simulator' },
		});
		expect(simulator.requests[3]).toMatchObject({ path: '/nowhere', query: { x: '1' } });
		expect(simulator.count('query')).toBe(1);
		await vi.waitFor(() => expect(simulator.openRequests).toBe(0));
	});

	it('compresses JSON for clients that accept it', async () => {
		const path = `${simulator.url}/api/v1/models`;
		const authorization = `Bearer ${simulator.key}`;
		const encoding = async (accept: string): Promise<string | null> => {
			const headers = { authorization, 'accept-encoding': accept };
			return (await fetch(path, { headers })).headers.get('content-encoding');
		};
		expect(await encoding('gzip, br')).toBe('gzip');
		expect(await encoding('identity')).toBeNull();
		await start({ gzip: false });
		expect((await client.call('GET', '/api/v1/models')).headers.has('content-encoding')).toBe(
			false,
		);
	});
});
