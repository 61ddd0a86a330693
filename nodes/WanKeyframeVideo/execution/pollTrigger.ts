import { NodeOperationError, type INodeExecutionData, type IPollFunctions } from 'n8n-workflow';

import { isTransient, type ApiError } from '../dashscope/apiError';
import type { DashScopeClient } from '../dashscope/client';
import { connect } from '../dashscope/connect';
import { excerptOf } from '../dashscope/readResponse';
import { readTriggerFilter, type TriggerFilter } from '../parameters/triggerFields';
import { findLatestEndedTask, pollEndedTasks, type TaskSource } from '../tasks/endedTasks';
import { readTask } from '../tasks/task';
import { readTaskPage } from '../tasks/taskList';
import { createTriggerMemory, type Polled } from '../tasks/triggerMemory';
import type { TriggerState } from '../tasks/triggerState';
import { systemClock } from '../util/clock';
import { joinLines } from '../util/errorText';
import { fail, ok } from '../util/result';
import { fromApiError, toNodeError } from './itemError';
import { buildTaskItem, readTriggerOutputOptions } from './taskItem';
import { buildTriggerItems, unpaired } from './triggerItems';

/** What n8n 2 allows a poll by default; n8n 1 does not tell. */
const DEFAULT_BUDGET_MS = 5 * 60_000;

const HOUR_MS = 3_600_000;

const memory = createTriggerMemory();

/**
 * One item a task that ended since the last poll, null where none did. The first poll only begins. A test in the
 * editor gives the latest task that ended, and changes nothing. Where the service is not there for the moment, the
 * next poll tries again; what does not go away by itself is thrown as a NodeApiError or NodeOperationError.
 */
export async function pollTrigger(ctx: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const filter = readTriggerFilter(ctx);
	if (filter.statuses.length === 0) {
		throw new NodeOperationError(ctx.getNode(), "'Statuses' is empty", {
			description: 'Choose how a task has to end to start the workflow, e.g. Succeeded.',
		});
	}
	const items =
		ctx.getMode() === 'manual' ? await latestItem(ctx, filter) : await newItems(ctx, filter);
	return items.length > 0 ? [[...items]] : null;
}

async function newItems(
	ctx: IPollFunctions,
	filter: TriggerFilter,
): Promise<readonly INodeExecutionData[]> {
	const trigger = `${ctx.getWorkflow().id}:${ctx.getNode().id}`;
	const poll = {
		trigger,
		activation: ctx,
		stored: ctx.getWorkflowStaticData('node'),
		now: () => systemClock.now(),
	};
	return await memory.run<INodeExecutionData>(poll, async (state, signal) => {
		return await pollOnce(ctx, trigger, filter, state, signal);
	});
}

async function pollOnce(
	ctx: IPollFunctions,
	trigger: string,
	filter: TriggerFilter,
	state: TriggerState | undefined,
	signal: AbortSignal,
): Promise<Polled<INodeExecutionData>> {
	const beganMs = systemClock.now();
	const deadlineMs = beganMs + budgetOf(ctx);
	const polled = await pollEndedTasks({
		...(state && { state }),
		filter,
		nowMs: beganMs,
		source: taskSource(await connect(ctx), signal),
		isTimeUp: () => signal.aborted || systemClock.now() >= deadlineMs,
	});
	if (signal.aborted) return { items: [] };
	if (!polled.ok) return waitForNextPoll(ctx, polled.error, state === undefined);

	const { tasks, error, unseenMs, remember } = polled.value;
	if (unseenMs !== undefined) warnOfUnseen(ctx, unseenMs);
	if (error !== undefined && tasks.length === 0) return waitForNextPoll(ctx, error, false);
	if (error !== undefined) warnOf(ctx, error);
	if (tasks.length === 0) return { items: [], state: remember(new Set()) };
	const options = readTriggerOutputOptions(ctx);
	const { items, heldBack } = await withTimeUp(deadlineMs, signal, async (timeUp) => {
		return await buildTriggerItems(ctx, trigger, tasks, options, timeUp);
	});
	return { items, state: remember(heldBack) };
}

async function latestItem(
	ctx: IPollFunctions,
	filter: TriggerFilter,
): Promise<readonly INodeExecutionData[]> {
	const { signal } = new AbortController();
	const found = await findLatestEndedTask({
		filter,
		nowMs: systemClock.now(),
		source: taskSource(await connect(ctx), signal),
		isTimeUp: () => false,
	});
	if (!found.ok) throw toNodeError(ctx, undefined, fromApiError(found.error));
	if (found.value === undefined) return [];
	const options = readTriggerOutputOptions(ctx);
	const item = await buildTaskItem(ctx, 0, found.value, options, signal);
	if (!item.ok) throw toNodeError(ctx, undefined, item.error);
	return [item.value].flat().map(unpaired);
}

function taskSource(client: DashScopeClient, signal: AbortSignal): TaskSource {
	return {
		async list(query) {
			const answer = await client.listTasks(query, signal);
			if (!answer.ok) return answer;
			const page = readTaskPage(answer.value);
			return page === undefined
				? fail({ kind: 'unexpectedResponse', status: 200, excerpt: excerptOf(answer.value) })
				: ok(page);
		},
		async query(taskId) {
			const answer = await client.queryTask(taskId, signal);
			return answer.ok ? ok(readTask(taskId, answer.value)) : answer;
		},
	};
}

/** Since n8n 2.41 a poll that takes longer may be given up, and with it what it found. In milliseconds. */
function budgetOf(ctx: IPollFunctions): number {
	// The types of n8n 1 do not know of it.
	const tell: unknown = Reflect.get(ctx, 'getPollBudgetMs');
	const budgetMs: unknown = typeof tell === 'function' ? Reflect.apply(tell, ctx, []) : undefined;
	return typeof budgetMs === 'number' && budgetMs > 0 ? budgetMs : DEFAULT_BUDGET_MS;
}

/** Gives `work` a promise that resolves at a time, or once the poll is to come to nothing. */
async function withTimeUp<T>(
	deadlineMs: number,
	signal: AbortSignal,
	work: (timeUp: Promise<void>) => Promise<T>,
): Promise<T> {
	const done = new AbortController();
	const end = () => done.abort();
	signal.addEventListener('abort', end);
	try {
		return await work(systemClock.sleep(deadlineMs - systemClock.now(), done.signal));
	} finally {
		end();
		signal.removeEventListener('abort', end);
	}
}

/** Leaves everything to the next poll, unless nobody would see that something has to be done. */
function waitForNextPoll(
	ctx: IPollFunctions,
	error: ApiError,
	isFirst: boolean,
): Polled<INodeExecutionData> {
	if (error.kind === 'canceled') return { items: [] };
	if (isFirst || !isTransient(error)) throw toNodeError(ctx, undefined, fromApiError(error));
	warnOf(ctx, error);
	return { items: [] };
}

function warnOf(ctx: IPollFunctions, error: ApiError): void {
	const { message, description } = fromApiError(error, 'The next poll tries again.');
	ctx.logger.warn(joinLines([`${ctx.getNode().name}: ${message}`, description]));
}

function warnOfUnseen(ctx: IPollFunctions, unseenMs: number): void {
	const hours = Math.floor(unseenMs / HOUR_MS);
	ctx.logger.warn(
		joinLines([
			`${ctx.getNode().name}: the last poll that n8n remembers was ${hours} hours ago, and DashScope keeps tasks for 24 hours only.`,
			'If n8n did not run in between, tasks that ended more than 24 hours ago do not start the workflow.',
		]),
	);
}
