import { readServiceTime } from '../dashscope/serviceTime';
import { objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';

/** What the answer says about any task. Times are in ISO 8601, UTC. */
interface TaskFields {
	readonly taskId: string;
	/** The API's own word, in upper case. */
	readonly status: string;
	readonly requestId?: string;
	readonly submittedAt?: string;
	readonly startedAt?: string;
	readonly finishedAt?: string;
	/** The answer untouched. */
	readonly answer: JsonRecord;
}

export type Task = TaskFields &
	(
		| { readonly state: 'active' }
		| { readonly state: 'succeeded'; readonly videoUrl?: string }
		| { readonly state: 'failed'; readonly code: string; readonly message: string }
		| { readonly state: 'canceled' }
		/** No such task, or older than 24 hours (documented, section 5). */
		| { readonly state: 'unknown' }
	);

/** The status as documented: lower case and the British spelling mean the same. */
export function normalizeStatus(status: string): string {
	const upper = status.trim().toUpperCase();
	return upper === 'CANCELLED' ? 'CANCELED' : upper;
}

/** Reads the answer to a task query. A status that is not documented counts as active. */
export function readTask(taskId: string, answer: JsonRecord): Task {
	const output = objectOrEmpty(answer, 'output');
	const fields = {
		taskId: optionalText(output, 'task_id') ?? taskId,
		status: normalizeStatus(optionalText(output, 'task_status') ?? ''),
		answer,
		...optional('requestId', optionalText(answer, 'request_id')),
		...optional('submittedAt', readServiceTime(optionalText(output, 'submit_time'))),
		...optional('startedAt', readServiceTime(optionalText(output, 'scheduled_time'))),
		...optional('finishedAt', readServiceTime(optionalText(output, 'end_time'))),
	};
	switch (fields.status) {
		case 'SUCCEEDED':
			return {
				...fields,
				state: 'succeeded',
				...optional('videoUrl', optionalText(output, 'video_url')),
			};
		case 'FAILED':
			return {
				...fields,
				state: 'failed',
				code: optionalText(output, 'code') ?? '',
				message: optionalText(output, 'message') ?? '',
			};
		case 'CANCELED':
			return { ...fields, state: 'canceled' };
		case 'UNKNOWN':
			return { ...fields, state: 'unknown' };
		default:
			return { ...fields, state: 'active' };
	}
}
