import type { IExecuteFunctions } from 'n8n-workflow';

import { systemClock } from '../dashscope/clock';
import { explainFault, describe } from '../dashscope/meanings';
import type { Polling } from '../tasks/nextPoll';
import { readTask } from '../tasks/task';
import { waitForTask } from '../tasks/waitForTask';
import { failureOf, type ItemResult } from './failure';
import type { RunState } from './runItems';
import { failureOfTask, giveTask, readWishes, type OutputWishes } from './taskOutput';

const MINUTE_MS = 60_000;
const DEFAULT_TIMEOUT_MINUTES = 30;
const DEFAULT_INTERVAL_SECONDS = 15;
const SHORTEST_INTERVAL_SECONDS = 1;

export interface WaitWishes extends OutputWishes {
	readonly polling: Polling;
	readonly timeoutMs: number;
	readonly onTimeout: 'error' | 'continue';
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
	{ client, signal }: RunState,
): Promise<ItemResult> {
	const api = await client();
	const end = await waitForTask(
		{ polling: wishes.polling, timeoutMs: wishes.timeoutMs, isNew, signal },
		{
			clock: systemClock,
			query: async () => {
				const answer = await api.queryTask(taskId, signal);
				if (!answer.ok) return answer;
				const task = readTask(taskId, answer.value);
				onSeen(task.status);
				return { ok: true, value: task };
			},
		},
	);
	const fetchLater =
		"The task goes on at the service. Run the operation 'Wait' or 'Get Status' with its ID; that costs nothing.";
	switch (end.kind) {
		case 'finished': {
			const failure = failureOfTask(itemIndex, end.task);
			return failure === undefined
				? await giveTask(ctx, itemIndex, end.task, wishes)
				: { ok: false, failure };
		}
		case 'refused':
			return {
				ok: false,
				failure: failureOf(end.fault, fetchLater, `Task ID: ${taskId} (item ${itemIndex})`),
			};
		case 'stopped':
			return {
				ok: false,
				failure: {
					// n8n ends an execution as canceled, not as failed, by this word in the message (measured).
					message: `Waiting for task ${taskId} was canceled (item ${itemIndex})`,
					description: fetchLater,
				},
			};
		case 'timedOut': {
			if (wishes.onTimeout === 'continue' && end.task !== undefined) {
				return await giveTask(ctx, itemIndex, end.task, wishes);
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
