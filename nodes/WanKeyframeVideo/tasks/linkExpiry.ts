import { optionalNumber, objectOrEmpty } from '../util/json';
import type { Task } from './task';

/** How long a link of Alibaba's own models lives, from the end of the task (documented). */
const OWN_LINK_LIFE_MS = 24 * 60 * 60 * 1000;

/** When the link to the video dies, in ISO 8601; undefined where neither the link nor its model tells. */
export function linkExpiry(task: Task & { state: 'succeeded' }): string | undefined {
	const signedMs = task.videoUrl === undefined ? undefined : signedExpiryMs(task.videoUrl);
	const signed = signedMs === undefined ? undefined : isoTime(signedMs);
	if (signed !== undefined) return signed;
	if (task.finishedAt === undefined || !hasOwnUsage(task)) return undefined;
	return isoTime(Date.parse(task.finishedAt) + OWN_LINK_LIFE_MS);
}

/** Undefined for what is no time: a link that says nonsense must not keep a paid video from its user. */
function isoTime(ms: number): string | undefined {
	const time = new Date(ms);
	return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
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

/** Other vendors' models report the picture's size in `usage`, Alibaba's own never do (documented samples). */
function hasOwnUsage({ answer }: Task): boolean {
	const usage = objectOrEmpty(answer, 'usage');
	return optionalNumber(usage, 'video_count') !== undefined && usage['size'] === undefined;
}
