import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { JOIN_VIDEOS_LABEL, REMOVE_SOUND_LABEL } from '../models/settings';
import type { ErrorText } from '../util/errorText';
import { fail, type Result } from '../util/result';
import { IS_EXPRESSION, type Show } from './displayByModel';
import { issuesToErrorText } from './issueText';
import { readParameters, type FieldRef, type ParameterReader } from './readParameter';
import { OPTIONS } from './settingFields';
import { FRAMES_PER_ITEM } from './storyboardFields';
import {
	DOWNLOAD_VIDEO,
	downloadField,
	downloadOptions,
	linkNotice,
	outputOptionsFrom,
	simplifyField,
	type OutputOptions,
} from './taskFields';

/** Labels that messages name, and what holds where the user sets nothing. */
export const TIMEOUT_LABEL = 'Timeout (Minutes)';
export const DEFAULT_TIMEOUT_MINUTES = 30;
export const DEFAULT_POLL_INTERVAL_SECONDS = 15;
export const MIN_POLL_INTERVAL_SECONDS = 1;

/** Shorter than this no task ends; six seconds are enough for one that has ended. */
const MIN_TIMEOUT_MINUTES = 0.1;

const TIMEOUT: FieldRef = { name: 'timeout', label: TIMEOUT_LABEL };
const POLLING: FieldRef = { name: 'polling', label: 'Polling' };
const POLL_INTERVAL: FieldRef = { name: 'pollInterval', label: 'Poll Interval (Seconds)' };
const ON_TIMEOUT: FieldRef = { name: 'onTimeout', label: 'On Timeout' };
const JOIN_VIDEOS: FieldRef = { name: 'joinVideos', label: JOIN_VIDEOS_LABEL };
const REMOVE_SOUND: FieldRef = { name: 'removeSound', label: REMOVE_SOUND_LABEL };
const CANCEL_ON_STOP: FieldRef = { name: 'cancelOnStop', label: 'Cancel on Stop' };
/** The switch of Create that makes it wait. */
export const WAIT_FOR_COMPLETION: FieldRef = {
	name: 'waitForCompletion',
	label: 'Wait for Completion',
};

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** The top-level fields of waiting. */
export function waitFields(show: Show, { hasStoryboard = false } = {}): INodeProperties[] {
	return [
		{
			displayName: TIMEOUT.label,
			name: TIMEOUT.name,
			type: 'number',
			typeOptions: { minValue: MIN_TIMEOUT_MINUTES },
			default: DEFAULT_TIMEOUT_MINUTES,
			displayOptions: { show },
			description:
				'How long to wait at most. Most videos take from half a minute to ten minutes. A task that is not ready by then keeps running at the service.',
		},
		{ ...downloadField(show), default: true },
		linkNotice(show),
		...joinFields({ ...show, [DOWNLOAD_VIDEO.name]: [true] }, hasStoryboard),
		simplifyField(show),
	];
}

/** Stands for "as usual for the kind of run" where an expression decides whether it is a storyboard. */
const MODE_DEFAULT = '';

/** The field that makes a film; in an operation that has storyboards it is on for these. */
function joinFields(show: Show, hasStoryboard: boolean): INodeProperties[] {
	const base = {
		displayName: JOIN_VIDEOS.label,
		name: JOIN_VIDEOS.name,
		description:
			'Whether to join the videos of all items, in their order, into one film on one item. The videos need the same size and the same kind of sound. They are not encoded again.',
	};
	if (!hasStoryboard) {
		return [{ ...base, type: 'boolean', default: false, displayOptions: { show } }];
	}
	const frames = FRAMES_PER_ITEM.name;
	return [
		{
			...base,
			type: 'boolean',
			default: false,
			displayOptions: { show, hide: { [frames]: ['one', ...IS_EXPRESSION] } },
		},
		{
			...base,
			type: 'boolean',
			default: true,
			displayOptions: { show, hide: { [frames]: ['two', ...IS_EXPRESSION] } },
		},
		{
			...base,
			type: 'options',
			options: [
				{ name: 'In a Storyboard', value: MODE_DEFAULT },
				{ name: 'Never', value: false },
				{ name: 'Always', value: true },
			],
			default: MODE_DEFAULT,
			displayOptions: { show: { ...show, [frames]: IS_EXPRESSION } },
		},
	];
}

