import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { itemClip, itemClips, type Clip } from '../parameters/clips';
import { readTaskId } from '../parameters/taskFields';
import { joinLines } from '../util/errorText';
import { settle, toErrorItem, toNodeError, type ItemError, type ItemsResult } from './itemError';
import type { RunContext } from './runContext';

/** Processes one clip; an error that it returns or throws is the clip's alone. */
export type ProcessClip = (clip: Clip) => Promise<ItemsResult>;

/** Processes the run's items as `runClips` does its clips. */
export async function runItems(
	run: RunContext,
	processItem: (itemIndex: number) => Promise<ItemsResult>,
): Promise<INodeExecutionData[]> {
	const clips = itemClips(run.ctx.getInputData().length);
	return await runClips(run, clips, async ({ from }) => await processItem(from));
}

/**
 * Processes all clips together and keeps their order. Where the node continues on failure, a clip that
 * fails is replaced by its error; else the first failure aborts the others and is thrown, with the tasks
 * that exist. Waits for all items to end, since a create under way may still bring a task ID.
 * `stoppedMessage` says what Stop ended, where that is more than the clip that noticed it first.
 */
export async function runClips(
	run: RunContext,
	clips: readonly Clip[],
	processClip: ProcessClip,
	stoppedMessage?: () => string | undefined,
): Promise<INodeExecutionData[]> {
	const { ctx } = run;
	const continueOnFail = ctx.continueOnFail();
	let first: { readonly clip: Clip; readonly error: ItemError } | undefined;
	const results = await Promise.all(
		clips.map(async (clip) => {
			const result = await settle(async () => await processClip(clip));
			if (!result.ok && !continueOnFail && first === undefined) {
				first = { clip, error: result.error };
				run.abort();
			}
			return { clip, result };
		}),
	);
	if (first === undefined) {
		return results.flatMap(({ clip, result }) =>
			result.ok ? result.value : toErrorItem(result.error, clip),
		);
	}
	const { clip, error } = first;
	const tasks = run.tasks.describe(clips);
	if (!run.isStopped()) throw toNodeError(ctx, error, { clip, tasks });
	const message = stoppedMessage?.();
	if (message !== undefined) throw toNodeError(ctx, { message, description: '' }, { tasks });
	throw toNodeError(ctx, stopped(error), { clip, tasks });
}

/** Ends the node for an error that concerns all items: thrown, or on each item where the node continues. */
export function failAllItems(
	ctx: IExecuteFunctions,
	error: ItemError,
	tasks = '',
): INodeExecutionData[] {
	if (!ctx.continueOnFail()) throw toNodeError(ctx, error, { tasks });
	const told = { ...error, description: joinLines([error.description, tasks]) };
	return ctx.getInputData().map((_, itemIndex) => toErrorItem(told, itemClip(itemIndex)));
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

/** Processes the task that each item names; an item without a usable task ID fails before anything is sent. */
export async function forEachTask(
	run: RunContext,
	processTask: (taskId: string, itemIndex: number) => Promise<ItemsResult>,
): Promise<INodeExecutionData[]> {
	return await runItems(run, async (itemIndex) => {
		const taskId = readTaskId(run.ctx, itemIndex);
		return taskId.ok ? await processTask(taskId.value, itemIndex) : taskId;
	});
}
