/** The service's clock is eight hours ahead of UTC and does not say so (documented, section 5). */
const SERVICE_OFFSET_MS = 8 * 3_600_000;

/** ISO 8601 in UTC of milliseconds since 1970; undefined where they are no time. */
export function isoTime(ms: number | undefined): string | undefined {
	const time = new Date(ms ?? NaN);
	return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/**
 * `2025-09-25 11:07:28.590` of the service's clock as ISO 8601 in UTC; undefined where it is no
 * such time.
 */
export function readServiceTime(text: string | undefined): string | undefined {
	if (text === undefined || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(text)) {
		return undefined;
	}
	const serviceMs = Date.parse(`${text.replace(' ', 'T')}Z`);
	// A day that the month does not have would silently become one of the next.
	if (isoTime(serviceMs)?.slice(0, 10) !== text.slice(0, 10)) return undefined;
	return isoTime(serviceMs - SERVICE_OFFSET_MS);
}

/**
 * `YYYYMMDDhhmmss` of the service's clock, as the list's parameters take it (documented, section
 * 5).
 */
export function formatListTime(ms: number): string {
	return new Date(ms + SERVICE_OFFSET_MS).toISOString().replace(/\D/g, '').slice(0, 14);
}
