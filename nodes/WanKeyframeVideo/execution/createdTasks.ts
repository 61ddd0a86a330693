import type { IExecuteFunctions } from 'n8n-workflow';

import type { CreatedTask } from '../dashscope/client';
import { fingerprint } from '../util/hash';
import { isRecord, recordOf, textOf } from '../util/json';
import type { Failure } from './itemError';

/** What became of an item's create in this execution. */
export type Created =
	| { readonly ok: true; readonly task: CreatedTask }
	/** In doubt where nobody knows whether there is a task. */
	| { readonly ok: false; readonly failure: Failure; readonly isInDoubt?: boolean };

/** Remembers, across Retry On Fail, which items need no create any more. */
export interface TaskMemory {
	/** The task that the item has for this request, or why it may have one that nobody knows the ID of. */
	recall(itemIndex: number, request: string): Created | undefined;
	remember(itemIndex: number, request: string, created: Created): void;
}

const CONTEXT_KEY = 'createdTasks';

/**
 * Under Retry On Fail the engine runs the whole node again: an item that has a task for the same request
 * keeps it instead of paying for another, and one that may have a task is not sent again. Rounds of a loop have a run index each, and so pay each, rightly.
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
			const doubt = recordOf(entry, 'doubt');
			const message = textOf(doubt, 'message');
			if (message !== undefined) {
				const failure = { message, description: textOf(doubt, 'description') ?? '' };
				return { ok: false, failure, isInDoubt: true };
			}
			const taskId = textOf(entry, 'taskId');
			const requestId = textOf(entry, 'requestId');
			if (taskId === undefined) return undefined;
			const task = { taskId, status: 'PENDING', ...(requestId !== undefined && { requestId }) };
			return { ok: true, task };
		},

		remember(itemIndex, request, created) {
			tasks[keyOf(itemIndex)] = {
				request: fingerprint(request),
				...(created.ok
					? { taskId: created.task.taskId, requestId: created.task.requestId }
					: { doubt: { ...created.failure } }),
			};
			context[CONTEXT_KEY] = tasks;
		},
	};
}