/** The entries of waiting in an options collection. */
export function waitOptions(show: Show): INodeProperties[] {
	return [
		{
			displayName: CANCEL_ON_STOP.label,
			name: CANCEL_ON_STOP.name,
			type: 'boolean',
			default: false,
			displayOptions: { show },
			description:
				'Whether to cancel tasks that have not begun to run when the execution is stopped. A running task cannot be canceled.',
		},
		...downloadOptions({ ...show, '/downloadVideo': [true] }),
		{
			displayName: ON_TIMEOUT.label,
			name: ON_TIMEOUT.name,
			type: 'options',
			options: [
				{
					name: 'Continue',
					value: 'continue',
					description: 'Return the item with its current status and finished set to false',
				},
				{
					name: 'Stop With an Error',
					value: 'error',
					description: 'Fail the item. The task ID is in the message.',
				},
			],
			default: 'error',
			displayOptions: { show },
			description: 'What to do with an item whose task has not ended in time',
		},
		{
			displayName: POLL_INTERVAL.label,
			name: POLL_INTERVAL.name,
			type: 'number',
			typeOptions: { minValue: MIN_POLL_INTERVAL_SECONDS },
			default: DEFAULT_POLL_INTERVAL_SECONDS,
			displayOptions: { show: { ...show, polling: ['fixed'] } },
			description: 'The time between two queries for the same task',
		},
		{
			displayName: POLLING.label,
			name: POLLING.name,
			type: 'options',
			options: [
				{
					name: 'Automatic',
					value: 'automatic',
					description:
						'Ask mostly when the video can be expected, by the run times of earlier videos like it',
				},
				{
					name: 'Fixed Interval',
					value: 'fixed',
					description: 'Ask again after the same time',
				},
			],
			default: 'automatic',
			displayOptions: { show },
			description: 'How often to ask whether the task has ended. Queries cost nothing.',
		},
		{
			displayName: REMOVE_SOUND.label,
			name: REMOVE_SOUND.name,
			type: 'boolean',
			default: false,
			displayOptions: { show: { ...show, [`/${JOIN_VIDEOS.name}`]: [true, MODE_DEFAULT] } },
			description:
				'Whether to leave the sound out of the film, so that videos with different kinds of sound can be joined',
		},
	];
}

export interface WaitOptions extends OutputOptions {
	readonly polling:
		| { readonly kind: 'automatic' }
		| { readonly kind: 'fixed'; readonly intervalMs: number };
	readonly timeoutMs: number;
	readonly onTimeout: 'error' | 'continue';
	readonly cancelOnStop: boolean;
}

/** How the videos of all items become a film. */
export interface JoinOptions {
	readonly removeSound: boolean;
	readonly binaryProperty: string;
	readonly fileName: string;
}

const FILM_NAME = 'film.mp4';

/** How to join the videos of all items, as the first one says; undefined if they stay clips. */
export function readJoinOptions(
	ctx: IExecuteFunctions,
	byDefault: boolean,
): Result<JoinOptions | undefined, ErrorText> {
	const read = readParameters(ctx, 0, (parameters) => {
		const { downloadVideo, binaryProperty, fileName } = outputOptionsFrom(parameters);
		const isWanted = downloadVideo && parameters.boolean(JOIN_VIDEOS, byDefault);
		const removeSound = parameters.collection(OPTIONS).boolean(REMOVE_SOUND, false);
		return isWanted ? { removeSound, binaryProperty, fileName: fileName || FILM_NAME } : undefined;
	});
	return read.ok ? read : fail(issuesToErrorText(read.error));
}

/** Reads the fields of Wait, from the operation itself or from Create that waits. */
export function readWaitOptions(
	ctx: IExecuteFunctions,
	itemIndex: number,
): Result<WaitOptions, ErrorText> {
	const options = readParameters(ctx, itemIndex, waitOptionsFrom);
	return options.ok ? options : fail(issuesToErrorText(options.error));
}

function waitOptionsFrom(read: ParameterReader): WaitOptions {
	const options = read.collection(OPTIONS);
	const minutes = read.number(TIMEOUT, {
		default: DEFAULT_TIMEOUT_MINUTES,
		min: MIN_TIMEOUT_MINUTES,
	});
	const isFixed = options.choice(POLLING, ['automatic', 'fixed'], 'automatic') === 'fixed';
	const seconds = isFixed
		? options.number(POLL_INTERVAL, {
				default: DEFAULT_POLL_INTERVAL_SECONDS,
				min: MIN_POLL_INTERVAL_SECONDS,
			})
		: undefined;
	return {
		...outputOptionsFrom(read),
		polling:
			seconds === undefined
				? { kind: 'automatic' }
				: { kind: 'fixed', intervalMs: seconds * SECOND_MS },
		timeoutMs: minutes * MINUTE_MS,
		onTimeout: options.choice(ON_TIMEOUT, ['error', 'continue'], 'error'),
		cancelOnStop: options.boolean(CANCEL_ON_STOP, false),
	};
}

/** Whether Create waits for the video, or what is wrong with the field. */
export function readWaitForCompletion(
	ctx: IExecuteFunctions,
	itemIndex: number,
): Result<boolean, ErrorText> {
	const waits = readParameters(ctx, itemIndex, (read) => read.boolean(WAIT_FOR_COMPLETION, false));
	return waits.ok ? waits : fail(issuesToErrorText(waits.error));
}
