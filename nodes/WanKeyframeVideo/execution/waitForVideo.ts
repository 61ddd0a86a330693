import type { IExecuteFunctions } from 'n8n-workflow';

import { explainFault, describe } from '../dashscope/errorAdvice';
import type { Polling } from '../tasks/nextPoll';
import { runTimes } from '../tasks/runTimes';
import { failureOf, type ItemResult } from './itemError';
import type { RunState } from './runItems';
import { failureOfTask, giveTask, readWishes, type OutputWishes } from './taskItem';

const MINUTE_MS = 60_000;
const DEFAULT_TIMEOUT_MINUTES = 30;
const DEFAULT_INTERVAL_SECONDS = 15;
const SHORTEST_INTERVAL_SECONDS = 1;

export interface WaitWishes extends OutputWishes {
	readonly polling: Polling;
	readonly timeoutMs: number;
	readonly onTimeout: 'error' | 'continue';
	readonly cancelOnStop: boolean;
}

/** Reads the fields of Wait, from the operation itself or from Create that waits. */
export function readWaitWishes(ctx: IExecuteFunctions, itemIndex: number): WaitWishes {
	const number = (name: string, fallback: number): number => {
		const value = Number(ctx.getNodeParameter(name, itemIndex, fallback));
		return Number.isFinite(value) && value > 0 ? value : fallback;
	};
	const intervalSeconds = number('options.pollInterval', DEFAULT_INTERVAL_SECONDS);
	const isFixed = ctx.getNodeParameter('options.polling', itemIndex, 'automatic') === 'fixed';
	const goesOn = ctx.getNodeParameter('options.onTimeout', itemIndex, 'error') === 'continue';
	return {
		...readWishes(ctx, itemIndex),
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
export async function waitAndGive(
	ctx: IExecuteFunctions,
	itemIndex: number,
	{ taskId, isNew, onSeen }: AwaitedTask,
	wishes: WaitWishes,
	{ client, watcher, signal }: RunState,
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
			const failure = failureOfTask(itemIndex, end.task);
			return failure === undefined
				? await giveTask(ctx, itemIndex, end.task, wishes, signal)
				: { ok: false, failure };
		}
		case 'refused':
			return {
				ok: false,
				failure: failureOf(end.fault, fetchLater, `Task ID: ${taskId} (item ${itemIndex})`),
			};
		case 'stopped': {
			const isPending = end.task === undefined || end.task.status === 'PENDING';
			const isCanceled =
				wishes.cancelOnStop && isPending && ctx.getExecutionCancelSignal()?.aborted === true;
			// Nobody waits for the answer: Stop is not held up, and a task that runs by now is refused.
			if (isCanceled) void (await client()).cancelDespiteStop(taskId);
			return {
				ok: false,
				failure: {
					// n8n ends an execution as canceled, not as failed, by this word in the message (measured).
					message: `Waiting for task ${taskId} was canceled (item ${itemIndex})`,
					description: isCanceled
						? `The service was asked to cancel the task, which it does unless the task has begun to run. ${fetchLater}`
						: fetchLater,
				},
			};
		}
		case 'timedOut': {
			if (wishes.onTimeout === 'continue' && end.task !== undefined) {
				return await giveTask(ctx, itemIndex, end.task, wishes, signal);
			}
			const minutes = Number((wishes.timeoutMs / MINUTE_MS).toFixed(2));
			const status = end.task?.status ?? 'not known';
			return {
				ok: false,
				failure: {
					message: `Task ${taskId} did not end within the 'Timeout' of ${minutes} min (item ${itemIndex})`,
					description: describe([
						`Its status is ${status}. ${fetchLater}`,
						end.fault && `The last answer: ${explainFault(end.fault).description}`,
					]),
				},
			};
		}
	}
}
