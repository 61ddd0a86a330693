import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../nodes/WanKeyframeVideo/util/json.ts';
import { linkExpiry } from '../../nodes/WanKeyframeVideo/tasks/linkExpiry.ts';
import { readTask } from '../../nodes/WanKeyframeVideo/tasks/task.ts';
import { answerOf, OSS_LINK, succeededWith, USAGE } from './samples.mts';

function expiryOf(answer: JsonRecord): string | undefined {
	const task = readTask('id', answer);
	if (task.state !== 'succeeded') throw new Error('only a finished video has a link');
	return linkExpiry(task);
}

const BARE = 'https://media.pixverseai.cn/a.mp4';
const S3_LINK =
	'https://prod.s3.cn-northwest-1.amazonaws.com.cn/a.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20251105T063012Z&X-Amz-Expires=86400&X-Amz-Signature=abc';

/** 24 hours after the end of the recorded task. */
const DAY_AFTER_END = '2025-09-26T03:17:11.650Z';

describe('a link expires', () => {
	it("at its own 'Expires'", () => {
		expect(expiryOf(succeededWith(USAGE.wan27, OSS_LINK))).toBe('2025-09-26T03:17:11.000Z');
		expect(expiryOf(succeededWith(USAGE.pixverse, OSS_LINK))).toBe('2025-09-26T03:17:11.000Z');
	});

	it("at 'X-Amz-Expires' after 'X-Amz-Date'", () => {
		expect(expiryOf(succeededWith(USAGE.pixverse, S3_LINK))).toBe('2025-11-06T06:30:12.000Z');
	});

	it.each(['wan27', 'kf2v', 'wanx21', 'wan30'] as const)(
		'24 hours after the end of its task for usage like that of %s, where the link does not say',
		(model) => {
			expect(expiryOf(succeededWith(USAGE[model], BARE))).toBe(DAY_AFTER_END);
		},
	);

	it('24 hours after the end of its task where the link cannot be read', () => {
		for (const link of [
			'not a link',
			`${BARE}?Expires=soon`,
			`${BARE}?Expires=-1`,
			`${BARE}?Expires=`,
		]) {
			expect(expiryOf(succeededWith(USAGE.kf2v, link)), link).toBe(DAY_AFTER_END);
		}
		const half = `${BARE}?X-Amz-Date=20251105T063012Z`;
		expect(expiryOf(succeededWith(USAGE.kf2v, half))).toBe(DAY_AFTER_END);
		const other = `${BARE}?X-Amz-Date=2025-11-05&X-Amz-Expires=60`;
		expect(expiryOf(succeededWith(USAGE.kf2v, other))).toBe(DAY_AFTER_END);
	});
});

describe('a link has no known expiry', () => {
	it("where it is another vendor's and does not say", () => {
		expect(expiryOf(succeededWith(USAGE.pixverse, BARE))).toBeUndefined();
		expect(expiryOf(succeededWith(USAGE.pixverse, 'not a link'))).toBeUndefined();
	});

	it('where the answer has neither an end nor usage', () => {
		const output = { task_status: 'SUCCEEDED', video_url: BARE };
		expect(expiryOf(answerOf(output, USAGE.wan27))).toBeUndefined();
		const ended = { ...output, end_time: '2025-09-25 11:17:11.650' };
		expect(expiryOf(answerOf(ended))).toBeUndefined();
		expect(expiryOf(answerOf(ended, USAGE.wan27))).toBe(DAY_AFTER_END);
	});
});

describe('a signature that is invalid', () => {
	it.each([
		'Expires=1e300',
		'Expires=99999999999999999999',
		'X-Amz-Date=20251399T063012Z&X-Amz-Expires=86400',
		'X-Amz-Date=20251105T063012Z&X-Amz-Expires=1e300',
	])('%s keeps nobody from the video', (query) => {
		expect(expiryOf(succeededWith(USAGE.kf2v, `${BARE}?${query}`))).toBe(DAY_AFTER_END);
	});

	it('of plain text keeps nobody from the video', () => {
		const word = fc.stringMatching(/^[a-zA-Z:+. -]{0,12}$/);
		fc.assert(
			fc.property(word, word, word, (expires, date, life) => {
				const query = new URLSearchParams({
					Expires: expires,
					'X-Amz-Date': date,
					'X-Amz-Expires': life,
				});
				expect(expiryOf(succeededWith(USAGE.kf2v, `${BARE}?${query}`))).toBe(DAY_AFTER_END);
			}),
		);
	});
});
