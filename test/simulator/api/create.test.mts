import { request } from 'node:http';

import { describe, expect, it } from 'vitest';

import { KEYFRAME_MODELS, MODELS, startSimulator } from '../index.mts';
import {
	KLING,
	MINIMAX,
	startServiceUnderTest,
	VIDU_Q3,
	WAN27,
	WAN30,
} from '../testing/serviceUnderTest.mts';
import { bodyFor, createPath, TestClient } from '../testClient.mts';

const { simulator, client, frames, uris, lateError, accepted } = await startServiceUnderTest();
const enabled = { 'x-dashscope-async': 'enable' };

describe('a create is checked at once for key, headers, body, model and path', () => {
	const path = createPath(WAN27);

	it('is accepted as PENDING', async () => {
		const reply = await client.create(bodyFor(WAN27, frames));
		expect(reply.status).toBe(200);
		expect(reply.body).toEqual({
			output: { task_status: 'PENDING', task_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
			request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
		});
	});

	it.each([
		['no key', { ...enabled, authorization: '' }, '{}', 401, 'InvalidApiKey'],
		['a wrong key', { ...enabled, authorization: 'Bearer sk-no' }, '{}', 401, 'InvalidApiKey'],
		['no async header', {}, '{}', 403, 'AccessDenied'],
		['a body that is no JSON', enabled, '{"model', 400, 'BadRequest.IllegalInput'],
		['a body that is a list', enabled, '[]', 400, 'BadRequest.IllegalInput'],
		['no input', enabled, '{"model":"wan2.7-i2v"}', 400, 'BadRequest.EmptyInput'],
		['no model', enabled, '{"input":{}}', 400, 'BadRequest.EmptyModel'],
		['an unknown model', enabled, '{"model":"x","input":{}}', 400, 'InvalidParameter'],
	])('is refused for %s', async (_name, headers, body, status, code) => {
		const reply = await client.call('POST', path, { headers, body });
		expect([reply.status, reply.at('code')]).toEqual([status, code]);
		expect(reply.at('request_id')).toBeTypeOf('string');
	});

	it('is told that the key is missing', async () => {
		const response = await fetch(`${simulator.url}${path}`, { method: 'POST' });
		expect(await response.json()).toMatchObject({ message: 'No API-key provided.' });
	});

	it.each([...MODELS.keys()])('is refused for %s at the other path', async (model) => {
		const own = createPath(model);
		const other = own.includes('image2video')
			? own.replace('image2video', 'video-generation')
			: own.replace('video-generation', 'image2video');
		const reply = await client.call('POST', other, {
			headers: enabled,
			body: JSON.stringify(bodyFor(model, frames)),
		});
		expect([reply.status, reply.at('code'), reply.at('message')]).toEqual([
			400,
			'InvalidParameter',
			'url error, please check url!',
		]);
	});
});

describe('the models', () => {
	it('that make a video from two frames are the documented ones', () => {
		expect(KEYFRAME_MODELS.map(({ id }) => id)).toEqual([
			'wan2.7-i2v',
			'wan2.7-i2v-2026-04-25',
			'wan2.2-kf2v-flash',
			'wanx2.1-kf2v-plus',
			'wan2.1-kf2v-plus',
			'wan3.0-video',
			'wan3.0-video-prime',
			'pixverse/pixverse-c1-kf2v',
			'pixverse/pixverse-v6-kf2v',
			'pixverse/pixverse-v5.6-kf2v',
			'kling/kling-v3-video-generation',
			'kling/kling-v3-omni-video-generation',
			'vidu/viduq3-pro_start-end2video',
			'vidu/viduq3-turbo_start-end2video',
			'vidu/viduq2-pro_start-end2video',
			'vidu/viduq2-turbo_start-end2video',
			'MiniMax/MiniMax-H3',
		]);
	});

	it.each([...MODELS.keys()])('include %s, which accepts its own body', async (model) => {
		await accepted(bodyFor(model, frames));
	});

	it.each([...MODELS.keys()])('include %s, with data URIs where documented', async (model) => {
		const body = bodyFor(model, uris);
		if (/^wan|^happyhorse/.test(model)) await accepted(body);
		else expect(await lateError(body)).toMatch(/^InvalidURL: /);
	});

	it.each(['kling/kling-v3-turbo-video-generation', 'happyhorse-1.0-i2v', 'happyhorse-2.1-i2v'])(
		'include %s, which refuses a last frame',
		async (model) => {
			const { input } = bodyFor(KLING, frames);
			expect(await lateError({ model, input })).toBe(
				"InvalidParameter: Input should be 'first_frame': input.media.1.type",
			);
		},
	);
});

describe('an account', () => {
	it.each([
		['kling', KLING, WAN27],
		['minimax', MINIMAX, VIDU_Q3],
	])('that has not activated %s is refused, or told by the task', async (family, model, other) => {
		const refusing = await startSimulator({ notActivated: { [family]: 'create' } });
		const failing = await startSimulator({ notActivated: { [family]: 'task' } });
		try {
			const refused = await new TestClient(refusing).create(bodyFor(model, frames));
			expect([refused.status, refused.at('code')]).toEqual([403, 'AccessDenied.Unpurchased']);

			const id = await new TestClient(failing).createTask(bodyFor(model, frames));
			expect(failing.tasks.get(id)?.failure).toMatchObject({
				code: 'InvalidParameter',
				message: expect.stringContaining('product is not activated'),
				when: 'at',
			});
			const served = await new TestClient(failing).createTask(bodyFor(other, frames));
			expect(failing.tasks.get(served)?.failure).toBeUndefined();
		} finally {
			await Promise.all([refusing.close(), failing.close()]);
		}
	});
});

describe('a workspace host', () => {
	it('refuses ordinary keys', async () => {
		const host = await startSimulator({ workspaceId: 'llm-mine' });
		try {
			const ask = (authorization: string) =>
				new TestClient(host).call('GET', '/api/v1/tasks', { headers: { authorization } });
			expect((await ask(`Bearer ${host.key}`)).status).toBe(200);
			const denied = await ask('Bearer sk-simulator');
			expect([denied.status, denied.at('code'), denied.at('message')]).toEqual([
				403,
				'Endpoint.AccessDenied',
				'Workspace endpoint access denied.',
			]);
			expect((await ask('Bearer sk-ws-other')).at('code')).toBe('InvalidApiKey');
		} finally {
			await host.close();
		}
	});

	it.each([
		['localhost', 200],
		['llm-theirs.cn-beijing.maas.aliyuncs.com', 403],
	])('is told by the address: %s is answered with %i', async (host, status) => {
		const headers = { host, authorization: `Bearer ${simulator.key}` };
		const answered = await new Promise((resolve, reject) => {
			request(`${simulator.url}/api/v1/tasks/none`, { headers }, (response) => {
				response.resume();
				resolve(response.statusCode);
			})
				.on('error', reject)
				.end();
		});
		expect(answered).toBe(status);
	});
});

describe('a create beyond the limits', () => {
	it('is refused while the queue is full, whatever the model of the group', async () => {
		const full = await startSimulator({
			limits: { createsPerSecond: 1000, running: 1, queued: 1 },
		});
		try {
			const own = new TestClient(full);
			const create = async (model: string) => (await own.create(bodyFor(model, frames))).status;
			expect([await create(KLING), await create(KLING), await create(KLING)]).toEqual([
				200, 200, 429,
			]);
			expect(await create('kling/kling-v3-omni-video-generation')).toBe(429);
			expect(await create(WAN30)).toBe(200);
		} finally {
			await full.close();
		}
	});
});
