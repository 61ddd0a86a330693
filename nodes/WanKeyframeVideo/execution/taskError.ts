import { adviceFor, quote } from '../dashscope/errorAdvice';
import type { Task } from '../tasks/task';
import { joinLines } from '../util/errorText';
import { optional } from '../util/optional';
import type { ItemError } from './itemError';

/** Why a task that has ended has no video; undefined for one that has, or that has not ended. */
export function taskError(task: Task): ItemError | undefined {
	const ids = { taskId: task.taskId, ...optional('requestId', task.requestId) };
	switch (task.state) {
		case 'active':
		case 'succeeded':
			return undefined;
		case 'failed': {
			const { code, message } = task;
			const { what, next } = adviceFor({ code, message });
			const words = quote({ code, message });
			return {
				message: `Task ${task.taskId} is FAILED: ${what}`,
				description: joinLines([next, words && `DashScope said: ${words}`]),
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
				description:
					"Tasks are kept for 24 hours, and each key sees the tasks of its own account and region only. Check 'Task ID' and the credential.",
				...ids,
			};
	}
}
