import { adviceFor, quote } from '../dashscope/errorAdvice';
import { WAIT_FOR_COMPLETION } from '../parameters/waitFields';
import type { Task } from '../tasks/task';
import { joinLines } from '../util/errorText';
import { optional } from '../util/optional';
import type { ItemError } from './itemError';
import { OPERATION_NAMES } from './operationNames';

/**
 * Why a task that has ended has no video; undefined for one that has, or that has not ended.
 * `wasKnown` says that the service knew an unknown task before, e.g. when it created it.
 */
export function taskError(task: Task, wasKnown = false): ItemError | undefined {
	const ids = { taskId: task.taskId, ...optional('requestId', task.requestId) };
	switch (task.state) {
		case 'active':
		case 'succeeded':
			return undefined;
		case 'failed': {
			const { code, message } = task;
			const { what, next, retryHelps } = adviceFor({ code, message });
			const words = quote({ code, message });
			return {
				message: `Task ${task.taskId} is FAILED: ${what}`,
				description: joinLines([
					next,
					`The task is not billed. ${describeRetry(retryHelps)}`,
					words && `DashScope said: ${words}`,
				]),
				...(retryHelps && { mayCreateAgain: true }),
				...ids,
			};
		}
		case 'canceled':
			return {
				message: `Task ${task.taskId} is CANCELED`,
				description:
					'Somebody canceled it while it was waiting in the queue. It is not billed; create it again if the video is still wanted.',
				...ids,
			};
		case 'unknown':
			return {
				message: `DashScope does not know the task ${task.taskId}`,
				description: wasKnown
					? `The service knew it before, so it was created and is paid for when it succeeds. Run the operation '${OPERATION_NAMES.wait}' or '${OPERATION_NAMES.getStatus}' with its ID later; that costs nothing.`
					: "Tasks are kept for 24 hours, and each key sees the tasks of its own account and region only. Check 'Task ID' and the credential.",
				...ids,
			};
	}
}

function describeRetry(helps: boolean | undefined): string {
	if (helps === undefined) return 'Retry On Fail does not create it again by itself.';
	return helps
		? `Creating it again may help; under Retry On Fail, '${OPERATION_NAMES.create}' with '${WAIT_FOR_COMPLETION.label}' does so by itself.`
		: 'A retry cannot help: the same request would fail again.';
}
