import type { IDataObject, IExecuteFunctions, IPollFunctions } from 'n8n-workflow';

import { systemClock } from '../util/clock';
import { adviceFor, quote } from '../dashscope/errorAdvice';
import { joinLines } from '../util/errorText';
import { downloadVideo, type DownloadContext } from '../media/download';
import { runTimes } from '../tasks/runTimes';
import type { Task } from '../tasks/task';
import { taskResult } from '../tasks/taskResult';
import type { ItemError, ItemResult } from './itemError';
import { DEFAULT_BINARY_PROPERTY } from '../parameters/taskFields';
import { fail, ok } from '../util/result';

/** How a task is given to the workflow. */
export interface OutputOptions {
	readonly downloadVideo: boolean;
	readonly simplify: boolean;
	readonly binaryProperty: string;
	readonly fileName: string;
}

/** Reads the fields that `downloadField`, `simplifyField` and `downloadOptions` describe. */
export function readOutputOptions(ctx: IExecuteFunctions, itemIndex: number): OutputOptions {
	return outputOptions((name, fallback) => ctx.getNodeParameter(name, itemIndex, fallback));
}

/** The same for a trigger, which has no items to read them for. */
export function readTriggerOutputOptions(ctx: IPollFunctions): OutputOptions {
	return outputOptions((name, fallback) => ctx.getNodeParameter(name, fallback));
}

function outputOptions(read: (name: string, fallback: string | boolean) => unknown): OutputOptions {
	const text = (name: string, fallback: string): string => {
		const value = read(`options.${name}`, '');
		return typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;
	};
	return {
		downloadVideo: read('downloadVideo', false) === true,
		simplify: read('simplify', true) !== false,
		binaryProperty: text('binaryProperty', DEFAULT_BINARY_PROPERTY),
		fileName: text('fileName', ''),
	};
}

/** The item for a task as it stands, with the video when it is wanted and there. */
export async function buildTaskItem(
	ctx: DownloadContext,
	itemIndex: number,
	task: Task,
	wishes: OutputOptions,
	signal: AbortSignal,
): Promise<ItemResult> {
	runTimes.learn(task);
	const json = wishes.simplify ? toDataObject(taskResult(task)) : toDataObject(task.answer);
	const pairedItem = { item: itemIndex };
	if (!wishes.downloadVideo || task.state !== 'succeeded') {
		return ok({ json, pairedItem });
	}
	if (task.videoUrl === undefined) {
		return fail({
			message: `Task ${task.taskId} succeeded, but the service gave no link to its video`,
			description: joinLines([
				"Run the operation 'Get Status' with this task ID again in a while; that costs nothing.",
				task.requestId && `Request ID: ${task.requestId}`,
			]),
		});
	}
	const fileName = wishes.fileName || `${task.taskId}.mp4`;
	const download = await downloadVideo(ctx, task.videoUrl, fileName, systemClock, signal);
	if (!download.ok) {
		const { message, description } = download.error;
		return fail({
			message: `${message} (item ${itemIndex})`,
			description: joinLines([description, `Task ID: ${task.taskId}`]),
		});
	}
	return ok({ json, binary: { [wishes.binaryProperty]: download.value }, pairedItem });
}

/** What the user is told of a task that ended without a video: its code, the service's words, the IDs and what to do. */
export function unsuccessfulTaskError(itemIndex: number, task: Task): ItemError | undefined {
	const ids = [
		`Task ID: ${task.taskId}`,
		task.requestId && `Request ID: ${task.requestId}`,
	] as const;
	const because = (message: string, ...lines: Array<string | undefined>): ItemError => ({
		message: `${message} (item ${itemIndex})`,
		description: joinLines([...lines, ...ids]),
	});
	switch (task.state) {
		case 'active':
		case 'succeeded':
			return undefined;
		case 'failed': {
			const words = { code: task.code, message: task.message };
			const { what, next } = adviceFor(words);
			return because(
				`Task ${task.taskId} is FAILED: ${what}`,
				next,
				`DashScope said: ${quote(words)}`,
			);
		}
		case 'canceled':
			return because(
				// Never "canceled" in lower case: n8n would take the execution itself for canceled (measured).
				`Task ${task.taskId} is CANCELED`,
				'Somebody canceled it while it was waiting in the queue. It is not billed; create it again if the video is still wanted.',
			);
		case 'unknown':
			return because(
				`DashScope does not know the task ${task.taskId}`,
				"Tasks are kept for 24 hours, and each key sees the tasks of its own account and region only. Check 'Task ID' and the credential.",
			);
	}
}

/** JSON of the service as n8n types it. */
function toDataObject(value: object): IDataObject {
	return JSON.parse(JSON.stringify(value));
}
