/** Answers to a task query, as section 5 of the API facts records them. */
import type { JsonRecord } from '../../nodes/WanKeyframeVideo/util/json.ts';

export const TASK_ID = '0385dc79-5ff8-4d82-bcb6-7f5c1b2c3d4e';
export const REQUEST_ID = 'e5d70b02-ebd3-98ce-9fe8-759d7d7b107d';

const ids = { task_id: TASK_ID };

/** An answer with this output, and with this usage where there is one. */
export function answerOf(output: JsonRecord, usage?: JsonRecord): JsonRecord {
	return {
		request_id: REQUEST_ID,
		output: { ...ids, ...output },
		...(usage !== undefined && { usage }),
	};
}

const SUBMITTED = { submit_time: '2025-09-25 11:07:28.590' };
const STARTED = { ...SUBMITTED, scheduled_time: '2025-09-25 11:07:35.349' };
const ENDED = { ...STARTED, end_time: '2025-09-25 11:17:11.650' };

export const OSS_LINK =
	'https://dashscope-result-sh.oss-cn-shanghai.aliyuncs.com/1d/a.mp4?Expires=1758856631&OSSAccessKeyId=LTAI&Signature=x%2Fy%3D';

export const PENDING = answerOf({ task_status: 'PENDING', ...SUBMITTED });
export const RUNNING = answerOf({ task_status: 'RUNNING', ...STARTED });
export const SUCCEEDED = answerOf(
	{ task_status: 'SUCCEEDED', ...ENDED, orig_prompt: 'a cat', video_url: OSS_LINK },
	{ duration: 15, input_video_duration: 0, output_video_duration: 15, video_count: 1, SR: 720 },
);
export const FAILED = answerOf({
	task_status: 'FAILED',
	code: 'InvalidParameter',
	message: 'Duration should be between 2 and 15',
});
export const CANCELED = answerOf({ task_status: 'CANCELED', ...SUBMITTED });
export const UNKNOWN = answerOf({ task_status: 'UNKNOWN' });

/** A video that is done, with this usage, behind this link. */
export function succeededWith(usage: JsonRecord, link = 'https://host.test/a.mp4'): JsonRecord {
	return answerOf({ task_status: 'SUCCEEDED', ...ENDED, video_url: link }, usage);
}

export const USAGE = {
	wan27: {
		duration: 15,
		input_video_duration: 0,
		output_video_duration: 15,
		video_count: 1,
		SR: 720,
	},
	minimax: {
		SR: '768',
		duration: 5,
		image_count: 0,
		input_seconds: 0,
		output_seconds: 5,
		size: '1344*768',
		total_seconds: 5,
		video_count: 1,
	},
	kf2v: { video_duration: 5, video_count: 1, SR: 480 },
	wanx21: { video_duration: 5, video_ratio: 'standard', video_count: 1 },
	wan30: {
		video_count: 1,
		duration: 5.0,
		input_video_duration: 0.0,
		output_video_duration: 5.0,
		fps: 30,
		SR: 720,
		ratio: '16:9',
	},
	pixverse: {
		duration: 5,
		shot_type: 'single',
		size: '992*944',
		fps: 24,
		video_count: 1,
		audio: false,
		SR: '720',
	},
	videoEdit: { duration: 10.04, input_video_duration: 5.02, output_video_duration: 5.02, SR: 720 },
} satisfies Record<string, JsonRecord>;
