import { lastingStatusAt, type SimulatedTask } from './tasks.mts';

/** What the account is billed for, in seconds of video: tasks that succeeded, and nothing else. */
export interface Bill {
	/** Of all tasks together. */
	seconds: number;
	/** By task id; a task that did not succeed is not in it. */
	byTask: ReadonlyMap<string, number>;
	/** By prompt: all tasks with it together. */
	byPrompt: ReadonlyMap<string, { seconds: number; tasks: number }>;
}

/** The bill at a moment. It stays the same when the service has forgotten the tasks. */
export function billAt(tasks: Iterable<SimulatedTask>, nowMs: number): Bill {
	const byTask = new Map<string, number>();
	const byPrompt = new Map<string, { seconds: number; tasks: number }>();
	let total = 0;
	for (const task of tasks) {
		if (lastingStatusAt(task, nowMs) !== 'SUCCEEDED') continue;
		const { seconds, prompt } = task.video;
		byTask.set(task.id, seconds);
		const same = byPrompt.get(prompt) ?? { seconds: 0, tasks: 0 };
		byPrompt.set(prompt, { seconds: same.seconds + seconds, tasks: same.tasks + 1 });
		total += seconds;
	}
	return { seconds: total, byTask, byPrompt };
}
