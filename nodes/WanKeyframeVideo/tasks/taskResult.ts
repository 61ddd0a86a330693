import { optionalNumber, objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import { linkExpiry } from './linkExpiry';
import { optional } from '../util/optional';
import type { Task } from './task';

/** What the node gives for a task with 'Simplify' on; members that the service did not tell are absent. */
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
	/** The length of the video. */
	readonly videoSeconds?: number;
	/** The seconds that `usage` counts. */
	readonly billedSeconds?: number;
	readonly resolution?: string;
	readonly failureCode?: string;
	readonly failureMessage?: string;
	readonly requestId?: string;
	readonly usage?: JsonRecord;
}

/** The task in the node's words, flat and in UTC. */
export function taskResult(task: Task): TaskResult {
	const output = objectOrEmpty(task.answer, 'output');
	const usage = objectOrEmpty(task.answer, 'usage');
	// Newer models count in `duration`, the keyframe-only ones in `video_duration` (documented).
	const billedSeconds =
		optionalNumber(usage, 'duration') ?? optionalNumber(usage, 'video_duration');
	// A number, or for some models a number as text; where it is missing, the picture's own size.
	const tier = optionalNumber(usage, 'SR');
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
		...optional('videoSeconds', optionalNumber(usage, 'output_video_duration') ?? billedSeconds),
		...optional('billedSeconds', billedSeconds),
		...optional('resolution', tier === undefined ? size : `${tier}P`),
		...(task.state === 'failed' && {
			...optional('failureCode', task.code || undefined),
			...optional('failureMessage', task.message || undefined),
		}),
		...optional('requestId', task.requestId),
		...(Object.keys(usage).length > 0 && { usage }),
	};
}
