import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { startSimulator, type Simulator } from '../index.mts';
import { TestClient } from '../testClient.mts';

// 2026-03-04 10:00:00 UTC is 18:00:00 in UTC+8.
const NOW_MS = Date.UTC(2026, 2, 4, 10, 0, 0);

let simulator: Simulator;

beforeEach(async () => {
	vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
	simulator = await startSimulator();
});

afterEach(async () => {
	await simulator.close();
	vi.useRealTimers();
});

it('an event about an ended task has the documented members', () => {
	const taskId = simulator.addTask({
		model: 'wan2.2-kf2v-flash',
		submittedAtMs: NOW_MS - 60_000,
		startedAtMs: NOW_MS - 59_000,
		endedAtMs: NOW_MS - 5_000,
	});
	expect(simulator.finishedEvent(taskId)).toEqual({
		datacontenttype: 'application/json;charset=utf-8',
		aliyunaccountid: expect.any(String),
		aliyunpublishtime: '2026-03-04T10:00:00.000Z',
		data: {
			start_time: '2026-03-04 17:59:01',
			user_api_unique_key: 'apikey:v1:aigc:image2video:video-synthesis:wan2.2-kf2v-flash',
			task_status: 'SUCCEEDED',
			contain_result: false,
			end_time: '2026-03-04 17:59:55',
			task_id: taskId,
			region: 'cn-beijing',
			request_id: expect.any(String),
			api_key_id: expect.any(String),
		},
		aliyunoriginalaccountid: expect.any(String),
		specversion: '1.0',
		aliyuneventbusname: 'default',
		id: expect.any(String),
		source: 'acs.dashscope',
		time: '2026-03-04T10:00:00.000Z',
		aliyunregionid: 'cn-beijing',
		type: 'dashscope:System:AsyncTaskFinish',
	});
});

it('an event can contain the whole answer of the query', async () => {
	const taskId = simulator.addTask({ status: 'FAILED', failure: { code: 'X', message: 'y' } });
	const answer = await new TestClient(simulator).query(taskId);
	expect(simulator.finishedEvent(taskId, { withResult: true })).toMatchObject({
		data: {
			task_status: 'FAILED',
			contain_result: true,
			output_result: { ...answer.body, request_id: expect.any(String) },
		},
	});
});

it.each(['PENDING', 'RUNNING'] as const)('there is no event about a task that is %s', (status) => {
	const taskId = simulator.addTask({ status });
	expect(() => simulator.finishedEvent(taskId)).toThrow(taskId);
});

it('two events about one task differ in their id only', () => {
	const taskId = simulator.addTask();
	const [one, other] = [simulator.finishedEvent(taskId), simulator.finishedEvent(taskId)];
	expect(one.id).not.toBe(other.id);
	expect({ ...one, id: '' }).toEqual({ ...other, id: '' });
});
