import type { IExecuteFunctions, INodeProperties, INodeTypeDescription } from 'n8n-workflow';

import { quoteValue } from '../models/describe';
import type { ErrorText } from '../util/errorText';
import { fail, type Result } from '../util/result';
import type { Show } from './displayByModel';
import { issuesToErrorText } from './issueText';
import { readParameters, type FieldRef, type ParameterReader } from './readParameter';
import { OPTIONS } from './settingFields';

export const DEFAULT_BINARY_PROPERTY = 'data';

const TASK_ID: FieldRef = { name: 'taskId', label: 'Task ID' };
const SIMPLIFY: FieldRef = { name: 'simplify', label: 'Simplify' };
export const DOWNLOAD_VIDEO: FieldRef = { name: 'downloadVideo', label: 'Download Video' };
const ROUTE_BY_STATUS = 'routeByStatus';
const FILE_NAME: FieldRef = { name: 'fileName', label: 'File Name' };
const BINARY_PROPERTY: FieldRef = { name: 'binaryProperty', label: 'Put Output File in Field' };

/** The field that names a task, for every operation on an existing one. */
export function taskIdField(show: Show): INodeProperties {
	return {
		displayName: TASK_ID.label,
		name: TASK_ID.name,
		type: 'string',
		required: true,
		default: '={{ $json.taskId }}',
		displayOptions: { show },
		description:
			'The taskId that Create returned. The service keeps tasks for 24 hours; any task of the account works.',
	};
}

/** Gives the node an output for each of three kinds of status. A tool has one output only. */
export function routeByStatusField(show: Show): INodeProperties {
	return {
		displayName: 'Route by Status',
		name: ROUTE_BY_STATUS,
		type: 'boolean',
		noDataExpression: true,
		default: false,
		displayOptions: { show, hide: { '@tool': [true] } },
		description:
			'Whether the node has three outputs: Succeeded, In Progress, and Failed, which takes canceled and unknown tasks too',
	};
}

/** Reads the field that `routeByStatusField` describes. */
export const isRoutedByStatus = (ctx: IExecuteFunctions): boolean =>
	ctx.getNodeParameter(ROUTE_BY_STATUS, 0, false) === true;

const STATUS_OUTPUTS = ['Succeeded', 'In Progress', 'Failed'].map((displayName) => {
	return { type: 'main', displayName };
});

/** The node's outputs, an expression that n8n evaluates anew when a parameter changes. */
export const NODE_OUTPUTS: INodeTypeDescription['outputs'] = `={{ $parameter["operation"] === "getStatus" && $parameter["${ROUTE_BY_STATUS}"] ? ${JSON.stringify(STATUS_OUTPUTS)} : ["main"] }}`;

/** n8n's own field for trimming a result, in n8n's own words. */
export function simplifyField(show: Show): INodeProperties {
	return {
		displayName: SIMPLIFY.label,
		name: SIMPLIFY.name,
		type: 'boolean',
		default: true,
		displayOptions: { show },
		description: 'Whether to return a simplified version of the response instead of the raw data',
	};
}

/** Whether to download the video; off unless the caller changes the default. */
export function downloadField(show: Show): INodeProperties {
	return {
		displayName: DOWNLOAD_VIDEO.label,
		name: DOWNLOAD_VIDEO.name,
		type: 'boolean',
		default: false,
		displayOptions: { show },
		description: 'Whether to put the video into the binary data of the item',
	};
}

/** What a user who does not download the video should know. */
export function linkNotice(show: Show): INodeProperties {
	return {
		displayName: `The link to the video expires after 24 hours. Turn on ${DOWNLOAD_VIDEO.label} to keep the video.`,
		name: 'linkNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { ...show, [DOWNLOAD_VIDEO.name]: [false] } },
	};
}

/** Entries of an options collection that say where a downloaded video goes. */
export function downloadOptions(show: Show): INodeProperties[] {
	return [
		{
			displayName: FILE_NAME.label,
			name: FILE_NAME.name,
			type: 'string',
			default: '',
			placeholder: 'e.g. transition.mp4',
			displayOptions: { show },
			description:
				'The name of the downloaded file. If empty, it is the task ID, or film.mp4 for joined videos.',
		},
		{
			displayName: BINARY_PROPERTY.label,
			name: BINARY_PROPERTY.name,
			type: 'string',
			default: DEFAULT_BINARY_PROPERTY,
			displayOptions: { show },
			hint: 'The name of the output binary field to put the video in',
		},
	];
}

/** IDs are UUIDs today; anything outside these characters could change the address that is called. */
const TASK_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/;

/** The item's task ID, or what is wrong with it. */
export function readTaskId(ctx: IExecuteFunctions, itemIndex: number): Result<string, ErrorText> {
	const taskId = readParameters(ctx, itemIndex, (read) => {
		const text = read.text(TASK_ID);
		if (text === '') read.refuseIfUnset(TASK_ID, 'is empty');
		else if (!TASK_ID_PATTERN.test(text)) {
			const problem = `is ${quoteValue(text)}, which cannot be the ID of a task`;
			read.refuse({ label: TASK_ID.label, problem });
		}
		return text;
	});
	return taskId.ok ? taskId : fail(issuesToErrorText(taskId.error, TASK_ID_SOURCE));
}

const TASK_ID_SOURCE =
	'It is the taskId in the output of Create, e.g. 0385dc79-5ff8-4d82-bcb6-7f5c1b2c3d4e.';

/** How a task becomes an item. */
export interface OutputOptions {
	readonly downloadVideo: boolean;
	readonly simplify: boolean;
	readonly binaryProperty: string;
	/** Empty for the task's ID. */
	readonly fileName: string;
}

/** Reads the fields that `downloadField`, `simplifyField` and `downloadOptions` describe. */
export function readOutputOptions(
	ctx: IExecuteFunctions,
	itemIndex: number,
): Result<OutputOptions, ErrorText> {
	const options = readParameters(ctx, itemIndex, outputOptionsFrom);
	return options.ok ? options : fail(issuesToErrorText(options.error));
}

/** The same for a caller that reads more fields at once. */
export function outputOptionsFrom(read: ParameterReader): OutputOptions {
	const options = read.collection(OPTIONS);
	return {
		downloadVideo: read.boolean(DOWNLOAD_VIDEO, false),
		simplify: read.boolean(SIMPLIFY, true),
		binaryProperty: options.text(BINARY_PROPERTY, DEFAULT_BINARY_PROPERTY),
		fileName: options.text(FILE_NAME),
	};
}
