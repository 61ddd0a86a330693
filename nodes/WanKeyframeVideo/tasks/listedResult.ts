import { numberOf, textOf } from '../util/json';
import { given, type Task } from './task';
import { isoOf } from './taskList';

/** What the node gives for a task of the list; times in ISO 8601, UTC. */
export interface ListedResult {
	readonly taskId: string;
	readonly status: string;
	readonly model?: string;
	readonly submittedAt?: string;
	readonly startedAt?: string;
	readonly finishedAt?: string;
	readonly requestId?: string;
}

/** An entry of the task list in the node's words. The list has no video: ask for the task to get it. */
export function listedResult({
	taskId,
	status,
	submittedAt,
	startedAt,
	answer,
}: Task): ListedResult {
	return {
		taskId,
		status,
		...given('model', textOf(answer, 'model_name')),
		...given('submittedAt', submittedAt),
		...given('startedAt', startedAt),
		...given('finishedAt', isoOf(numberOf(answer, 'end_time'))),
		...given('requestId', textOf(answer, 'request_id')),
	};
}
