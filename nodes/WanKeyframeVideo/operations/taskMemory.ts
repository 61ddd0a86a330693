import type { IExecuteFunctions } from 'n8n-workflow';

import type { CreatedTask } from '../dashscope/client';
import { fingerprint } from '../dashscope/fingerprint';
import { isRecord, textOf } from '../dashscope/json';

/** Which task an item has got. Lives in the execution's data, and so survives Retry On Fail (measured). */
export interface TaskMemory {
	recall(itemIndex: number, request: string): CreatedTask | undefined;
	remember(itemIndex: number, request: string, task: CreatedTask): void;
}

const CONTEXT_KEY = 'createdTasks';

/**
 * Under Retry On Fail the engine runs the whole node again: an item that has a task for the same request
 * keeps it instead of paying for another. Rounds of a loop have a run index each, and so pay each, rightly.
 */
export function taskMemory(ctx: IExecuteFunctions): TaskMemory {
	const context = ctx.getContext('node');
	const runIndex: unknown = ctx.getWorkflowDataProxy(0).$runIndex;
	const kept: unknown = context[CONTEXT_KEY];
	const tasks = isRecord(kept) ? { ...kept } : {};
	const keyOf = (itemIndex: number) => `${String(runIndex)}:${itemIndex}`;

	return {
		recall(itemIndex, request) {
			const entry = tasks[keyOf(itemIndex)];
			if (!isRecord(entry) || entry['request'] !== fingerprint(request)) return undefined;
			const taskId = textOf(entry, 'taskId');
			const requestId = textOf(entry, 'requestId');
			if (taskId === undefined) return undefined;
			return { taskId, status: 'PENDING', ...(requestId !== undefined && { requestId }) };
		},
		remember(itemIndex, request, { taskId, requestId }) {
			tasks[keyOf(itemIndex)] = { request: fingerprint(request), taskId, requestId };
			context[CONTEXT_KEY] = tasks;
		},
	};
}
