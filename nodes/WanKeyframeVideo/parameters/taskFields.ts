import type { IDisplayOptions, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { ErrorText } from '../util/errorText';
import { fail, ok, type Result } from '../util/result';

type Show = NonNullable<IDisplayOptions['show']>;

export const DEFAULT_BINARY_PROPERTY = 'data';

/** The field that names a task, for every operation on an existing one. */
export function taskIdField(show: Show): INodeProperties {
	return {
		displayName: 'Task ID',
		name: 'taskId',
		type: 'string',
		required: true,
		default: '={{ $json.taskId }}',
		displayOptions: { show },
		description:
			'The ID that Create gave. Any task of the account from the last 24 hours can be asked for.',
	};
}

/** n8n's own field for trimming a result, in n8n's own words. */
export function simplifyField(show: Show): INodeProperties {
	return {
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		displayOptions: { show },
		description: 'Whether to return a simplified version of the response instead of the raw data',
	};
}

/** Whether the video itself is wanted; off unless the caller says otherwise. */
export function downloadField(show: Show): INodeProperties {
	return {
		displayName: 'Download Video',
		name: 'downloadVideo',
		type: 'boolean',
		default: false,
		displayOptions: { show },
		description:
			'Whether to put the video into the binary data of the item. Its link dies after 24 hours.',
	};
}

/** Entries of an options collection that say where a downloaded video goes. */
export function downloadOptions(show: Show): INodeProperties[] {
	return [
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. transition.mp4',
			displayOptions: { show },
			description: 'The name of the downloaded file. Left empty, it is the task ID and .mp4.',
		},
		{
			displayName: 'Put Output File in Field',
			name: 'binaryProperty',
			type: 'string',
			default: DEFAULT_BINARY_PROPERTY,
			displayOptions: { show },
			hint: 'The name of the output binary field to put the video in',
		},
	];
}

/** IDs are UUIDs; anything outside these characters could change the address that is asked. */
const TASK_ID = /^[A-Za-z0-9_-]{1,100}$/;

/** Reads the item's task ID, or tells what is wrong with it. */
export function readTaskId(ctx: IExecuteFunctions, itemIndex: number): Result<string, ErrorText> {
	const value: unknown = ctx.getNodeParameter('taskId', itemIndex, '');
	const taskId = typeof value === 'string' ? value.trim() : '';
	if (TASK_ID.test(taskId)) return ok(taskId);
	const says =
		taskId === '' ? 'is empty' : `is "${taskId.slice(0, 60)}", which cannot be the ID of a task`;
	return fail({
		message: `'Task ID' ${says}`,
		description:
			'It is the taskId in the output of Create, e.g. 0385dc79-5ff8-4d82-bcb6-7f5c1b2c3d4e.',
	});
}
