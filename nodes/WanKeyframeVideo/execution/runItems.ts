import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readTaskId } from '../parameters/taskFields';
import { joinLines } from '../util/errorText';
import { fail } from '../util/result';
import { fromThrown, toErrorItem, toNodeError, type ItemError, type ItemResult } from './itemError';
import type { RunContext } from './runContext';

/** Processes one item; an error that it returns or throws is the item's alone. */
export type ProcessItem = (itemIndex: number) => Promise<ItemResult>;

/**
 * Processes all items together and keeps their order. Where the node continues on failure, an item that
 * fails is replaced by its error; else the first failure aborts the others and is thrown, with the tasks
 * that exist. Waits for all items to end, since a create under way may still bring a task ID.
 * `stoppedMessage` says what Stop ended, where that is more than the item that noticed it first.
 */
export async function runItems(
	run: RunContext,
	processItem: ProcessItem,
	stoppedMessage?: () => string | undefined,
): Promise<INodeExecutionData[]> {
	const { ctx } = run;
	const continueOnFail = ctx.continueOnFail();
	let first: { readonly itemIndex: number; readonly error: ItemError } | undefined;
	const results = await Promise.all(
		ctx.getInputData().map(async (_, itemIndex) => {
			const result = await settle(processItem, itemIndex);
			if (!result.ok && !continueOnFail && first === undefined) {
				first = { itemIndex, error: result.error };
				run.abort();
			}
			return result;
		}),
	);
	if (first === undefined) {
		return results.flatMap((result, itemIndex) =>
			result.ok ? result.value : toErrorItem(result.error, itemIndex),
		);
	}
	const { itemIndex, error } = first;
	const tasks = run.tasks.describe();
	if (!run.isStopped()) throw toNodeError(ctx, error, { itemIndex, tasks });
	const message = stoppedMessage?.();
	if (message !== undefined) throw toNodeError(ctx, { message, description: '' }, { tasks });
	throw toNodeError(ctx, stopped(error), { itemIndex, tasks });
}

/** Ends the node for an error that concerns all items: thrown, or on each item where the node continues. */
export function failAllItems(ctx: IExecuteFunctions, error: ItemError): INodeExecutionData[] {
	if (!ctx.continueOnFail()) throw toNodeError(ctx, error);
	return ctx.getInputData().map((_, itemIndex) => toErrorItem(error, itemIndex));
}

/** n8n ends an execution as canceled, not as failed, by this word in the message (measured). */
function stopped(error: ItemError): ItemError {
	return error.message.includes('canceled')
		? error
		: {
				message: 'The operation was canceled',
				description: joinLines([`${error.message}.`, error.description]),
			};
}

async function settle(processItem: ProcessItem, itemIndex: number): Promise<ItemResult> {
	try {
		return await processItem(itemIndex);
	} catch (error) {
		return fail(fromThrown(error));
	}
}

/** Processes the task that each item names; an item without a usable task ID fails before anything is sent. */
export async function forEachTask(
	run: RunContext,
	processTask: (taskId: string, itemIndex: number) => Promise<ItemResult>,
): Promise<INodeExecutionData[]> {
	return await runItems(run, async (itemIndex) => {
		const taskId = readTaskId(run.ctx, itemIndex);
		return taskId.ok ? await processTask(taskId.value, itemIndex) : taskId;
	});
}
