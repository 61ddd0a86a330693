import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../json.mts';
import { HOUR_MS, WAN27, WAN22, useServiceWithClock } from '../testing/serviceUnderTest.mts';
import { bodyFor } from '../testClient.mts';

const service = useServiceWithClock();

describe('limits', () => {
	it.each([
		[WAN27, 5],
		[WAN22, 2],
		['wan3.0-video', 5],
		['vidu/viduq2-pro_start-end2video', 5],
		['wan2.1-kf2v-plus', 1],
	])('let %s have %i creates per second', async (model, perSecond) => {
		await service.start({ limits: { running: 100 } });
		const body = bodyFor(model, service.frames);
		const statuses = async (): Promise<number[]> => {
			const replies = [];
			for (let sent = 0; sent < perSecond + 1; sent += 1)
				replies.push(await service.client.create(body));
			return replies.map((reply) => reply.status);
		};
		const expected = [...Array.from({ length: perSecond }, () => 200), 429];
		expect(await statuses()).toEqual(expected);
		service.pass(1000);
		expect(await statuses()).toEqual(expected);
		expect((await service.client.create(body)).at('code')).toBe('Throttling.RateQuota');
	});

	it('let MiniMax have 300 creates a minute, in a burst too', async () => {
		const body = bodyFor('MiniMax/MiniMax-H3', {
			first: 'http://localhost:1/a.png',
			last: 'http://localhost:1/b.png',
		});
		const statuses = [];
		for (let sent = 0; sent < 301; sent += 1)
			statuses.push((await service.client.create(body)).status);
		expect(statuses).toEqual([...Array.from({ length: 300 }, () => 200), 429]);
		service.pass(60_000);
		expect((await service.client.create(body)).status).toBe(200);
	});

	it('count models of one group together, and others apart', async () => {
		const [q3, q2] = ['vidu/viduq3-pro_start-end2video', 'vidu/viduq2-pro_start-end2video'];
		for (let sent = 0; sent < 5; sent += 1)
			await service.client.createTask(bodyFor(q3, service.frames));
		expect((await service.client.create(bodyFor(q2, service.frames))).status).toBe(429);
		expect((await service.client.create(bodyFor(WAN27, service.frames))).status).toBe(200);
	});

	it('let an account have 20 queries, 20 lists and 20 cancels per second', async () => {
		const id = service.simulator.addTask();
		const calls = [
			() => service.client.query(id),
			() => service.client.list(),
			() => service.client.cancel(id),
		];
		for (const call of calls) {
			const replies = await Promise.all(Array.from({ length: 21 }, call));
			expect(replies.filter((reply) => reply.at('code') === 'Throttling.RateQuota')).toHaveLength(
				1,
			);
			service.pass(1000);
			expect((await call()).at('code')).not.toBe('Throttling.RateQuota');
		}
	});

	it('let tasks beyond the running limit wait as PENDING', async () => {
		await service.start({
			times: { pendingMs: 0, runningMs: 10_000 },
			limits: { createsPerSecond: 99 },
		});
		const ids: string[] = [];
		for (let sent = 0; sent < 5; sent += 1) {
			ids.push(await service.client.createTask(bodyFor(WAN22, service.frames)));
			service.pass(1000);
		}
		const states = (): Promise<unknown[]> => Promise.all(ids.map(service.status));
		expect(await states()).toEqual(['RUNNING', 'RUNNING', 'PENDING', 'PENDING', 'PENDING']);
		await service.client.cancel(ids[2] ?? '');
		service.pass(5000);
		expect(await states()).toEqual(['SUCCEEDED', 'RUNNING', 'CANCELED', 'RUNNING', 'PENDING']);
		service.pass(1000);
		expect(await states()).toEqual(['SUCCEEDED', 'SUCCEEDED', 'CANCELED', 'RUNNING', 'RUNNING']);
	});

	it('refuse creates beyond the running and the queued tasks', async () => {
		await service.start({ limits: { createsPerSecond: 99, running: 1, queued: 0 } });
		const body = bodyFor(WAN27, service.frames);
		const both = await Promise.all([service.client.create(body), service.client.create(body)]);
		expect(both.map((reply) => reply.status).sort()).toEqual([200, 429]);
		expect((await service.client.create(body)).status).toBe(429);
		service.pass(HOUR_MS);
		expect((await service.client.create(body)).status).toBe(200);
	});

	it('hold for further ids that behave like a served one', async () => {
		await service.start({ aliases: { 'my-tuned-kf2v': WAN22 } });
		const body = bodyFor('my-tuned-kf2v', service.frames);
		const id = await service.client.createTask(body);
		expect(service.simulator.tasks.get(id)?.model).toMatchObject({
			id: 'my-tuned-kf2v',
			family: 'wan2.2',
		});
		expect((await service.client.call('GET', '/api/v1/models')).at('data')).toContain(
			'my-tuned-kf2v',
		);
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
		const reply = await service.client.call('GET', `/api/v1/models/limits?model=${WAN27}`);
		expect(reply.body).toEqual({
			request_id: expect.any(String),
			output: { total: 1, page_no: 1, page_size: 20, quotas: [wan27] },
		});
		const minimax = await service.client.call(
			'GET',
			'/api/v1/models/limits?model=MiniMax%2FMiniMax-H3',
		);
		expect(minimax.at('output.quotas.0')).toEqual(
			quota('MiniMax/MiniMax-H3', {
				request_limit: 300,
				request_limit_period: 60,
				async_user_concurrency_limit: 5,
			}),
		);
	});

	it('come in pages', async () => {
		const reply = await service.client.call('GET', '/api/v1/models/limits?page_size=3&page_no=2');
		expect(reply.at('output')).toMatchObject({ page_no: 2, page_size: 3 });
		expect(reply.at('output.quotas')).toHaveLength(3);
		expect(reply.at('output.total')).toBeGreaterThan(17);
		expect((await service.client.call('GET', '/api/v1/models/limits?page_no=0')).status).toBe(400);
	});

	it('need the key', async () => {
		const headers = { authorization: 'Bearer sk-other' };
		expect((await service.client.call('GET', '/api/v1/models/limits', { headers })).status).toBe(
			401,
		);
	});
});
