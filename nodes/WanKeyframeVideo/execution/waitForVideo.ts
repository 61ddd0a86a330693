import type { ApiError } from '../dashscope/apiError';
import { explainApiError } from '../dashscope/errorAdvice';
import { TIMEOUT_LABEL, type WaitOptions } from '../parameters/waitFields';
import type { Task } from '../tasks/task';
import type { WaitOutcome } from '../tasks/waitForTask';
import { systemClock } from '../util/clock';
import { describeDuration, joinLines } from '../util/errorText';
import { onAbort } from '../util/onAbort';
import { fail, ok } from '../util/result';
import { fromApiError, type ItemError, type ItemResult } from './itemError';
import { OPERATION_NAMES } from './operationNames';
import { processState } from './processState';
import type { RunContext } from './runContext';
import { logLine } from './runLog';
import { taskError } from './taskError';
import { buildTaskItem } from './taskItem';

/** A task to wait for. */
export interface AwaitedTask {
	readonly taskId: string;
	/** True where it was created just now. */
	readonly isNew: boolean;
}

const FETCH_LATER = `Run the operation '${OPERATION_NAMES.wait}' or '${OPERATION_NAMES.getStatus}' with its ID to fetch the video; that costs nothing.`;

/** Waits for the item's task; its item with the video, or why there is none. */
export async function waitForVideo(
	run: RunContext,
	itemIndex: number,
	{ taskId, isNew }: AwaitedTask,
	options: WaitOptions,
): Promise<ItemResult> {
	const deadlineMs = systemClock.monotonicMs() + options.timeoutMs;
	const outcome = await run.watcher.watch(taskId, {
		polling: options.polling,
		timeoutMs: options.timeoutMs,
		isNew,
		isKnown: processState.runTimes.isTracked(taskId),
		estimate: () => processState.runTimes.estimate(taskId),
		onAnswer(answer) {
			if (answer.ok) run.tasks.set(itemIndex, taskId, answer.value.status);
			const found = answer.ok ? answer.value.status : explainApiError(answer.error).message;
			logLine(run, 'debug', `task ${taskId}: ${found}`);
		},
	});
	// An ID that the service has never known says nothing of money.
	if (outcome.kind !== 'unknown' || outcome.wasKnown) run.cost.note(taskId, outcome.task);
	switch (outcome.kind) {
		case 'finished':
		case 'unknown': {
			const { task } = outcome;
			processState.runTimes.record(task);
			const wasKnown = outcome.kind === 'unknown' && outcome.wasKnown;
			const error = taskError(task, wasKnown);
			return error === undefined
				? await buildTaskItem(run, itemIndex, task, options, deadlineMs)
				: fail(error);
		}
		case 'refused':
			return fail(fromApiError(outcome.error, { taskId, advice: FETCH_LATER }));
		case 'stopped': {
			const cancels = mayBeCanceled(options, outcome) && run.isStopped();
			if (cancels) cancelAfterStop(run, itemIndex, taskId);
			return fail(stoppedError(taskId, cancels));
		}
		case 'timedOut': {
			if (mayBeCanceled(options, outcome)) {
				// The item comes out, but the run goes on: Stop is for its task too.
				onAbort(run.signal, () => {
					if (run.isStopped()) cancelAfterStop(run, itemIndex, taskId);
				});
			}
			if (options.onTimeout === 'error') return fail(timeoutError(taskId, options, outcome));
			if (outcome.task !== undefined) {
				return await buildTaskItem(run, itemIndex, outcome.task, options);
			}
			// No query was answered, so all that is known of the task is its ID.
			return ok({ json: { taskId, finished: false }, pairedItem: { item: itemIndex } });
		}
	}
}

/** Whether Stop is to cancel the task, as far as it is known: one that runs would refuse it. */
const mayBeCanceled = (
	{ cancelOnStop }: WaitOptions,
	{ task }: { readonly task?: Task },
): boolean => cancelOnStop && (task === undefined || task.status === 'PENDING');

/**
 * Asks the service to cancel the task. Nobody waits for the answer, so that Stop is not held up; it is
 * logged. A task that has begun to run is refused, and goes on.
 */
function cancelAfterStop({ client, ctx, tasks }: RunContext, itemIndex: number, taskId: string) {
	tasks.set(itemIndex, taskId, 'asked to be canceled');
	const log = (result: string) =>
		ctx.logger.info(`Cancel on Stop: task ${taskId} ${result}`, { taskId, itemIndex });
	client.cancelAfterStop(taskId).then(
		(answer) =>
			log(answer.ok ? 'is canceled' : `is not canceled: ${explainApiError(answer.error).message}`),
		(error: unknown) => log(`is not canceled: ${String(error)}`),
	);
}

function stoppedError(taskId: string, cancels: boolean): ItemError {
	return {
		// n8n ends an execution as canceled, not as failed, by this word in the message (measured).
		message: `Waiting for task ${taskId} was canceled`,
		description: cancels
			? `The service was asked to cancel the task, which it does unless the task has begun to run. One that runs is paid for when it succeeds: ${FETCH_LATER}`
			: `The task continues at the service. ${FETCH_LATER}`,
		taskId,
	};
}

function timeoutError(
	taskId: string,
	{ timeoutMs }: WaitOptions,
	{ task, error }: WaitOutcome & { kind: 'timedOut' },
): ItemError {
	const status = task?.status === undefined || task.status === '' ? undefined : task.status;
	return {
		message: `Task ${taskId} did not end within the '${TIMEOUT_LABEL}' of ${describeDuration(timeoutMs)}`,
		description: joinLines([
			status === undefined
				? `Its status is not known. ${FETCH_LATER}`
				: `Its last status is ${status}. ${FETCH_LATER}`,
			error && lastAnswer(error),
		]),
		taskId,
	};
}

function lastAnswer(error: ApiError): string {
	const { message, description } = explainApiError(error);
	return joinLines([`The last query: ${message}`, description]);
}
