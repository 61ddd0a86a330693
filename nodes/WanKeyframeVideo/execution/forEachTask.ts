import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { DashScopeClient } from '../dashscope/client';
import type { ApiError } from '../dashscope/apiError';
import type { JsonRecord } from '../util/json';
import { fromApiError, type ItemResult } from './itemError';
import { runItems } from './runItems';
import { readTaskId } from '../parameters/taskFields';
import { fail, type Result } from '../util/result';

/** What one call about an existing task takes; `signal` is the run's. */
export interface TaskCall {
	readonly call: (
		client: DashScopeClient,
		taskId: string,
		signal: AbortSignal,
	) => Promise<Result<JsonRecord, ApiError>>;
	/** Makes the item of the answer. */
	readonly give: (
		itemIndex: number,
		taskId: string,
		answer: JsonRecord,
		signal: AbortSignal,
	) => Promise<ItemResult>;
}

/** Makes the call for the task of each item; a call without a usable answer is the item's failure and names the task. */
export async function forEachTask(
	ctx: IExecuteFunctions,
	{ call, give }: TaskCall,
): Promise<INodeExecutionData[]> {
	return await runItems(ctx, {
		each: async (itemIndex, { client, signal }) => {
			const read = readTaskId(ctx, itemIndex);
			if (!read.ok) return read;
			const taskId = read.value;
			const answer = await call(await client(), taskId, signal);
			if (answer.ok) return await give(itemIndex, taskId, answer.value, signal);
			const ids = `Task ID: ${taskId} (item ${itemIndex})`;
			return fail(fromApiError(answer.error, ids));
		},
	});
}
