import { DateTime } from 'luxon';

// The service writes its times without a zone (docs/service-facts.md#5-query-list-cancel).
const ZONE = 'UTC+8';

/** A Unix time in ms as `YYYY-MM-DD HH:mm:ss.SSS` in UTC+8. */
export function serviceTime(atMs: number): string {
	return DateTime.fromMillis(atMs, { zone: ZONE }).toFormat('yyyy-MM-dd HH:mm:ss.SSS');
}

/** A Unix time in ms as `YYYY-MM-DD HH:mm:ss` in UTC+8, as events have it. */
export function serviceSecond(atMs: number): string {
	return DateTime.fromMillis(atMs, { zone: ZONE }).toFormat('yyyy-MM-dd HH:mm:ss');
}

/** The Unix time in ms of a `YYYYMMDDhhmmss` in UTC+8, or undefined when it is none. */
export function parseListTime(text: string): number | undefined {
	const time = DateTime.fromFormat(text, 'yyyyMMddHHmmss', { zone: ZONE });
	return time.isValid ? time.toMillis() : undefined;
}

/** A Unix time in ms as the `YYYYMMDDThhmmssZ` of S3 signatures, in UTC. */
export function amzDate(atMs: number): string {
	return DateTime.fromMillis(atMs, { zone: 'utc' }).toFormat("yyyyMMdd'T'HHmmss'Z'");
}
