import type { INodeExecutionData } from 'n8n-workflow';

import { forEachTask } from '../execution/runItems';
import { fromApiError } from '../execution/itemError';
import { OPERATION_NAMES } from '../execution/operationNames';
import { processState } from '../execution/processState';
import type { RunContext } from '../execution/runContext';
import { buildTaskItem } from '../execution/taskItem';
import { optionsField } from '../parameters/settingFields';
import {
	downloadField,
	downloadOptions,
	isRoutedByStatus,
	linkNotice,
	readOutputOptions,
	routeByStatusField,
	simplifyField,
	taskIdField,
} from '../parameters/taskFields';
import { readTask, type Task } from '../tasks/task';
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
		routeByStatusField(show),
		downloadField(show),
		linkNotice(show),
		simplifyField(show),
		optionsField({ ...show, downloadVideo: [true] }, downloadOptions({})),
	],

	async execute(run) {
		const { ctx } = run;
		return await forEachTask(run, async (taskId, itemIndex) => {
			const options = readOutputOptions(ctx, itemIndex);
			if (!options.ok) return options;
			const answer = await queryTask(run, taskId);
			if (!answer.ok) return fail(fromApiError(answer.error, { taskId }));
			const task = readTask(taskId, answer.value);
			processState.runTimes.record(task);
			return await buildTaskItem(run, itemIndex, task, options.value);
		});
	},

	toOutputs(ctx, items) {
		if (!isRoutedByStatus(ctx)) return [items];
		// n8n moves errors to its error output itself, and looks for one to retry in the first output.
		const errorState = ctx.getNode().onError === 'continueErrorOutput' ? 'succeeded' : 'failed';
		const inState = (...states: Array<Task['state']>) =>
			items.filter((item) => states.includes(stateOf(item) ?? errorState));
		return [inState('succeeded'), inState('active'), inState('failed', 'canceled', 'unknown')];
	},
};

/** A single UNKNOWN may come from a server that does not know a new task yet. */
const ASK_AGAIN_AFTER_MS = 5_000;

async function queryTask({ client, signal }: RunContext, taskId: string) {
	const query = async () => await client.queryTask(taskId, signal, { retry: true });
	const answer = await query();
	if (!answer.ok || readTask(taskId, answer.value).state !== 'unknown') return answer;
	await systemClock.sleep(ASK_AGAIN_AFTER_MS, signal);
	return await query();
}

/** The state of the item's task, simplified or not; undefined for an error. */
function stateOf({ json }: INodeExecutionData): Task['state'] | undefined {
	if ('error' in json) return undefined;
	return readTask('', 'output' in json ? json : { output: { task_status: json['status'] } }).state;
}
