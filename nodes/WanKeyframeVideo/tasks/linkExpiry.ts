import { isoTime } from '../dashscope/serviceTime';
import { optionalNumber, objectOrEmpty } from '../util/json';
import type { Task } from './task';

/**
 * How long a link of Alibaba's own models is valid, from the end of the task (documented, section
 * 3b).
 */
const ALIBABA_LINK_LIFE_MS = 24 * 3_600_000;

/**
 * When the link to the video expires, in ISO 8601; undefined where neither the link nor its model
 * says.
 */
export function linkExpiry(task: Task & { state: 'succeeded' }): string | undefined {
	if (task.videoUrl === undefined) return undefined;
	// An expiry that is no time must not fail the item: isoTime ignores it.
	const signed = isoTime(signedExpiryMs(task.videoUrl));
	if (signed !== undefined) return signed;
	if (task.finishedAt === undefined || !isAlibabaModel(task)) return undefined;
	return isoTime(Date.parse(task.finishedAt) + ALIBABA_LINK_LIFE_MS);
}

/** OSS signs with `Expires` (Unix seconds), S3 with `X-Amz-Date` and `X-Amz-Expires` (seconds). */
function signedExpiryMs(url: string): number | undefined {
	if (!URL.canParse(url)) return undefined;
	const query = new URL(url).searchParams;
	const expires = Number(query.get('Expires') ?? NaN);
	if (Number.isInteger(expires) && expires > 0) return expires * 1000;
	const signedAt = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
	const lifeSeconds = Number(query.get('X-Amz-Expires') ?? NaN);
	if (signedAt === null || !Number.isFinite(lifeSeconds)) return undefined;
	const [, year, month, day, hour, minute, second] = signedAt;
	return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + lifeSeconds * 1000;
}

/**
 * Other vendors' models report the size of the picture in `usage`, Alibaba's never do (documented
 * samples).
 */
function isAlibabaModel({ answer }: Task): boolean {
	const usage = objectOrEmpty(answer, 'usage');
	return optionalNumber(usage, 'video_count') !== undefined && usage['size'] === undefined;
}
