import type { Task } from '../tasks/task';
import { sumOfSeconds, taskResult } from '../tasks/taskResult';
import { count } from '../util/errorText';

/** What the tasks cost that a run has waited for. */
export interface RunCost {
	/** Notes a task as it was found last; undefined where no query was answered. */
	note(taskId: string, task: Task | undefined): void;
	/** E.g. `2 videos, 10 seconds billed; 1 task failed and is not billed`; undefined without tasks. */
	describe(): string | undefined;
}

export function createRunCost(): RunCost {
	// By task, since several items may wait for the same.
	const tasks = new Map<string, Task | undefined>();
	return {
		note: (taskId, task) => void tasks.set(taskId, task),
		describe: () => (tasks.size === 0 ? undefined : describeCost([...tasks.values()])),
	};
}

function describeCost(tasks: ReadonlyArray<Task | undefined>): string {
	const seconds = tasks.flatMap((task) =>
		task?.state === 'succeeded' ? [taskResult(task).billedSeconds] : [],
	);
	const known = seconds.filter((one) => one !== undefined);
	const unreported = seconds.length - known.length;
	const failed = tasks.filter((task) => task?.state === 'failed').length;
	const canceled = tasks.filter((task) => task?.state === 'canceled').length;
	const open = tasks.length - seconds.length - failed - canceled;
	const billed = known.length > 0 ? `, ${count(sumOfSeconds(known), 'second')} billed` : '';
	return [
		seconds.length > 0 && count(seconds.length, 'video') + billed,
		unreported > 0 &&
			`the service does not report ${known.length > 0 ? `those of ${count(unreported, 'video')}` : 'the seconds billed'}`,
		failed > 0 && `${count(failed, 'task')} failed and ${are(failed)} not billed`,
		canceled > 0 && `${count(canceled, 'task')} ended as CANCELED and ${are(canceled)} not billed`,
		open > 0 && `${count(open, 'task')} may still succeed and ${are(open)} billed then`,
	]
		.filter((part) => part !== false)
		.join('; ');
}

const are = (number: number): string => (number === 1 ? 'is' : 'are');
