import { joinLines } from '../util/errorText';
import { OPERATION_NAMES } from './operationNames';

/** The tasks of a run's items: what a node that fails must not take with it. */
export interface RunTasks {
	/** Notes the item's task with its latest status. */
	set(itemIndex: number, taskId: string, status: string): void;
	/** Notes that the item may have a task whose ID nobody knows. */
	setOutcomeUnknown(itemIndex: number): void;
	/** How many items have a task, or may have one. */
	count(): number;
	/** Lines that name the tasks which can still be fetched; empty where there is none. */
	describe(): string;
}

/** A task with one of these has no video, and never will. */
const WITHOUT_VIDEO = ['FAILED', 'CANCELED', 'UNKNOWN'];

const FETCH = `Tasks of this run exist and are paid for when they succeed; fetch them with the operation '${OPERATION_NAMES.wait}' or '${OPERATION_NAMES.getStatus}':`;

export function createRunTasks(): RunTasks {
	const tasks = new Map<number, { readonly taskId: string; readonly status: string }>();
	const unknown = new Set<number>();
	return {
		set: (itemIndex, taskId, status) => void tasks.set(itemIndex, { taskId, status }),
		setOutcomeUnknown: (itemIndex) => void unknown.add(itemIndex),
		count: () => tasks.size + unknown.size,
		describe() {
			const lines = [...tasks]
				.filter(([, { status }]) => !WITHOUT_VIDEO.includes(status))
				.sort(([one], [other]) => one - other)
				.map(([itemIndex, { taskId, status }]) => `Item ${itemIndex}: ${taskId} (${status})`);
			const unknownLines = [...unknown]
				.sort((one, other) => one - other)
				.map(
					(itemIndex) =>
						`Item ${itemIndex}: a task may have been created; look for it with the operation '${OPERATION_NAMES.getMany}'`,
				);
			return joinLines([lines.length > 0 ? FETCH : undefined, ...lines, ...unknownLines]);
		},
	};
}
