import type { IExecuteFunctions } from 'n8n-workflow';

import { fail, ok, type Result } from '../util/result';
import type { CreatedTask } from '../dashscope/client';
import { hashText } from '../util/hash';
import { isRecord, objectOrEmpty, optionalText } from '../util/json';
import type { ItemError } from './itemError';

/** What became of an item's create in this execution. */
export interface CreateError extends ItemError {
	/** True if nobody knows whether there is a task. */
	readonly isOutcomeUnknown?: boolean;
}

export type Created = Result<CreatedTask, CreateError>;

/** Remembers, across Retry On Fail, which items need no create any more. */
export interface CreatedTaskStore {
	/** The task that the item has for this request, or why it may have one that nobody knows the ID of. */
	recall(itemIndex: number, request: string): Created | undefined;
	remember(itemIndex: number, request: string, created: Created): void;
}

const CONTEXT_KEY = 'createdTasks';

/**
 * Under Retry On Fail the engine runs the whole node again: an item that has a task for the same request
 * keeps it instead of paying for another, and one that may have a task is not sent again. Rounds of a loop have a run index each, and so pay each, rightly.
 */
export function createdTaskStore(ctx: IExecuteFunctions): CreatedTaskStore {
	const context = ctx.getContext('node');
	const runIndex: unknown = ctx.getWorkflowDataProxy(0).$runIndex;
	const kept: unknown = context[CONTEXT_KEY];
	const tasks = isRecord(kept) ? { ...kept } : {};
	const keyOf = (itemIndex: number) => `${String(runIndex)}:${itemIndex}`;

	return {
		recall(itemIndex, request) {
			const entry = tasks[keyOf(itemIndex)];
			if (!isRecord(entry) || entry['request'] !== hashText(request)) return undefined;
			const doubt = objectOrEmpty(entry, 'doubt');
			const message = optionalText(doubt, 'message');
			if (message !== undefined) {
				const failure = { message, description: optionalText(doubt, 'description') ?? '' };
				return fail({ ...failure, isOutcomeUnknown: true });
			}
			const taskId = optionalText(entry, 'taskId');
			const requestId = optionalText(entry, 'requestId');
			if (taskId === undefined) return undefined;
			const task = { taskId, status: 'PENDING', ...(requestId !== undefined && { requestId }) };
			return ok(task);
		},

		remember(itemIndex, request, created) {
			tasks[keyOf(itemIndex)] = {
				request: hashText(request),
				...(created.ok
					? { taskId: created.value.taskId, requestId: created.value.requestId }
					: { doubt: { ...created.error } }),
			};
			context[CONTEXT_KEY] = tasks;
		},
	};
}
