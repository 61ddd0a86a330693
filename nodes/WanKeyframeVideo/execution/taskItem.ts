import type { IDataObject } from 'n8n-workflow';

import { downloadVideo } from '../media/download';
import type { DownloadContext } from '../media/fetchVideo';
import type { OutputOptions } from '../parameters/taskFields';
import { TIMEOUT_LABEL } from '../parameters/waitFields';
import { linkExpiry } from '../tasks/linkExpiry';
import type { Task } from '../tasks/task';
import { taskResult } from '../tasks/taskResult';
import { systemClock } from '../util/clock';
import { optional } from '../util/optional';
import { fail, ok } from '../util/result';
import type { ItemResult } from './itemError';
import { OPERATION_NAMES } from './operationNames';
import { processState } from './processState';

/** What an item needs of a run, or of a trigger's poll. */
export interface ItemContext {
	readonly ctx: DownloadContext;
	readonly signal: AbortSignal;
}

/** The item of a task with its current status, and with its video where it is wanted and there.
 * `deadlineMs`, on the monotonic clock, ends the download too. */
export async function buildTaskItem(
	{ ctx, signal }: ItemContext,
	itemIndex: number,
	task: Task,
	options: OutputOptions,
	deadlineMs?: number,
): Promise<ItemResult> {
	const json = toDataObject(options.simplify ? taskResult(task) : task.answer);
	const pairedItem = { item: itemIndex };
	if (!options.downloadVideo || task.state !== 'succeeded') return ok({ json, pairedItem });

	const { taskId } = task;
	if (task.videoUrl === undefined) {
		return fail({
			message: `Task ${taskId} succeeded, but the service gave no link to its video`,
			description: `Run the operation '${OPERATION_NAMES.getStatus}' with this task ID again in a while; that costs nothing.`,
			taskId,
			...optional('requestId', task.requestId),
		});
	}
	const fileName = options.fileName || `${taskId}.mp4`;
	const expiresAt = linkExpiry(task);
	const video = await downloadVideo(
		ctx,
		{
			url: task.videoUrl,
			fileName,
			signal,
			...optional('expiresAtMs', expiresAt === undefined ? undefined : Date.parse(expiresAt)),
			...optional(
				'deadline',
				deadlineMs === undefined ? undefined : { atMs: deadlineMs, label: TIMEOUT_LABEL },
			),
		},
		systemClock,
		processState.downloadSlots,
	);
	return video.ok
		? ok({ json, binary: { [options.binaryProperty]: video.value }, pairedItem })
		: fail({ ...video.error, taskId });
}

/** JSON of the service as n8n types it. */
export function toDataObject(value: object): IDataObject {
	return JSON.parse(JSON.stringify(value));
}
