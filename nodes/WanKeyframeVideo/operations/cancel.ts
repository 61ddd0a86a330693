import { forEachTask } from '../execution/runItems';
import { fromApiError } from '../execution/itemError';
import { OPERATION_NAMES } from '../execution/operationNames';
import { taskIdField } from '../parameters/taskFields';
import { fail, ok } from '../util/result';
import type { Operation } from './operation';

const show = { operation: ['cancel'] };

/** Cancels a task that is still in the queue. */
export const cancel: Operation = {
	option: {
		name: OPERATION_NAMES.cancel,
		value: 'cancel',
		action: 'Cancel task',
		description: 'Cancel a task that has not begun to run, so that it is not billed',
	},

	fields: [taskIdField(show)],

	async execute(run) {
		return await forEachTask(run, async (taskId, itemIndex) => {
			const answer = await run.client.cancelTask(taskId, run.signal);
			return answer.ok
				? ok({ json: { taskId, canceled: true }, pairedItem: { item: itemIndex } })
				: fail(fromApiError(answer.error, { taskId }));
		});
	},
};
