import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../nodes/WanKeyframeVideo/util/json.ts';
import { readTask } from '../../nodes/WanKeyframeVideo/tasks/task.ts';
import { taskResult } from '../../nodes/WanKeyframeVideo/tasks/taskResult.ts';
import * as samples from './samples.mts';
import { answerOf, REQUEST_ID, succeededWith, TASK_ID, USAGE } from './samples.mts';

const resultOf = (answer: JsonRecord) => taskResult(readTask('asked-for', answer));

describe('the result of a task', () => {
	it('that succeeded', () => {
		expect(resultOf(samples.SUCCEEDED)).toEqual({
			taskId: TASK_ID,
			status: 'SUCCEEDED',
			finished: true,
			videoUrl: samples.OSS_LINK,
			videoExpiresAt: '2025-09-26T03:17:11.000Z',
			prompt: 'a cat',
			submittedAt: '2025-09-25T03:07:28.590Z',
			startedAt: '2025-09-25T03:07:35.349Z',
			finishedAt: '2025-09-25T03:17:11.650Z',
			videoSeconds: 15,
			billedSeconds: 15,
			resolution: '720P',
			requestId: REQUEST_ID,
			usage: USAGE.wan27,
		});
	});

	it('that runs has no members for what is not known yet', () => {
		expect(resultOf(samples.PENDING)).toEqual({
			taskId: TASK_ID,
			status: 'PENDING',
			finished: false,
			submittedAt: '2025-09-25T03:07:28.590Z',
			requestId: REQUEST_ID,
		});
	});

	it('that failed has failureCode and failureMessage, and no member called error', () => {
		const result = resultOf(samples.FAILED);
		expect(result).toEqual({
			taskId: TASK_ID,
			status: 'FAILED',
			finished: true,
			failureCode: 'InvalidParameter',
			failureMessage: 'Duration should be between 2 and 15',
			requestId: REQUEST_ID,
		});
		// n8n would run the whole node again.
		expect(result).not.toHaveProperty('error');
	});

	it('that failed without code and message has no empty members', () => {
		expect(resultOf(answerOf({ task_status: 'FAILED' }))).toEqual({
			taskId: TASK_ID,
			status: 'FAILED',
			finished: true,
			requestId: REQUEST_ID,
		});
	});

	it.each([
		['CANCELED', true],
		['UNKNOWN', true],
		['RUNNING', false],
		['SUSPENDED', false],
	])('that is %s', (status, finished) => {
		expect(resultOf(answerOf({ task_status: status }))).toEqual({
			taskId: TASK_ID,
			status,
			finished,
			requestId: REQUEST_ID,
		});
	});

	it('has the prompt as it was sent, and as the service rewrote it', () => {
		const output = {
			task_status: 'SUCCEEDED',
			orig_prompt: 'a cat',
			actual_prompt: 'A black cat…',
		};
		expect(resultOf(answerOf(output))).toMatchObject({
			prompt: 'a cat',
			actualPrompt: 'A black cat…',
		});
	});

	it('has the link to a marked copy where there is one, and to a finished video only', () => {
		const marked = 'https://host.test/marked.mp4';
		const output = { watermark_video_url: marked, video_url: 'https://host.test/a.mp4' };
		expect(resultOf(answerOf({ ...output, task_status: 'SUCCEEDED' }))).toMatchObject({
			videoUrl: 'https://host.test/a.mp4',
			watermarkVideoUrl: marked,
		});
		const running = resultOf(answerOf({ ...output, task_status: 'RUNNING' }));
		expect(running).not.toHaveProperty('videoUrl');
		expect(running).not.toHaveProperty('watermarkVideoUrl');
	});
});

describe('the usage', () => {
	it.each<[keyof typeof USAGE, JsonRecord]>([
		['wan27', { videoSeconds: 15, billedSeconds: 15, resolution: '720P' }],
		['kf2v', { videoSeconds: 5, billedSeconds: 5, resolution: '480P' }],
		['wanx21', { videoSeconds: 5, billedSeconds: 5 }],
		['wan30', { videoSeconds: 5, billedSeconds: 5, resolution: '720P' }],
		['minimax', { videoSeconds: 5, billedSeconds: 5, resolution: '768P' }],
		['pixverse', { videoSeconds: 5, billedSeconds: 5, resolution: '720P' }],
		['videoEdit', { videoSeconds: 5.02, billedSeconds: 10.04, resolution: '720P' }],
	])('like that of %s has its seconds and its resolution', (model, expected) => {
		const { videoSeconds, billedSeconds, resolution, usage } = resultOf(
			succeededWith(USAGE[model]),
		);
		expect({ videoSeconds, billedSeconds, resolution }).toEqual({
			resolution: undefined,
			...expected,
		});
		expect(usage).toEqual(USAGE[model]);
	});

	it('without usable values adds no members', () => {
		const usage = { duration: 'long', SR: null, output_video_duration: '' };
		const result = resultOf(succeededWith(usage));
		for (const name of ['videoSeconds', 'billedSeconds', 'resolution']) {
			expect(result).not.toHaveProperty(name);
		}
	});

	it.each([{}, null, [], 'none'])('that is %j is left out', (usage) => {
		const answer = { ...answerOf({ task_status: 'SUCCEEDED' }), usage };
		expect(resultOf(answer)).not.toHaveProperty('usage');
	});
});
