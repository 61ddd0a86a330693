import { createHmac } from 'node:crypto';

import { amzDate } from './clock.mts';
import type { FamilyName } from './models.mts';
import type { SimulatedTask } from './tasks.mts';

const DAY_MS = 24 * 60 * 60 * 1000;
// Measured: the link's Expires was 9 s before end_time + 24 h (document, section 5).
const OSS_LINK_MS = DAY_MS - 9_000;
const KLING_LINK_MS = 30 * DAY_MS;
const ACCESS_KEY_ID = 'LTAI5tSimulatorResults';
const SECRET = 'simulator';

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

type Signature = 'oss' | 'amz' | 'none';

const SIGNATURES: Readonly<Record<FamilyName, { signature: Signature; lifeMs: number }>> = {
	'wan2.7': { signature: 'oss', lifeMs: OSS_LINK_MS },
	'wan2.6': { signature: 'oss', lifeMs: OSS_LINK_MS },
	'wan2.2': { signature: 'oss', lifeMs: OSS_LINK_MS },
	'wan2.1': { signature: 'oss', lifeMs: OSS_LINK_MS },
	'wan3.0': { signature: 'oss', lifeMs: OSS_LINK_MS },
	pixverse: { signature: 'none', lifeMs: Infinity },
	kling: { signature: 'none', lifeMs: KLING_LINK_MS },
	vidu: { signature: 'amz', lifeMs: DAY_MS },
};

/** The links of a finished task under a simulator's address (document, sections 3b and 5). */
export function resultLinks(task: SimulatedTask, baseUrl: string): ResultLinks {
	const folder = `${baseUrl}/results/${task.id}`;
	const query = new URLSearchParams(signedQuery(task)).toString();
	const suffix = query === '' ? '' : `?${query}`;
	return {
		video_url: `${folder}/result.mp4${suffix}`,
		...(task.model.family === 'kling' && { watermark_video_url: `${folder}/watermark.mp4` }),
	};
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
	const { signature, lifeMs } = SIGNATURES[task.model.family];
	const expires = task.endsAtMs + lifeMs;
	// A signed link is good to a whole second.
	return signature === 'none' ? expires : Math.floor(expires / 1000) * 1000;
}

function signedQuery(task: SimulatedTask): Record<string, string> {
	const { signature, lifeMs } = SIGNATURES[task.model.family];
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
