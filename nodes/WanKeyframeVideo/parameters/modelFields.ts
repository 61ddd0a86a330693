import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { DEFAULT_FAMILY, DEFAULT_MODEL, FAMILIES } from '../models/catalog';
import { quoteValue, type ValidationIssue } from '../models/describe';
import type { Model } from '../models/family';
import { acceptsFirstFrameOnly, findModel, listedModels } from '../models/findModel';
import { describeModel } from '../models/summary';
import { CUSTOM_MODEL, customModelDisplay, type Show } from './displayByModel';
import { fail, ok, type Result } from '../util/result';
import { readParameters, type FieldRef } from './readParameter';

const MODEL: FieldRef = { name: 'model', label: 'Model' };
const CUSTOM_ID: FieldRef = { name: 'customModelId', label: 'Model ID' };
const CUSTOM_FAMILY: FieldRef = { name: 'customModelFamily', label: 'Model Family' };
const CUSTOM_MODEL_OPTION = 'Custom Model';

/** The fields that choose the model. */
export function modelFields(show: Show): INodeProperties[] {
	return [
		{
			displayName: MODEL.label,
			name: MODEL.name,
			type: 'options',
			options: modelOptions(),
			default: DEFAULT_MODEL,
			displayOptions: { show },
			description: 'The model decides which fields are shown and what a second of video costs',
		},
		{
			displayName: CUSTOM_ID.label,
			name: CUSTOM_ID.name,
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. wan2.2-kf2v-flash-my-style',
			displayOptions: customModelDisplay(show),
			description: 'The ID as the Model Studio console shows it',
		},
		{
			displayName: CUSTOM_FAMILY.label,
			name: CUSTOM_FAMILY.name,
			type: 'options',
			noDataExpression: true,
			options: familyOptions(),
			default: DEFAULT_FAMILY,
			displayOptions: customModelDisplay(show),
			description:
				'The family whose address, fields and limits apply. A fine-tuned model belongs to that of its base model.',
		},
	];
}

/** The list of models for the editor, by name, with an entry for IDs that are not listed. */
export function modelOptions(): INodePropertyOptions[] {
	const listed = listedModels().map(({ entry, ...model }) => ({
		name: entry.name,
		value: entry.id,
		description: describeModel(model, entry),
	}));
	const custom = {
		name: CUSTOM_MODEL_OPTION,
		value: CUSTOM_MODEL,
		description: 'An ID that is not listed, e.g. of a fine-tuned model',
	};
	return [...listed, custom].sort(byName);
}

/** The families that a custom model ID may follow. */
export function familyOptions(): INodePropertyOptions[] {
	return FAMILIES.map(({ id, name }) => ({ name, value: id })).sort(byName);
}

const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name, 'en');

/** The model that the item chooses, or what is wrong with the fields that choose it. */
export function readModel(
	ctx: IExecuteFunctions,
	itemIndex: number,
): Result<Model, readonly ValidationIssue[]> {
	const choice = readParameters(ctx, itemIndex, (read) => {
		const id = read.text(MODEL);
		return id === CUSTOM_MODEL
			? { field: CUSTOM_ID, id: read.text(CUSTOM_ID), familyId: read.text(CUSTOM_FAMILY) }
			: { field: MODEL, id, familyId: '' };
	});
	return choice.ok ? modelOf(choice.value) : choice;
}

function modelOf({
	field: { label },
	id,
	familyId,
}: {
	field: FieldRef;
	id: string;
	familyId: string;
}): Result<Model, readonly ValidationIssue[]> {
	if (id === '') return fail([{ label, problem: 'is empty' }]);
	if (acceptsFirstFrameOnly(id)) {
		const problem = `is ${quoteValue(id)}, which makes videos from a first frame only and refuses a last one`;
		return fail([
			{ label, problem, advice: 'Choose a model of the list: they all take both frames.' },
		]);
	}
	const model = findModel({ id, ...(familyId !== '' && { familyId }) });
	if (model !== undefined) return ok(model);
	return fail([
		familyId === ''
			? {
					label,
					problem: `is ${quoteValue(id)}, which is not listed; choose ${CUSTOM_MODEL_OPTION} to say which family it belongs to`,
				}
			: {
					label: CUSTOM_FAMILY.label,
					problem: `is ${quoteValue(familyId)}, which is not one of the list`,
				},
	]);
}
