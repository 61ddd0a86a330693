import { failureOf } from './failure';
import type { Operation } from './operation';
import { runItems } from './runItems';
import { readTaskId, taskIdField } from './taskFields';

const show = { operation: ['cancel'] };

/** Cancels a task that still waits in the queue. */
export const cancel: Operation = {
	option: {
		name: 'Cancel',
		value: 'cancel',
		action: 'Cancel task',
		description: 'Cancel a task that has not begun to run, so that it is not billed',
	},

	fields: [taskIdField(show)],

	async execute(ctx) {
		return await runItems(ctx, {
			each: async (itemIndex, { client, signal }) => {
				const read = readTaskId(ctx, itemIndex);
				if (!read.ok) return read;
				const { taskId } = read;
				const answer = await (await client()).cancelTask(taskId, signal);
				if (!answer.ok) {
					const ids = `Task ID: ${taskId} (item ${itemIndex})`;
					return { ok: false, failure: failureOf(answer.fault, ids) };
				}
				const json = { taskId, canceled: true };
				return { ok: true, data: { json, pairedItem: { item: itemIndex } } };
			},
		});
	},
};
