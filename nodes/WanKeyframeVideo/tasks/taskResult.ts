import { optionalNumber, objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';
import { linkExpiry } from './linkExpiry';
import type { Task } from './task';

/** What the node returns for a task with 'Simplify' on; without what the service did not report. */
export interface TaskResult {
	readonly taskId: string;
	readonly status: string;
	readonly finished: boolean;
	readonly videoUrl?: string;
	readonly watermarkVideoUrl?: string;
	readonly videoExpiresAt?: string;
	readonly prompt?: string;
	readonly actualPrompt?: string;
	readonly submittedAt?: string;
	readonly startedAt?: string;
	readonly finishedAt?: string;
	/** The length of the video, in seconds. */
	readonly videoSeconds?: number;
	/** The seconds that `usage` counts. */
	readonly billedSeconds?: number;
	readonly resolution?: string;
	readonly failureCode?: string;
	readonly failureMessage?: string;
	readonly requestId?: string;
	readonly usage?: JsonRecord;
}

/** The task as a flat object in the node's words, times in UTC. */
export function taskResult(task: Task): TaskResult {
	const output = objectOrEmpty(task.answer, 'output');
	const usage = objectOrEmpty(task.answer, 'usage');
	// What is billed stands in `total_seconds` (one vendor), `duration` (most models) or `video_duration`
	// (the keyframe-only ones); the length of the video may stand beside it (documented, sections 3, 5).
	const billedSeconds =
		optionalNumber(usage, 'total_seconds') ??
		optionalNumber(usage, 'duration') ??
		optionalNumber(usage, 'video_duration');
	const videoSeconds =
		optionalNumber(usage, 'output_video_duration') ??
		optionalNumber(usage, 'output_seconds') ??
		billedSeconds;
	// The short side, a number or a number as text; where it is missing, the size of the picture.
	const shortSide = optionalNumber(usage, 'SR');
	const size = optionalText(usage, 'size')?.replace('*', 'x');
	return {
		taskId: task.taskId,
		status: task.status,
		finished: task.state !== 'active',
		...(task.state === 'succeeded' && {
			...optional('videoUrl', task.videoUrl),
			...optional('watermarkVideoUrl', optionalText(output, 'watermark_video_url')),
			...optional('videoExpiresAt', linkExpiry(task)),
		}),
		...optional('prompt', optionalText(output, 'orig_prompt')),
		...optional('actualPrompt', optionalText(output, 'actual_prompt')),
		...optional('submittedAt', task.submittedAt),
		...optional('startedAt', task.startedAt),
		...optional('finishedAt', task.finishedAt),
		...optional('videoSeconds', videoSeconds),
		...optional('billedSeconds', billedSeconds),
		...optional('resolution', shortSide === undefined ? size : `${shortSide}P`),
		...(task.state === 'failed' && {
			...optional('failureCode', task.code || undefined),
			...optional('failureMessage', task.message || undefined),
		}),
		...optional('requestId', task.requestId),
		...(Object.keys(usage).length > 0 && { usage }),
	};
}

/** The sum of seconds, which may be fractions of two digits. */
export const sumOfSeconds = (seconds: readonly number[]): number =>
	Number(seconds.reduce((sum, one) => sum + one, 0).toFixed(2));
