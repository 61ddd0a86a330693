import type { Operation } from './operation';
import { runItems } from '../execution/runItems';
import { readTaskId, taskIdField } from '../parameters/taskFields';
import { waitFields, waitOptions } from '../parameters/waitFields';
import { readWaitOptions, waitForVideo } from '../execution/waitForVideo';

const show = { operation: ['wait'] };

/** Waits until a task has ended and gives its video. */
export const wait: Operation = {
	option: {
		name: 'Wait',
		value: 'wait',
		action: 'Wait for video',
		description: 'Wait until a task has ended and download its video',
	},

	fields: [
		taskIdField(show),
		...waitFields(show),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			displayOptions: { show },
			options: waitOptions({}),
		},
	],

	async execute(ctx) {
		const seen = new Map<number, string>();
		return await runItems(ctx, {
			tasks: () => seen,
			each: async (itemIndex, run) => {
				const read = readTaskId(ctx, itemIndex);
				if (!read.ok) return read;
				const taskId = read.value;
				const onSeen = (status: string) => void seen.set(itemIndex, `${taskId} (${status})`);
				onSeen('not asked for yet');
				const wishes = readWaitOptions(ctx, itemIndex);
				return await waitForVideo(ctx, itemIndex, { taskId, isNew: false, onSeen }, wishes, run);
			},
		});
	},
};
