import type { INodeExecutionData } from 'n8n-workflow';

import { readTaskId } from '../parameters/taskFields';
import type { ItemResult } from './itemError';
import type { RunContext } from './runContext';
import { runItems } from './runItems';

/** Processes the task that each item names; an item without a usable task ID fails before anything is sent. */
export async function forEachTask(
	run: RunContext,
	processTask: (taskId: string, itemIndex: number) => Promise<ItemResult>,
): Promise<INodeExecutionData[]> {
	return await runItems(run, async (itemIndex) => {
		const taskId = readTaskId(run.ctx, itemIndex);
		return taskId.ok ? await processTask(taskId.value, itemIndex) : taskId;
	});
}
