import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../json.mts';
import {
	NOON_MS,
	HOUR_MS,
	WAN27,
	WAN22,
	useServiceWithClock,
} from '../testing/serviceUnderTest.mts';

const service = useServiceWithClock();

describe('the list', () => {
	it('has the documented members and defaults', async () => {
		const id = service.simulator.addTask({
			model: 'wanx2.1-kf2v-plus',
			submittedAtMs: NOON_MS - 60_000,
			startedAtMs: NOON_MS - 59_000,
			endedAtMs: NOON_MS,
		});
		expect((await service.client.list()).body).toEqual({
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

	it('leaves out times in the future', async () => {
		service.simulator.addTask({ status: 'PENDING' });
		const reply = await service.client.call('GET', '/api/v1/tasks');
		expect(reply.at('data.0')).not.toHaveProperty('start_time');
		expect(reply.at('data.0')).not.toHaveProperty('end_time');
	});

	it('filters and pages, newest first', async () => {
		const ids = Array.from({ length: 12 }, (_, index) =>
			service.simulator.addTask({
				submittedAtMs: NOON_MS - (12 - index) * HOUR_MS,
				status: index % 2 === 0 ? 'SUCCEEDED' : 'FAILED',
				model: index < 6 ? WAN27 : WAN22,
			}),
		);
		const listed = async (query: string): Promise<unknown[]> => {
			const data = (await service.client.list(query)).at('data');
			return Array.isArray(data) ? data.map((entry: JsonObject) => entry.task_id) : [];
		};
		const newestFirst = [...ids].reverse();
		expect(await listed('')).toEqual(newestFirst.slice(0, 10));
		expect(await listed('?page_no=2')).toEqual(newestFirst.slice(10));
		expect(await listed('?page_no=2&page_size=5')).toEqual(newestFirst.slice(5, 10));
		expect((await service.client.list('?page_size=5')).at('total_page')).toBe(3);
		expect(await listed('?status=FAILED&page_size=50')).toHaveLength(6);
		expect(await listed(`?model_name=${WAN27}`)).toHaveLength(6);
		expect(await listed(`?task_id=${ids[3]}`)).toEqual([ids[3]]);
		// 15:00 to 16:00 in UTC+8.
		expect(await listed('?start_time=20260304150000&end_time=20260304160000')).toEqual([
			ids[10],
			ids[9],
		]);
		service.pass(13 * HOUR_MS);
		expect(await listed('?page_size=50')).toHaveLength(11);
		expect(await listed('?start_time=20260304050000&page_size=50')).toHaveLength(12);
	});

	it('has one path, with or without a slash at its end', async () => {
		const id = service.simulator.addTask();
		for (const path of ['/api/v1/tasks', '/api/v1/tasks/', '/api/v1/tasks?page_no=1']) {
			expect((await service.client.call('GET', path)).at('data.0.task_id')).toBe(id);
		}
	});

	it('refuses pages above 100, or above what the test sets', async () => {
		expect((await service.client.list('?page_size=100')).status).toBe(200);
		expect((await service.client.list('?page_size=101')).status).toBe(400);
		await service.start({ listPages: { maxSize: 50, larger: 'refused' } });
		expect((await service.client.list('?page_size=50')).status).toBe(200);
		expect((await service.client.list('?page_size=51')).at('code')).toBe('InvalidParameter');
	});

	it('can answer a large page with fewer, and says so', async () => {
		await service.start({ listPages: { maxSize: 2, larger: 'reduced' } });
		for (let added = 0; added < 5; added += 1) service.simulator.addTask();
		const reply = await service.client.list('?page_size=100&page_no=3');
		expect(reply.body).toMatchObject({ total: 5, total_page: 3, page_no: 3, page_size: 2 });
		expect(reply.at('data')).toHaveLength(1);
	});

	it.each(['start_time=20260301000000&end_time=20260303000000', 'start_time=x', 'page_no=0'])(
		'refuses %s',
		async (query) => {
			const reply = await service.client.list(`?${query}`);
			expect([reply.status, reply.at('code')]).toEqual([400, 'InvalidParameter']);
		},
	);
});
