import { schedule, statusAt, type SimulatedTask, type TaskFailure } from './tasks.mts';

/** All tasks, in order of their submission; keeps every limit group's schedule up to date. */
export class TaskStore {
	private readonly tasks = new Map<string, SimulatedTask>();

	/** How many tasks of a limit group may run at once. */
	constructor(private readonly slotsOf: (task: SimulatedTask) => number) {}

	/** What is stored, for reading. */
	get all(): ReadonlyMap<string, SimulatedTask> {
		return this.tasks;
	}

	add(task: SimulatedTask): SimulatedTask {
		return this.put(task);
	}

	/** Cancels a task that is PENDING; false when it is not. */
	cancel(id: string, nowMs: number): boolean {
		const task = this.tasks.get(id);
		if (task === undefined || statusAt(task, nowMs) !== 'PENDING') return false;
		this.put({ ...task, canceledAtMs: nowMs });
		return true;
	}

	/** Lets a task fail. Does nothing where there is no such task. */
	fail(id: string, failure: TaskFailure): void {
		const task = this.tasks.get(id);
		if (task !== undefined) this.put({ ...task, failure });
	}

	/** Tasks of a limit group that have not finished. */
	unfinished(group: string, nowMs: number): number {
		return this.group(group).filter((task) =>
			['PENDING', 'RUNNING'].includes(statusAt(task, nowMs)),
		).length;
	}

	private put(task: SimulatedTask): SimulatedTask {
		this.tasks.set(task.id, task);
		// It takes no slot, so that the others' plans stand.
		if (!task.queued) return task;
		for (const planned of schedule(this.group(task.model.limits.group), this.slotsOf(task))) {
			this.tasks.set(planned.id, planned);
		}
		return this.tasks.get(task.id) ?? task;
	}

	private group(name: string): SimulatedTask[] {
		return [...this.tasks.values()].filter((task) => task.model.limits.group === name);
	}
}
