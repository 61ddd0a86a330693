import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import { isTransient, type ApiError } from '../dashscope/apiError';
import { connect } from '../dashscope/connect';
import { readTriggerOptions, type TriggerOptions } from '../parameters/triggerFields';
import { findLatestEndedTask, pollEndedTasks, type TaskSource } from '../tasks/endedTasks';
import { readTask } from '../tasks/task';
import type { Polled } from '../tasks/triggerMemory';
import type { TriggerState } from '../tasks/triggerState';
import { systemClock } from '../util/clock';
import { joinLines, type ErrorText } from '../util/errorText';
import { ok } from '../util/result';
import { fromApiError, toNodeError } from './itemError';
import { processState } from './processState';
import { buildTaskItem } from './taskItem';
import { buildTriggerItems, unpaired } from './triggerItems';

/** What n8n 2 gives a poll by default; n8n 1 sets no limit. */
const DEFAULT_BUDGET_MS = 5 * 60_000;

const HOUR_MS = 3_600_000;

/**
 * One item for each task that ended since the last poll; null if none did. The first poll gives
 * nothing. A test in the editor gives the latest task that ended, and changes nothing. An error
 * that may pass is left to the next poll; any other is thrown.
 */
export async function pollTrigger(ctx: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const options = readTriggerOptions(ctx);
	if (!options.ok) throw toNodeError(ctx, options.error);
	const isTest = ctx.getMode() === 'manual';
	const items = isTest ? await latestItem(ctx, options.value) : await newItems(ctx, options.value);
	return items.length > 0 ? [[...items]] : null;
}

async function newItems(
	ctx: IPollFunctions,
	options: TriggerOptions,
): Promise<readonly INodeExecutionData[]> {
	const trigger = `${ctx.getWorkflow().id}:${ctx.getNode().id}`;
	const poll = {
		trigger,
		activation: ctx,
		// Polls of the durable scheduler, and them only, all have this mode (docs/n8n-facts.md).
		isActivation: ctx.getActivationMode() !== 'update',
		stored: ctx.getWorkflowStaticData('node'),
		now: () => systemClock.now(),
	};
	return await processState.triggers.run<INodeExecutionData>(
		poll,
		async (state, signal) => await pollOnce(ctx, trigger, options, state, signal),
	);
}

async function pollOnce(
	ctx: IPollFunctions,
	trigger: string,
	{ filter, output }: TriggerOptions,
	state: TriggerState | undefined,
	signal: AbortSignal,
): Promise<Polled<INodeExecutionData>> {
	const isFirst = state === undefined;
	const deadlineMs = systemClock.monotonicMs() + budgetMsOf(ctx);
	const polled = await pollEndedTasks({
		...(state && { state }),
		filter,
		nowMs: systemClock.now(),
		// Whoever activates the trigger waits for an answer; later polls are tried again anyway.
		source: await taskSource(ctx, signal, isFirst),
		isTimeUp: () => signal.aborted || systemClock.monotonicMs() >= deadlineMs,
	});
	if (!polled.ok) return leaveToNextPoll(ctx, polled.error, isFirst);
	const { tasks, error, unseenMs, remember } = polled.value;
	if (unseenMs !== undefined) warnOfUnseen(ctx, unseenMs);
	if (tasks.length === 0) {
		return error === undefined
			? { items: [], state: remember(new Set()) }
			: leaveToNextPoll(ctx, error, isFirst);
	}
	if (error !== undefined) warnOfError(ctx, error);
	for (const task of tasks) processState.runTimes.record(task);
	const { items, heldBack } = await withTimeUp(
		deadlineMs,
		signal,
		async (timeUp) =>
			await buildTriggerItems(ctx, trigger, tasks, output, timeUp, (text) => warn(ctx, text)),
	);
	return { items, state: remember(heldBack) };
}

async function latestItem(
	ctx: IPollFunctions,
	{ filter, output }: TriggerOptions,
): Promise<readonly INodeExecutionData[]> {
	const { signal } = new AbortController();
	const latest = await findLatestEndedTask({
		filter,
		nowMs: systemClock.now(),
		source: await taskSource(ctx, signal, true),
		isTimeUp: () => false,
	});
	if (!latest.ok) throw toNodeError(ctx, fromApiError(latest.error));
	if (latest.value === undefined) return [];
	const item = await buildTaskItem({ ctx, signal }, 0, latest.value, output);
	if (!item.ok) throw toNodeError(ctx, item.error);
	return [item.value].flat().map(unpaired);
}

async function taskSource(
	ctx: IPollFunctions,
	signal: AbortSignal,
	retry: boolean,
): Promise<TaskSource> {
	const client = await connect(ctx, systemClock, processState.accountLimits);
	return {
		list: async (query) => await client.listTasks(query, signal, { retry }),
		pageSize: client.listPageSize,
		async query(taskId) {
			const answer = await client.queryTask(taskId, signal, { retry });
			return answer.ok ? ok(readTask(taskId, answer.value)) : answer;
		},
	};
}

/**
 * How long a poll may take, in milliseconds: n8n's durable scheduler drops what a longer one finds.
 */
function budgetMsOf(ctx: IPollFunctions): number {
	// The types of n8n 1 do not know it.
	const getBudget: unknown = Reflect.get(ctx, 'getPollBudgetMs');
	const budgetMs: unknown =
		typeof getBudget === 'function' ? Reflect.apply(getBudget, ctx, []) : undefined;
	return typeof budgetMs === 'number' && budgetMs > 0 ? budgetMs : DEFAULT_BUDGET_MS;
}

/** Passes `work` a promise that resolves at a time, or once the poll has been superseded. */
async function withTimeUp<T>(
	deadlineMs: number,
	signal: AbortSignal,
	work: (timeUp: Promise<void>) => Promise<T>,
): Promise<T> {
	const timer = new AbortController();
	const end = () => timer.abort();
	signal.addEventListener('abort', end);
	if (signal.aborted) end();
	try {
		return await work(systemClock.sleep(deadlineMs - systemClock.monotonicMs(), timer.signal));
	} finally {
		end();
		signal.removeEventListener('abort', end);
	}
}

/** Throws what does not pass by itself, and what keeps the trigger from being activated. */
function leaveToNextPoll(ctx: IPollFunctions, error: ApiError, isFirst: boolean): { items: [] } {
	// The poll was superseded, or its time is up.
	if (error.kind === 'canceled') return { items: [] };
	if (isFirst || !isTransient(error)) throw toNodeError(ctx, fromApiError(error));
	warnOfError(ctx, error);
	return { items: [] };
}

function warnOfError(ctx: IPollFunctions, error: ApiError): void {
	warn(ctx, fromApiError(error, { advice: 'The next poll tries again.' }));
}

function warnOfUnseen(ctx: IPollFunctions, unseenMs: number): void {
	const hours = Math.floor(unseenMs / HOUR_MS);
	warn(ctx, {
		message: `The last poll that n8n stored was ${hours} hours ago, and DashScope keeps tasks for 24 hours only`,
		description:
			'If n8n did not run in between, tasks that were submitted more than 24 hours ago do not start the workflow.',
	});
}

/** Goes to n8n's log: a poll that does not start the workflow shows nothing in the editor. */
function warn(ctx: IPollFunctions, { message, description }: ErrorText): void {
	ctx.logger.warn(joinLines([`${ctx.getNode().name}: ${message}`, description]));
}
