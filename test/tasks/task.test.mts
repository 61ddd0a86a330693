import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readServiceTime } from '../../nodes/WanKeyframeVideo/dashscope/serviceTime.ts';
import { readTask } from '../../nodes/WanKeyframeVideo/tasks/task.ts';
import * as samples from './samples.mts';
import { answerOf, REQUEST_ID, TASK_ID } from './samples.mts';

const read = (answer: Parameters<typeof readTask>[1]) => readTask('asked-for', answer);

const facts = (answer: Parameters<typeof readTask>[1]) => ({
	taskId: TASK_ID,
	requestId: REQUEST_ID,
	answer,
});

const SUBMITTED_AT = '2025-09-25T03:07:28.590Z';
const STARTED_AT = '2025-09-25T03:07:35.349Z';
const FINISHED_AT = '2025-09-25T03:17:11.650Z';

describe('a task', () => {
	it('that waits in the queue is active', () => {
		expect(read(samples.PENDING)).toEqual({
			...facts(samples.PENDING),
			state: 'active',
			status: 'PENDING',
			submittedAt: SUBMITTED_AT,
		});
	});

	it('that runs is active', () => {
		expect(read(samples.RUNNING)).toEqual({
			...facts(samples.RUNNING),
			state: 'active',
			status: 'RUNNING',
			submittedAt: SUBMITTED_AT,
			startedAt: STARTED_AT,
		});
	});

	it('that succeeded has its link', () => {
		expect(read(samples.SUCCEEDED)).toEqual({
			...facts(samples.SUCCEEDED),
			state: 'succeeded',
			status: 'SUCCEEDED',
			submittedAt: SUBMITTED_AT,
			startedAt: STARTED_AT,
			finishedAt: FINISHED_AT,
			videoUrl: samples.OSS_LINK,
		});
	});

	it.each([{}, { video_url: '' }, { video_url: null }, { video_url: 7 }])(
		'that succeeded may have no link: %j',
		(output) => {
			const task = read(answerOf({ task_status: 'SUCCEEDED', ...output }));
			expect(task.state).toBe('succeeded');
			expect(task).not.toHaveProperty('videoUrl');
		},
	);

	it('that failed has its code and message', () => {
		expect(read(samples.FAILED)).toEqual({
			...facts(samples.FAILED),
			state: 'failed',
			status: 'FAILED',
			code: 'InvalidParameter',
			message: 'Duration should be between 2 and 15',
		});
	});

	it('that failed may have neither', () => {
		expect(read(answerOf({ task_status: 'FAILED' }))).toMatchObject({
			state: 'failed',
			code: '',
			message: '',
		});
	});

	it('that was canceled is understood with one L and with two', () => {
		expect(read(samples.CANCELED)).toMatchObject({ state: 'canceled', status: 'CANCELED' });
		expect(read(answerOf({ task_status: 'CANCELLED' }))).toMatchObject({
			state: 'canceled',
			status: 'CANCELED',
		});
	});

	it('that the service does not know is unknown', () => {
		expect(read(samples.UNKNOWN)).toEqual({
			...facts(samples.UNKNOWN),
			state: 'unknown',
			status: 'UNKNOWN',
		});
	});

	it.each(['succeeded', 'Failed', 'unknown'])(
		'whose status is written %s is understood',
		(status) => {
			const state = status.toLowerCase();
			expect(read(answerOf({ task_status: status }))).toMatchObject({ state });
		},
	);

	it.each(['SUSPENDED', 'QUEUEING', 'toString'])(
		'with the undocumented status %s counts as active',
		(status) => {
			expect(read(answerOf({ task_status: status }))).toMatchObject({
				state: 'active',
				status: status.toUpperCase(),
			});
		},
	);

	it.each([{}, { output: null }, { output: [] }, { output: 'SUCCEEDED' }, { output: {} }])(
		'without an output counts as still open, under the ID that was asked for: %j',
		(answer) => {
			expect(read(answer)).toEqual({ taskId: 'asked-for', status: '', state: 'active', answer });
		},
	);

	it('can be read from any JSON object', () => {
		const anyOutput = fc.dictionary(
			fc.constantFrom('task_id', 'task_status', 'submit_time', 'end_time', 'video_url', 'code'),
			fc.oneof(fc.constantFrom('SUCCEEDED', 'FAILED', 'UNKNOWN'), fc.jsonValue()),
		);
		fc.assert(
			fc.property(fc.oneof(anyOutput, fc.jsonValue()), (output) => {
				const task = read({ output });
				expect(task.taskId).not.toBe('');
				expect(task.answer).toEqual({ output });
			}),
		);
	});
});

describe("a time of the service's clock", () => {
	it.each([
		['2025-09-25 11:07:28.590', '2025-09-25T03:07:28.590Z'],
		['2025-09-25 11:07:28', '2025-09-25T03:07:28.000Z'],
		['2025-09-25 07:59:59.999', '2025-09-24T23:59:59.999Z'],
		['2026-01-01 00:00:00.000', '2025-12-31T16:00:00.000Z'],
		['2024-02-29 12:00:00.5', '2024-02-29T04:00:00.500Z'],
	])('%s is %s', (text, iso) => {
		expect(readServiceTime(text)).toBe(iso);
	});

	it.each([
		undefined,
		'',
		'2025-09-25',
		'2025-09-25T11:07:28.590',
		'2025-09-25 11:07:28.590Z',
		'2025-09-25 11:07:28+08:00',
		'2025-13-01 00:00:00',
		'2025-09-25 25:00:00',
		'2025-09-25 11:61:00',
		'2025-00-10 11:00:00',
		'1758769648590',
		' 2025-09-25 11:07:28',
		'today',
	])('%s is none', (text) => {
		expect(readServiceTime(text)).toBeUndefined();
	});

	it('a day that the month does not have is none', () => {
		expect(readServiceTime('2025-02-30 12:00:00')).toBeUndefined();
	});

	it('that is malformed is left out of the task', () => {
		const task = read(answerOf({ task_status: 'RUNNING', submit_time: 'soon', end_time: 5 }));
		expect(task).not.toHaveProperty('submittedAt');
		expect(task).not.toHaveProperty('finishedAt');
	});

	it('is read back, for any moment, whatever zone this machine is in', () => {
		const moments = fc.date({
			min: new Date('2020-01-01T00:00:00Z'),
			max: new Date('2100-01-01T00:00:00Z'),
			noInvalidDate: true,
		});
		fc.assert(
			fc.property(moments, (moment) => {
				const inChina = new Date(moment.getTime() + 8 * 3_600_000).toISOString();
				const text = inChina.replace('T', ' ').replace('Z', '');
				expect(readServiceTime(text)).toBe(moment.toISOString());
			}),
		);
	});
});
