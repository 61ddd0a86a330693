import type { ItemResult } from './itemError';

/** The item of a task whose video is being downloaded, or has been and waits for a poll. */
export interface TriggerDownload {
	readonly startedMs: number;
	/** Polls that found it failed. */
	failures: number;
	item: Promise<ItemResult> | undefined;
}

/**
 * Downloads of the triggers of a process, by trigger and task. They outlive the poll that started
 * them, since n8n gives up polls that take long.
 */
export type TriggerDownloads = Map<string, TriggerDownload>;

export const createTriggerDownloads = (): TriggerDownloads => new Map();

/** What no poll has asked for in this time belongs to a trigger that is no longer active. */
const MAX_AGE_MS = 3_600_000;

/** Drops what nobody will ask for any more; `nowMs` on the monotonic clock, as `startedMs`. */
export function dropOldDownloads(downloads: TriggerDownloads, nowMs: number): void {
	for (const [key, { startedMs }] of downloads) {
		if (nowMs - startedMs > MAX_AGE_MS) downloads.delete(key);
	}
}
