import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import type { OutputOptions } from '../parameters/taskFields';
import type { Task } from '../tasks/task';
import { systemClock } from '../util/clock';
import { optional } from '../util/optional';
import { fail } from '../util/result';
import { fromThrown, type ItemError, type ItemResult } from './itemError';
import { processState } from './processState';
import { buildTaskItem } from './taskItem';
import { dropOldDownloads } from './triggerDownloads';

/** What a poll can hand on, and the IDs of the tasks whose video is not there yet. */
export interface TriggerItems {
	readonly items: readonly INodeExecutionData[];
	readonly heldBack: ReadonlySet<string>;
}

/** After so many polls without its video, each with five attempts, a task goes on without it. */
const MAX_FAILED_POLLS = 3;

/**
 * The items of ended tasks, in their order. Once `timeUp` resolves, tasks whose video is still on
 * its way are held back; the download goes on, and a later poll finds it. `warn` is told of each
 * download that failed.
 */
export async function buildTriggerItems(
	ctx: IPollFunctions,
	trigger: string,
	tasks: readonly Task[],
	options: OutputOptions,
	timeUp: Promise<void>,
	warn: (error: ItemError) => void,
): Promise<TriggerItems> {
	const { triggerDownloads } = processState;
	const nowMs = systemClock.monotonicMs();
	dropOldDownloads(triggerDownloads, nowMs);
	const late = timeUp.then(() => undefined);
	const heldBack = new Set<string>();
	const items = await Promise.all(
		tasks.map(async (task) => {
			const key = `${trigger} ${task.taskId}`;
			const download = triggerDownloads.get(key) ?? {
				startedMs: nowMs,
				failures: 0,
				item: undefined,
			};
			triggerDownloads.set(key, download);
			download.item ??= buildItem(ctx, task, options);
			const item = await Promise.race([download.item, late]);
			if (item?.ok) {
				triggerDownloads.delete(key);
				return item.value;
			}
			if (item !== undefined) {
				download.item = undefined;
				download.failures++;
				warn(item.error);
			}
			if (download.failures < MAX_FAILED_POLLS) {
				heldBack.add(task.taskId);
				return [];
			}
			triggerDownloads.delete(key);
			const without = await buildItem(ctx, task, { ...options, downloadVideo: false });
			return without.ok ? without.value : [];
		}),
	);
	return { items: items.flat().map(unpaired), heldBack };
}

/** An item of a trigger, which has no input that it could be paired with. */
export function unpaired({ json, binary }: INodeExecutionData): INodeExecutionData {
	return { json, ...optional('binary', binary) };
}

async function buildItem(
	ctx: IPollFunctions,
	task: Task,
	options: OutputOptions,
): Promise<ItemResult> {
	// Not ended with the poll: a later one takes it up.
	const { signal } = new AbortController();
	try {
		return await buildTaskItem({ ctx, signal }, 0, task, options);
	} catch (error) {
		return fail(fromThrown(error));
	}
}
