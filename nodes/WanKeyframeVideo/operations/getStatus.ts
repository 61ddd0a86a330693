import { forEachTask } from '../execution/forEachTask';
import { fromApiError } from '../execution/itemError';
import { OPERATION_NAMES } from '../execution/operationNames';
import { retryRead } from '../execution/retryRead';
import { buildTaskItem } from '../execution/taskItem';
import { readOutputOptions } from '../execution/taskOptions';
import {
	downloadField,
	downloadOptions,
	simplifyField,
	taskIdField,
} from '../parameters/taskFields';
import { runTimes } from '../tasks/runTimes';
import { readTask } from '../tasks/task';
import { systemClock } from '../util/clock';
import { fail } from '../util/result';
import type { Operation } from './operation';

const show = { operation: ['getStatus'] };

/** Gets the current status of a task. A task that ended without a video is a result here, not a failure. */
export const getStatus: Operation = {
	option: {
		name: OPERATION_NAMES.getStatus,
		value: 'getStatus',
		action: 'Get status of task',
		description: 'Get the current status of a task, with the link to its video when it is ready',
	},

	fields: [
		taskIdField(show),
		downloadField(show),
		simplifyField(show),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			displayOptions: { show: { ...show, downloadVideo: [true] } },
			options: downloadOptions({}),
		},
	],

	async execute(run) {
		const { client, ctx, signal } = run;
		return await forEachTask(run, async (taskId, itemIndex) => {
			const answer = await retryRead(
				systemClock,
				signal,
				async () => await client.queryTask(taskId, signal),
			);
			if (!answer.ok) return fail(fromApiError(answer.error, { taskId }));
			const task = readTask(taskId, answer.value);
			runTimes.learn(task);
			return await buildTaskItem(run, itemIndex, task, readOutputOptions(ctx, itemIndex));
		});
	},
};
