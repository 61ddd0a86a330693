import { failAllItems, forEachTask } from '../execution/runItems';
import { itemClips } from '../parameters/clips';
import { joinFilm } from '../execution/joinFilm';
import { OPERATION_NAMES } from '../execution/operationNames';
import { waitForVideo } from '../execution/waitForVideo';
import { optionsField } from '../parameters/settingFields';
import { taskIdField } from '../parameters/taskFields';
import {
	readJoinOptions,
	readWaitOptions,
	waitFields,
	waitOptions,
} from '../parameters/waitFields';
import type { Operation } from './operation';

const show = { operation: ['wait'] };

/** Waits until a task has ended and downloads its video. */
export const wait: Operation = {
	option: {
		name: OPERATION_NAMES.wait,
		value: 'wait',
		action: 'Wait for video',
		description: 'Wait until a task has ended and download its video',
	},

	fields: [taskIdField(show), ...waitFields(show), optionsField(show, waitOptions({}))],

	async execute(run) {
		const join = readJoinOptions(run.ctx, false);
		if (!join.ok) return failAllItems(run.ctx, join.error);
		const items = await forEachTask(run, async (taskId, itemIndex) => {
			const options = readWaitOptions(run.ctx, itemIndex);
			if (!options.ok) return options;
			return await waitForVideo(run, itemIndex, { taskId, isNew: false }, options.value);
		});
		const clips = itemClips(run.ctx.getInputData().length);
		return join.value === undefined ? items : await joinFilm(run, clips, items, join.value);
	},
};
