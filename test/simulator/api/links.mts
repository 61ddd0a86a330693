import { createHmac } from 'node:crypto';

import { amzDate } from '../clock.mts';
import type { JsonObject } from '../json.mts';
import { storeRefusal, type StoreRefusal } from './storeRefusals.mts';
import type { SimulatedTask } from '../tasks/tasks.mts';

const ACCESS_KEY_ID = 'LTAI5tSimulatorResults';
const SECRET = 'simulator';
const RESULT_FILE = 'result.mp4';
/** The name of the second file that some models make. */
export const WATERMARK_FILE = 'watermark.mp4';

/** Where a task's video is: members of `output`. */
export interface ResultLinks {
	video_url: string;
	watermark_video_url?: string;
}

/** The links of a finished task under a simulator's address. */
export function resultLinks(task: SimulatedTask, baseUrl: string): ResultLinks {
	const folder = `${baseUrl}/results/${task.id}`;
	const query = new URLSearchParams(signedQuery(task)).toString();
	const suffix = query === '' ? '' : `?${query}`;
	return {
		video_url: `${folder}/${RESULT_FILE}${suffix}`,
		...(hasWatermarkFile(task) && { watermark_video_url: `${folder}/${WATERMARK_FILE}${suffix}` }),
	};
}

/** The names of a finished task's files. */
export function resultFiles(task: SimulatedTask): string[] {
	return hasWatermarkFile(task) ? [RESULT_FILE, WATERMARK_FILE] : [RESULT_FILE];
}

function hasWatermarkFile({ model, video }: SimulatedTask): boolean {
	return model.link.watermarkFile === true && video.switches.watermark === true;
}

/** Why the store refuses the video for this query at this moment, or undefined. */
export function checkDownload(
	task: SimulatedTask,
	query: JsonObject,
	nowMs: number,
): StoreRefusal | undefined {
	const expected = Object.entries(signedQuery(task));
	if (expected.some(([name, value]) => query[name] !== value)) {
		return storeRefusal('SignatureDoesNotMatch');
	}
	return nowMs >= expiresAtMs(task) ? storeRefusal('AccessDenied') : undefined;
}

function expiresAtMs(task: SimulatedTask): number {
	const { signature, lifeMs } = task.model.link;
	const expires = task.endsAtMs + lifeMs;
	// A signed link is good to a whole second.
	return signature === 'none' ? expires : Math.floor(expires / 1000) * 1000;
}

function signedQuery(task: SimulatedTask): Record<string, string> {
	const { signature, lifeMs } = task.model.link;
	const digest = createHmac('sha1', SECRET).update(task.id).digest('base64');
	switch (signature) {
		case 'oss':
			return {
				Expires: String(expiresAtMs(task) / 1000),
				OSSAccessKeyId: ACCESS_KEY_ID,
				Signature: digest,
			};
		case 'amz':
			return {
				'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
				'X-Amz-Credential': `${ACCESS_KEY_ID}/s3/aws4_request`,
				'X-Amz-Date': amzDate(task.endsAtMs),
				'X-Amz-Expires': String(lifeMs / 1000),
				'X-Amz-SignedHeaders': 'host',
				'X-Amz-Signature': digest,
			};
		case 'none':
			return {};
	}
}
