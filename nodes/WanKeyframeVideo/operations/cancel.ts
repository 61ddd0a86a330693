import { forEachTask } from '../execution/forEachTask';
import type { Operation } from './operation';
import { taskIdField } from '../parameters/taskFields';
import { ok } from '../util/result';

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
		return await forEachTask(ctx, {
			call: async (client, taskId, signal) => await client.cancelTask(taskId, signal),
			give: async (itemIndex, taskId) => {
				const json = { taskId, canceled: true };
				return ok({ json, pairedItem: { item: itemIndex } });
			},
		});
	},
};
