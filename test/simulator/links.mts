import { createHmac } from 'node:crypto';

import { amzDate } from './clock.mts';
import type { SimulatedTask } from './tasks.mts';

const DAY_MS = 24 * 60 * 60 * 1000;
const ACCESS_KEY_ID = 'LTAI5tSimulatorResults';
const SECRET = 'simulator';
const RESULT_FILE = 'result.mp4';
const WATERMARK_FILE = 'watermark.mp4';

/** How the links to a model's videos are signed, and how long they live after the task's end. */
export interface LinkRules {
	signature: 'oss' | 'amz' | 'none';
	lifeMs: number;
	/** A watermark goes into a second file instead of the video. */
	watermarkFile?: true;
}

/** Measured: the link's `Expires` was 9 s before `end_time` + 24 h (API facts, section 5). */
export const WAN_LINK: LinkRules = { signature: 'oss', lifeMs: DAY_MS - 9_000 };
/** The page says 30 days, and the link has an `Expires`. */
export const MINIMAX_LINK: LinkRules = { signature: 'oss', lifeMs: 30 * DAY_MS };
export const KLING_LINK: LinkRules = {
	signature: 'none',
	lifeMs: 30 * DAY_MS,
	watermarkFile: true,
};
export const VIDU_LINK: LinkRules = { signature: 'amz', lifeMs: DAY_MS };
/** PixVerse. */
export const UNSIGNED_LINK: LinkRules = { signature: 'none', lifeMs: Infinity };

/** Where a task's video is: members of `output`. */
export interface ResultLinks {
	video_url: string;
	watermark_video_url?: string;
}

/** Why a download is refused, as an object store says it. */
export interface StoreRefusal {
	status: number;
	code: string;
	message: string;
}

/** The links of a finished task under a simulator's address (API facts, sections 3b and 5). */
export function resultLinks(task: SimulatedTask, baseUrl: string): ResultLinks {
	const folder = `${baseUrl}/results/${task.id}`;
	const query = new URLSearchParams(signedQuery(task)).toString();
	const suffix = query === '' ? '' : `?${query}`;
	return {
		video_url: `${folder}/${RESULT_FILE}${suffix}`,
		...(hasWatermarkFile(task) && { watermark_video_url: `${folder}/${WATERMARK_FILE}${suffix}` }),
	};
}

function hasWatermarkFile({ model, video }: SimulatedTask): boolean {
	return model.link.watermarkFile === true && video.switches.watermark === true;
}

/** Why the store does not give the video for this query at this moment, or undefined. */
export function judgeDownload(
	task: SimulatedTask,
	query: Readonly<Record<string, unknown>>,
	nowMs: number,
): StoreRefusal | undefined {
	const expected = Object.entries(signedQuery(task));
	if (expected.some(([name, value]) => query[name] !== value)) {
		return {
			status: 403,
			code: 'SignatureDoesNotMatch',
			message: 'The request signature we calculated does not match the signature you provided.',
		};
	}
	if (nowMs >= expiresAtMs(task)) {
		return { status: 403, code: 'AccessDenied', message: 'Request has expired.' };
	}
	return undefined;
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
