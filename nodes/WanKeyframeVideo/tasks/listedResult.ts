import { optionalNumber, optionalText } from '../util/json';
import { optional } from '../util/optional';
import type { Task } from './task';
import { isoTimeOfMs } from './taskList';

/** What the node gives for a task of the list; times in ISO 8601, UTC. */
export interface TaskSummary {
	readonly taskId: string;
	readonly status: string;
	readonly model?: string;
	readonly submittedAt?: string;
	readonly startedAt?: string;
	readonly finishedAt?: string;
	readonly requestId?: string;
}

/** An entry of the task list in the node's words. The list has no video: ask for the task to get it. */
export function toTaskSummary({
	taskId,
	status,
	submittedAt,
	startedAt,
	answer,
}: Task): TaskSummary {
	return {
		taskId,
		status,
		...optional('model', optionalText(answer, 'model_name')),
		...optional('submittedAt', submittedAt),
		...optional('startedAt', startedAt),
		...optional('finishedAt', isoTimeOfMs(optionalNumber(answer, 'end_time'))),
		...optional('requestId', optionalText(answer, 'request_id')),
	};
}
