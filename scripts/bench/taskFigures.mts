import { finishesAtMs } from '../../test/simulator/tasks/tasks.mts';
import type { Simulator } from '../../test/simulator/index.mts';

/** What watching the tasks of a simulator took. */
export interface TaskFigures {
	/** Mean over the tasks. */
	readonly latenessMs: number;
	readonly queries: number;
	readonly lists: number;
}

/** Reads it off the requests that arrived: a task is seen by the first query of it after its end. */
export function taskFigures({ tasks, requests }: Simulator): TaskFigures {
	const seenAtMs = new Map<string, number>();
	for (const { kind, path, atMs } of requests) {
		const task = tasks.get(path.slice(path.lastIndexOf('/') + 1));
		if (kind !== 'query' || task === undefined || seenAtMs.has(task.id)) continue;
		if (atMs >= finishesAtMs(task)) seenAtMs.set(task.id, atMs);
	}
	const lateMs = [...tasks.values()].map(
		(task) => (seenAtMs.get(task.id) ?? NaN) - finishesAtMs(task),
	);
	const count = (wanted: string) => requests.filter(({ kind }) => kind === wanted).length;
	return {
		latenessMs: lateMs.reduce((sum, one) => sum + one, 0) / lateMs.length,
		queries: count('query'),
		lists: count('list'),
	};
}
