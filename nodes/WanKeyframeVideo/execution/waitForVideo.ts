import type { IExecuteFunctions } from 'n8n-workflow';

import { explainApiError } from '../dashscope/errorAdvice';
import { joinLines } from '../util/errorText';
import type { Polling } from '../tasks/nextPoll';
import { runTimes } from '../tasks/runTimes';
import { fromApiError, type ItemResult } from './itemError';
import type { RunContext } from './runItems';
import {
	unsuccessfulTaskError,
	buildTaskItem,
	readOutputOptions,
	type OutputOptions,
} from './taskItem';
import { fail } from '../util/result';

const MINUTE_MS = 60_000;
const DEFAULT_TIMEOUT_MINUTES = 30;
const DEFAULT_INTERVAL_SECONDS = 15;
const SHORTEST_INTERVAL_SECONDS = 1;

export interface WaitOptions extends OutputOptions {
	readonly polling: Polling;
	readonly timeoutMs: number;
	readonly onTimeout: 'error' | 'continue';
	readonly cancelOnStop: boolean;
}

/** Reads the fields of Wait, from the operation itself or from Create that waits. */
export function readWaitOptions(ctx: IExecuteFunctions, itemIndex: number): WaitOptions {
	const number = (name: string, fallback: number): number => {
		const value = Number(ctx.getNodeParameter(name, itemIndex, fallback));
		return Number.isFinite(value) && value > 0 ? value : fallback;
	};
	const intervalSeconds = number('options.pollInterval', DEFAULT_INTERVAL_SECONDS);
	const isFixed = ctx.getNodeParameter('options.polling', itemIndex, 'automatic') === 'fixed';
	const goesOn = ctx.getNodeParameter('options.onTimeout', itemIndex, 'error') === 'continue';
	return {
		...readOutputOptions(ctx, itemIndex),
		polling: isFixed
			? {
					kind: 'fixed',
					intervalMs: Math.max(intervalSeconds, SHORTEST_INTERVAL_SECONDS) * 1000,
				}
			: { kind: 'automatic' },
		timeoutMs: number('timeout', DEFAULT_TIMEOUT_MINUTES) * MINUTE_MS,
		onTimeout: goesOn ? 'continue' : 'error',
		cancelOnStop: ctx.getNodeParameter('options.cancelOnStop', itemIndex, false) === true,
	};
}

/** A task to wait for. */
export interface AwaitedTask {
	readonly taskId: string;
	/** True where it was created just now. */
	readonly isNew: boolean;
	/** Told of each status as it is seen. */
	readonly onSeen: (status: string) => void;
}

/** Waits for the item's task and gives its item: the video, or why there is none. */
export async function waitForVideo(
	ctx: IExecuteFunctions,
	itemIndex: number,
	{ taskId, isNew, onSeen }: AwaitedTask,
	wishes: WaitOptions,
	{ client, watcher, signal }: RunContext,
): Promise<ItemResult> {
	const end = await (
		await watcher()
	).watch(taskId, {
		polling: wishes.polling,
		timeoutMs: wishes.timeoutMs,
		isNew,
		expectation: () => runTimes.expect(taskId),
		onSeen,
	});
	const fetchLater =
		"The task goes on at the service. Run the operation 'Wait' or 'Get Status' with its ID; that costs nothing.";
	switch (end.kind) {
		case 'finished': {
			const failure = unsuccessfulTaskError(itemIndex, end.task);
			return failure === undefined
				? await buildTaskItem(ctx, itemIndex, end.task, wishes, signal)
				: fail(failure);
		}
		case 'refused':
			return fail(fromApiError(end.error, fetchLater, `Task ID: ${taskId} (item ${itemIndex})`));
		case 'stopped': {
			const isPending = end.task === undefined || end.task.status === 'PENDING';
			const isCanceled =
				wishes.cancelOnStop && isPending && ctx.getExecutionCancelSignal()?.aborted === true;
			// Nobody waits for the answer: Stop is not held up, and a task that runs by now is refused.
			if (isCanceled) void (await client()).cancelAfterStop(taskId);
			return fail({
				// n8n ends an execution as canceled, not as failed, by this word in the message (measured).
				message: `Waiting for task ${taskId} was canceled (item ${itemIndex})`,
				description: isCanceled
					? `The service was asked to cancel the task, which it does unless the task has begun to run. ${fetchLater}`
					: fetchLater,
			});
		}
		case 'timedOut': {
			if (wishes.onTimeout === 'continue' && end.task !== undefined) {
				return await buildTaskItem(ctx, itemIndex, end.task, wishes, signal);
			}
			const minutes = Number((wishes.timeoutMs / MINUTE_MS).toFixed(2));
			const status = end.task?.status ?? 'not known';
			return fail({
				message: `Task ${taskId} did not end within the 'Timeout' of ${minutes} min (item ${itemIndex})`,
				description: joinLines([
					`Its status is ${status}. ${fetchLater}`,
					end.error && `The last answer: ${explainApiError(end.error).description}`,
				]),
			});
		}
	}
}
