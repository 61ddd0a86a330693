import { numberOf, recordOf, textOf, type JsonRecord } from '../util/json';
import { linkExpiry } from './linkExpiry';
import { given, type Task } from './task';

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
	const output = recordOf(task.answer, 'output');
	const usage = recordOf(task.answer, 'usage');
	// Newer models count in `duration`, the keyframe-only ones in `video_duration` (documented).
	const billedSeconds = numberOf(usage, 'duration') ?? numberOf(usage, 'video_duration');
	// A number, or for some models a number as text; where it is missing, the picture's own size.
	const tier = numberOf(usage, 'SR');
	const size = textOf(usage, 'size')?.replace('*', 'x');
	return {
		taskId: task.taskId,
		status: task.status,
		finished: task.state !== 'open',
		...(task.state === 'succeeded' && {
			...given('videoUrl', task.videoUrl),
			...given('watermarkVideoUrl', textOf(output, 'watermark_video_url')),
			...given('videoExpiresAt', linkExpiry(task)),
		}),
		...given('prompt', textOf(output, 'orig_prompt')),
		...given('actualPrompt', textOf(output, 'actual_prompt')),
		...given('submittedAt', task.submittedAt),
		...given('startedAt', task.startedAt),
		...given('finishedAt', task.finishedAt),
		...given('videoSeconds', numberOf(usage, 'output_video_duration') ?? billedSeconds),
		...given('billedSeconds', billedSeconds),
		...given('resolution', tier === undefined ? size : `${tier}P`),
		...(task.state === 'failed' && {
			...given('failureCode', task.code || undefined),
			...given('failureMessage', task.message || undefined),
		}),
		...given('requestId', task.requestId),
		...(Object.keys(usage).length > 0 && { usage }),
	};
}
