import { readTask } from '../tasks/task';
import { failureOf } from './failure';
import type { Operation } from './operation';
import { runItems } from './runItems';
import {
	downloadField,
	downloadOptions,
	readTaskId,
	simplifyField,
	taskIdField,
} from './taskFields';
import { giveTask, readWishes } from './taskOutput';

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
		return await runItems(ctx, {
			each: async (itemIndex, { client, signal }) => {
				const read = readTaskId(ctx, itemIndex);
				if (!read.ok) return read;
				const { taskId } = read;
				const answer = await (await client()).queryTask(taskId, signal);
				if (!answer.ok) {
					const ids = `Task ID: ${taskId} (item ${itemIndex})`;
					return { ok: false, failure: failureOf(answer.fault, ids) };
				}
				const task = readTask(taskId, answer.value);
				return await giveTask(ctx, itemIndex, task, readWishes(ctx, itemIndex), signal);
			},
		});
	},
};
