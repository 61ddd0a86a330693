import { describe, expect, it, vi } from 'vitest';

import { NOON_MS, HOUR_MS, WAN27, useServiceWithClock } from '../testing/serviceUnderTest.mts';
import { bodyFor } from '../testClient.mts';

const service = useServiceWithClock();

describe('a task', () => {
	it('is PENDING, RUNNING and SUCCEEDED with the members of each state', async () => {
		await service.start({ times: { pendingMs: 6759, runningMs: 47_000 } });
		const parameters = { duration: 15, resolution: '720P' };
		const id = await service.client.createTask(bodyFor(WAN27, service.frames, { parameters }));
		const output = { task_id: id, submit_time: '2026-03-04 18:00:00.000' };

		expect((await service.client.query(id)).body).toEqual({
			request_id: expect.any(String),
			output: { ...output, task_status: 'PENDING' },
		});
		service.pass(6759);
		const started = { ...output, scheduled_time: '2026-03-04 18:00:06.759' };
		expect((await service.client.query(id)).body).toEqual({
			request_id: expect.any(String),
			output: { ...started, task_status: 'RUNNING' },
		});
		service.pass(47_000);
		const done = await service.client.query(id);
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

	it('runs as long as those of its family, divided by the speed', async () => {
		await service.start({ speed: 10 });
		const id = await service.client.createTask(bodyFor(WAN27, service.frames));
		const task = service.simulator.tasks.get(id);
		expect(task?.startsAtMs).toBe(NOON_MS + 300);
		expect(task?.endsAtMs).toBe(NOON_MS + 300 + 4700);
	});

	it('runs as long as a function of the test returns', async () => {
		await service.start({ times: ({ model }) => ({ pendingMs: 0, runningMs: model.id.length }) });
		const id = await service.client.createTask(bodyFor(WAN27, service.frames));
		expect(service.simulator.tasks.get(id)?.endsAtMs).toBe(NOON_MS + WAN27.length);
	});

	it('ends in virtual time as well', async () => {
		vi.useFakeTimers({
			toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'setImmediate'],
			now: NOON_MS,
		});
		const id = await service.client.createTask(bodyFor(WAN27, service.frames));
		await vi.advanceTimersByTimeAsync(60_000);
		const done = await service.client.query(id);
		expect(done.at('output.task_status')).toBe('SUCCEEDED');
		const video = await fetch(String(done.at('output.video_url')));
		expect((await video.arrayBuffer()).byteLength).toBeGreaterThan(1000);
	});

	it('has the times of a service whose clock is ahead', async () => {
		await service.start({ clockAheadMs: 5 * 60_000, times: { pendingMs: 0, runningMs: 1_000 } });
		const id = await service.client.createTask(bodyFor(WAN27, service.frames));
		const output = (await service.client.query(id)).at('output');
		expect(output).toMatchObject({ submit_time: '2026-03-04 18:05:00.000' });
		expect((await service.client.list()).at('data.0.gmt_create')).toBe(NOON_MS + 5 * 60_000);
		service.pass(1_000);
		const done = await service.client.query(id);
		expect(done.at('output.task_status')).toBe('SUCCEEDED');
		expect((await fetch(String(done.at('output.video_url')))).status).toBe(200);
	});

	it('is UNKNOWN if it never existed, and after 24 hours', async () => {
		const unknown = { task_id: 'none', task_status: 'UNKNOWN' };
		expect((await service.client.query('none')).body).toEqual({
			request_id: expect.any(String),
			output: unknown,
		});
		const id = service.simulator.addTask({ submittedAtMs: NOON_MS - 24 * HOUR_MS });
		expect(await service.status(id)).toBe('SUCCEEDED');
		service.pass(1);
		expect((await service.client.query(id)).at('output')).toEqual({ ...unknown, task_id: id });
	});

	it.each(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const)(
		'can be put into the store as %s',
		async (state) => {
			const id = service.simulator.addTask({ status: state, model: 'other/model' });
			expect(await service.status(id)).toBe(state);
		},
	);

	it('is hidden from other keys, and a GET must not be asynchronous', async () => {
		const id = service.simulator.addTask();
		for (const path of [`/api/v1/tasks/${id}`, '/api/v1/tasks/', '/api/v1/models']) {
			const headers = { authorization: 'Bearer sk-other' };
			const refused = await service.client.call('GET', path, { headers });
			expect([refused.status, refused.at('code')]).toEqual([401, 'InvalidApiKey']);
		}
		for (const path of [`/api/v1/tasks/${id}`, '/api/v1/tasks/']) {
			const headers = { 'x-dashscope-async': 'enable' };
			const refused = await service.client.call('GET', path, { headers });
			expect([refused.status, refused.at('message')]).toEqual([
				403,
				'Current user api does not support asynchronous calls.',
			]);
		}
	});
});

describe('cancel', () => {
	it('works while the task is PENDING and only then', async () => {
		const id = await service.client.createTask(bodyFor(WAN27, service.frames));
		const canceled = await service.client.cancel(id);
		expect([canceled.status, canceled.body]).toEqual([200, { request_id: expect.any(String) }]);
		expect(await service.status(id)).toBe('CANCELED');
		service.pass(HOUR_MS);
		expect(await service.status(id)).toBe('CANCELED');

		for (const state of ['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const) {
			const refused = await service.client.cancel(service.simulator.addTask({ status: state }));
			expect([refused.status, refused.at('code')]).toEqual([400, 'UnsupportedOperation']);
			expect(refused.at('message')).toBe(
				'Failed to cancel the task, please confirm if the task is in PENDING status.',
			);
		}
		expect((await service.client.cancel('none')).status).toBe(400);
	});
});
