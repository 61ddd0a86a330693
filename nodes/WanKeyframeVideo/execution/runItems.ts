import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { DashScopeClient } from '../dashscope/client';
import { systemClock } from '../util/clock';
import { connect } from '../dashscope/connect';
import { joinLines } from '../util/errorText';
import { createTaskWatcher, type TaskWatcher } from '../tasks/taskWatcher';
import { fromThrown, toErrorItem, toNodeError, type ItemError, type ItemResult } from './itemError';
import { fail } from '../util/result';

/** What is known of the items' tasks, in a few words each: what a failing run must not take with it. */
export type TaskList = ReadonlyMap<number, string>;

export interface RunItemsOptions {
	/** Handles one item; a failure that it gives or throws is the item's alone. */
	readonly each: (itemIndex: number, run: RunContext) => Promise<ItemResult>;
	/** Tasks that exist by now or may exist, to be named when the node fails. */
	readonly tasks?: () => TaskList;
}

/** What the items of a run know of each other. */
export interface RunContext {
	/** Aborts on Stop, and as soon as one item fails a node that does not go on. */
	readonly signal: AbortSignal;
	/** The API, the same for all items; throws NodeOperationError where the credential is incomplete. */
	readonly client: () => Promise<DashScopeClient>;
	/** Waits for the tasks of all items together; throws as `client` does. */
	readonly watcher: () => Promise<TaskWatcher>;
}

/**
 * Runs all items together and keeps their order. Where the node goes on after a failure, the item's place is
 * taken by its error; else the first failure ends the others and is thrown, naming the tasks that exist.
 */
export async function runItems(
	ctx: IExecuteFunctions,
	{ each, tasks }: RunItemsOptions,
): Promise<INodeExecutionData[]> {
	const goesOn = ctx.continueOnFail();
	const halt = new AbortController();
	const stop = ctx.getExecutionCancelSignal();
	const onStop = () => halt.abort();
	if (stop?.aborted) onStop();
	stop?.addEventListener('abort', onStop, { once: true });

	let connecting: Promise<DashScopeClient> | undefined;
	let watcher: TaskWatcher | undefined;
	const client = async () => await (connecting ??= connect(ctx));
	const run: RunContext = {
		signal: halt.signal,
		client,
		watcher: async () => {
			const api = await client();
			watcher ??= createTaskWatcher({
				clock: systemClock,
				signal: halt.signal,
				query: async (taskId) => await api.queryTask(taskId, halt.signal),
				list: async (query) => await api.listTasks(query, halt.signal),
			});
			return watcher;
		},
	};

	let first: { itemIndex: number; failure: ItemError } | undefined;
	const results = await Promise.all(
		ctx.getInputData().map(async (_, itemIndex) => {
			const result = await attempt(() => each(itemIndex, run));
			if (!result.ok && !goesOn && first === undefined) {
				first = { itemIndex, failure: result.error };
				halt.abort();
			}
			return result;
		}),
	);
	stop?.removeEventListener('abort', onStop);

	if (first !== undefined) {
		const { itemIndex, failure } = first;
		throw toNodeError(ctx, itemIndex, {
			...failure,
			description: joinLines([failure.description, tasks && nameTasks(tasks())]),
		});
	}
	return results.flatMap((result, itemIndex) =>
		result.ok ? result.value : toErrorItem(itemIndex, result.error),
	);
}

async function attempt(run: () => Promise<ItemResult>): Promise<ItemResult> {
	try {
		return await run();
	} catch (error) {
		return fail(fromThrown(error));
	}
}

function nameTasks(tasks: TaskList): string {
	const lines = [...tasks].map(([itemIndex, words]) => `Item ${itemIndex}: ${words}`);
	return lines.length === 0
		? ''
		: [
				"Tasks of this run exist and are paid for when they succeed; fetch them with the operation 'Wait' or 'Get Status':",
				...lines,
			].join('\n');
}
