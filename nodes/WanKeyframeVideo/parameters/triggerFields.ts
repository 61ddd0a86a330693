import type { INodeProperties, IPollFunctions } from 'n8n-workflow';

import { FAMILIES } from '../models/catalog';
import { CUSTOM_MODEL, modelOptions } from './modelFields';
import { downloadField, downloadOptions, simplifyField } from './taskFields';

/** The fields of the trigger. */
export const TRIGGER_FIELDS: INodeProperties[] = [
	{
		displayName: 'Statuses',
		name: 'statuses',
		type: 'multiOptions',
		required: true,
		options: [
			{ name: 'Canceled', value: 'CANCELED' },
			{ name: 'Failed', value: 'FAILED' },
			{ name: 'Succeeded', value: 'SUCCEEDED' },
		],
		default: ['SUCCEEDED'],
		description: 'How a task has to end to start the workflow',
	},
	{
		displayName: 'Models',
		name: 'models',
		type: 'multiOptions',
		options: modelOptions(FAMILIES).filter(({ value }) => value !== CUSTOM_MODEL),
		default: [],
		description:
			'Whose tasks start the workflow. Left empty, all models of this list, so that other tasks of the account do not. For models of your own, give their IDs by an expression, e.g. {{ ["wan2.2-kf2v-flash-my-style"] }}.',
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

/** Which ended tasks start the workflow: those with one of these statuses and of one of these models. */
export interface TriggerFilter {
	readonly statuses: readonly string[];
	readonly models: readonly string[];
}

/** Reads 'Statuses' and 'Models'; the statuses are empty where none is chosen. */
export function readTriggerFilter(ctx: IPollFunctions): TriggerFilter {
	const models = textsOf(ctx.getNodeParameter('models', []));
	return {
		statuses: textsOf(ctx.getNodeParameter('statuses', [])),
		models: models.length > 0 ? models : ALL_MODELS,
	};
}

const ALL_MODELS = FAMILIES.flatMap(({ models }) => models.map(({ id }) => id));

/** A list, or what an expression gives in its place: one text, or several with commas between them. */
function textsOf(value: unknown): string[] {
	const values: unknown[] = Array.isArray(value) ? value : String(value ?? '').split(',');
	const texts = values.map((text) => (typeof text === 'string' ? text.trim() : ''));
	return [...new Set(texts.filter((text) => text !== ''))];
}
