import { readTask } from '../tasks/task';
import { forEachTask } from '../execution/forEachTask';
import type { Operation } from './operation';
import {
	downloadField,
	downloadOptions,
	simplifyField,
	taskIdField,
} from '../parameters/taskFields';
import { buildTaskItem, readOutputOptions } from '../execution/taskItem';

const show = { operation: ['getStatus'] };

/** Asks once how a task stands. A task without a video is a result here, not a failure. */
export const getStatus: Operation = {
	option: {
		name: 'Get Status',
		value: 'getStatus',
		action: 'Get status of task',
		description: 'Ask once how a task stands, with the link to its video when it is ready',
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

	async execute(ctx) {
		return await forEachTask(ctx, {
			call: async (client, taskId, signal) => await client.queryTask(taskId, signal),
			give: async (itemIndex, taskId, answer, signal) => {
				const task = readTask(taskId, answer);
				return await buildTaskItem(ctx, itemIndex, task, readOutputOptions(ctx, itemIndex), signal);
			},
		});
	},
};
