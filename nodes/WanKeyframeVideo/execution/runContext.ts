import type { IExecuteFunctions } from 'n8n-workflow';

import type { DashScopeClient } from '../dashscope/client';
import { connect, CREDENTIAL_TYPE } from '../dashscope/connect';
import { isServiceHost } from '../dashscope/hosts';
import { createLinkFetcher, type LinkFetcher } from '../media/fetchLink';
import { createTaskWatcher, type TaskWatcher } from '../tasks/taskWatcher';
import { systemClock } from '../util/clock';
import { fail, ok, type Result } from '../util/result';
import { fromThrown, type ItemError } from './itemError';
import { processState } from './processState';
import { createRunCost, type RunCost } from './runCost';
import { createRunTasks, type RunTasks } from './runTasks';

/** What all items of a run share, from the node's start to its end. */
export interface RunContext {
	readonly ctx: IExecuteFunctions;
	readonly client: DashScopeClient;
	/** True if the service itself is called, which fetches links from the internet only. */
	readonly isServicePublic: boolean;
	/** Waits for the tasks of all items together. */
	readonly watcher: TaskWatcher;
	/** Fetches the pictures of links, each once a run. */
	readonly links: LinkFetcher;
	/** The tasks of the run's items, as far as they are known. */
	readonly tasks: RunTasks;
	/** What the tasks cost that the run waits for. */
	readonly cost: RunCost;
	/** Aborts on Stop, and as soon as one item fails a node that does not continue on failure. */
	readonly signal: AbortSignal;
	/** True once the user or the workflow's time-out has stopped the execution. */
	readonly isStopped: () => boolean;
	/** Ends what the items do: the node fails. */
	readonly abort: () => void;
	/** Ends the listening for Stop. */
	readonly close: () => void;
}

/** The context of a run; an error where the credential lacks what its region needs. */
export async function createRunContext(
	ctx: IExecuteFunctions,
): Promise<Result<RunContext, ItemError>> {
	let client: DashScopeClient;
	let isServicePublic: boolean;
	try {
		isServicePublic = isServiceHost(await ctx.getCredentials(CREDENTIAL_TYPE));
		client = await connect(ctx, systemClock, processState.accountLimits);
	} catch (error) {
		return fail(fromThrown(error));
	}
	const controller = new AbortController();
	const { signal } = controller;
	const stop = ctx.getExecutionCancelSignal();
	const abort = () => controller.abort();
	if (stop?.aborted) abort();
	stop?.addEventListener('abort', abort, { once: true });
	return ok({
		ctx,
		client,
		isServicePublic,
		watcher: createTaskWatcher({ clock: systemClock, signal, client }),
		links: createLinkFetcher(ctx, { clock: systemClock, slots: processState.fetchSlots, signal }),
		tasks: createRunTasks(),
		cost: createRunCost(),
		signal,
		isStopped: () => stop?.aborted === true,
		abort,
		close: () => stop?.removeEventListener('abort', abort),
	});
}
