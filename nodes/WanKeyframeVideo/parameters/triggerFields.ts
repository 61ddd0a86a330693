import type { INodeProperties, IPollFunctions } from 'n8n-workflow';

import { listedModels } from '../models/findModel';
import type { ErrorText } from '../util/errorText';
import { fail, type Result } from '../util/result';
import { CUSTOM_MODEL } from './displayByModel';
import { issuesToErrorText } from './issueText';
import { modelOptions } from './modelFields';
import {
	isUnset,
	readTriggerParameters,
	toText,
	type FieldRef,
	type ParameterReader,
} from './readParameter';
import {
	downloadField,
	downloadOptions,
	outputOptionsFrom,
	simplifyField,
	type OutputOptions,
} from './taskFields';

/** With this label n8n's node panel lists each option as a trigger (measured, 2.41.1). */
const STATUSES: FieldRef = { name: 'statuses', label: 'Trigger On' };
const MODELS: FieldRef = { name: 'models', label: 'Models' };

/** The fields of the trigger. */
export const TRIGGER_FIELDS: INodeProperties[] = [
	{
		displayName: STATUSES.label,
		name: STATUSES.name,
		type: 'multiOptions',
		required: true,
		options: [
			{
				name: 'Canceled',
				value: 'CANCELED',
				action: 'On task canceled',
				description: 'A task was canceled before it began to run',
			},
			{
				name: 'Failed',
				value: 'FAILED',
				action: 'On task failed',
				description: 'A task has ended without a video and is not billed',
			},
			{
				name: 'Succeeded',
				value: 'SUCCEEDED',
				action: 'On video ready',
				description: 'A task has ended with a video',
			},
		],
		default: ['SUCCEEDED'],
		description: 'How a task has to end to start the workflow',
	},
	{
		displayName: MODELS.label,
		name: MODELS.name,
		type: 'multiOptions',
		options: modelOptions().filter(({ value }) => value !== CUSTOM_MODEL),
		default: [],
		description:
			'Whose tasks start the workflow. If empty, those of all models in the list; other tasks of the account never do. For a model that is not listed, give its ID by an expression, e.g. {{ ["wan2.2-kf2v-flash-my-style"] }}.',
	},
	downloadField({}),
	simplifyField({}),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: { downloadVideo: [true] } },
		options: downloadOptions({}),
	},
];

/** Which ended tasks start the workflow, and how they become items. */
export interface TriggerOptions {
	readonly filter: {
		readonly statuses: readonly string[];
		readonly models: readonly string[];
	};
	readonly output: OutputOptions;
}

/** Reads the fields that `TRIGGER_FIELDS` describes. */
export function readTriggerOptions(ctx: IPollFunctions): Result<TriggerOptions, ErrorText> {
	const options = readTriggerParameters(ctx, (read) => {
		const statuses = textsOf(read, STATUSES);
		if (statuses.length === 0) {
			const advice = 'Choose how a task has to end to start the workflow, e.g. Succeeded.';
			read.refuse({ label: STATUSES.label, problem: 'is empty', advice });
		}
		const models = textsOf(read, MODELS);
		const allModels = listedModels().map(({ entry }) => entry.id);
		return {
			filter: { statuses, models: models.length > 0 ? models : allModels },
			output: outputOptionsFrom(read),
		};
	});
	return options.ok ? options : fail(issuesToErrorText(options.error));
}

/** A list, or what an expression gives instead: one text, or several separated by commas. */
function textsOf(read: ParameterReader, field: FieldRef): string[] {
	const value = read.value(field);
	const values: unknown[] = typeof value === 'string' ? value.split(',') : [value].flat();
	const texts = values.flatMap((part) => {
		if (isUnset(part)) return [];
		const text = toText(part);
		if (text.ok) return [text.value];
		read.refuse({ label: field.label, problem: text.error });
		return [];
	});
	return [...new Set(texts)];
}
