import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import type { Task } from '../tasks/task';
import { systemClock } from '../util/clock';
import { joinLines } from '../util/errorText';
import { optional } from '../util/optional';
import { fail } from '../util/result';
import { fromThrown, type ItemResult } from './itemError';
import { buildTaskItem, type OutputOptions } from './taskItem';

/** What a poll can hand on, and the IDs of the tasks whose video is not there yet. */
export interface TriggerItems {
	readonly items: readonly INodeExecutionData[];
	readonly heldBack: ReadonlySet<string>;
}

/** A video that so many polls failed to download, each trying four times, is not waited for. */
const MOST_FAILED_POLLS = 3;

/** A video that no poll has asked for in this time is not kept: its trigger is no longer active. */
const KEPT_FOR_MS = 3_600_000;

interface Download {
	readonly beganMs: number;
	/** Polls that it failed in. */
	failures: number;
	building: Promise<ItemResult> | undefined;
}

/** Of all triggers of the process, by trigger and task: a download may take longer than a poll may. */
const downloads = new Map<string, Download>();

/**
 * The items for ended tasks, in their order. Once `timeUp` resolves, tasks whose video is still on its way are held
 * back; it is there for a later poll. Nobody is told here where a video cannot be had, so that goes to n8n's log.
 */
export async function buildTriggerItems(
	ctx: IPollFunctions,
	trigger: string,
	tasks: readonly Task[],
	options: OutputOptions,
	timeUp: Promise<void>,
): Promise<TriggerItems> {
	const nowMs = systemClock.now();
	for (const [key, { beganMs }] of downloads) {
		if (nowMs - beganMs > KEPT_FOR_MS) downloads.delete(key);
	}
	const late = timeUp.then(() => undefined);
	const heldBack = new Set<string>();
	const built = await Promise.all(
		tasks.map(async (task) => {
			const key = `${trigger} ${task.taskId}`;
			const download = downloads.get(key) ?? { beganMs: nowMs, failures: 0, building: undefined };
			downloads.set(key, download);
			download.building ??= build(ctx, task, options);
			const result = await Promise.race([download.building, late]);
			if (result?.ok) {
				downloads.delete(key);
				return result.value;
			}
			if (result !== undefined) {
				download.building = undefined;
				download.failures++;
				const { message, description } = result.error;
				ctx.logger.warn(joinLines([`${ctx.getNode().name}: ${message}`, description]));
			}
			if (download.failures < MOST_FAILED_POLLS) {
				heldBack.add(task.taskId);
				return [];
			}
			downloads.delete(key);
			const without = await build(ctx, task, { ...options, downloadVideo: false });
			return without.ok ? without.value : [];
		}),
	);
	return { items: built.flat().map(unpaired), heldBack };
}

/** An item of a trigger: it has no input that its items could be paired with. */
export function unpaired({ json, binary }: INodeExecutionData): INodeExecutionData {
	return { json, ...optional('binary', binary) };
}

async function build(ctx: IPollFunctions, task: Task, options: OutputOptions): Promise<ItemResult> {
	try {
		// Not ended with the poll: the next one takes it up.
		return await buildTaskItem(ctx, 0, task, options, new AbortController().signal);
	} catch (error) {
		return fail(fromThrown(error));
	}
}
