import { objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';

/** What all tasks tell, whatever became of them. Times are in ISO 8601, UTC. */
interface TaskFacts {
	readonly taskId: string;
	/** The API's own word. */
	readonly status: string;
	readonly requestId?: string;
	readonly submittedAt?: string;
	readonly startedAt?: string;
	readonly finishedAt?: string;
	/** The answer untouched. */
	readonly answer: JsonRecord;
}

export type Task = TaskFacts &
	(
		| { readonly state: 'active' }
		| { readonly state: 'succeeded'; readonly videoUrl?: string }
		| { readonly state: 'failed'; readonly code: string; readonly message: string }
		| { readonly state: 'canceled' }
		/** No such task, or older than 24 hours (documented). */
		| { readonly state: 'unknown' }
	);

/** Reads the answer to a task query. A status that is not documented counts as still open. */
export function readTask(taskId: string, answer: JsonRecord): Task {
	const output = objectOrEmpty(answer, 'output');
	const facts = {
		taskId: optionalText(output, 'task_id') ?? taskId,
		status: optionalText(output, 'task_status') ?? '',
		answer,
		...optional('requestId', optionalText(answer, 'request_id')),
		...optional('submittedAt', readTime(optionalText(output, 'submit_time'))),
		...optional('startedAt', readTime(optionalText(output, 'scheduled_time'))),
		...optional('finishedAt', readTime(optionalText(output, 'end_time'))),
	};
	switch (facts.status) {
		case 'SUCCEEDED':
			return {
				...facts,
				state: 'succeeded',
				...optional('videoUrl', optionalText(output, 'video_url')),
			};
		case 'FAILED':
			return {
				...facts,
				state: 'failed',
				code: optionalText(output, 'code') ?? '',
				message: optionalText(output, 'message') ?? '',
			};
		case 'CANCELED':
			return { ...facts, state: 'canceled' };
		case 'UNKNOWN':
			return { ...facts, state: 'unknown' };
		default:
			return { ...facts, state: 'active' };
	}
}

/** The service's clock is eight hours ahead of UTC and does not say so (documented). */
const SERVICE_OFFSET = '+08:00';
const SERVICE_OFFSET_MS = 8 * 60 * 60 * 1000;

/** `2025-09-25 11:07:28.590` in UTC+8 as ISO 8601 in UTC; undefined where it is no such time. */
export function readTime(text: string | undefined): string | undefined {
	if (text === undefined || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(text))
		return undefined;
	const time = new Date(text.replace(' ', 'T') + SERVICE_OFFSET);
	if (Number.isNaN(time.getTime())) return undefined;
	// A day that the month does not have would silently become one of the next.
	const back = new Date(time.getTime() + SERVICE_OFFSET_MS).toISOString();
	return back.slice(0, 10) === text.slice(0, 10) ? time.toISOString() : undefined;
}
