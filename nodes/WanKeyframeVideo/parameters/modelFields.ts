import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { describeIntegers } from '../models/checkSettings';
import {
	SETTING_LABELS,
	type ModelFamily,
	type SettingName,
	type SettingRule,
} from '../models/family';
import { resolveModel } from '../models/findModel';

/** The value of 'Model' for an ID that the user types. */
export const CUSTOM_MODEL = 'custom';

/** Stands for "leave it to the model" where the model, and so its default, is only known at run time. */
const MODEL_DEFAULT = '';
export const MODEL_DEFAULT_SECONDS = 0;

/** A parameter whose value is an expression, as the engine sees it before the run. */
const IS_EXPRESSION = { _cnd: { startsWith: '=' } };

/** Any model but a typed one, expressions included. */
const IS_NOT_CUSTOM = { _cnd: { not: CUSTOM_MODEL } };

/** Models that take a setting by the same rule, and so share a field. */
interface Variant {
	readonly rule: SettingRule;
	readonly modelIds: readonly string[];
	/** Families whose own models, typed by the user, follow this rule. */
	readonly familyIds: readonly string[];
}

/** The distinct rules for a setting, each with who follows it. */
function variantsOf(families: readonly ModelFamily[], name: SettingName): Variant[] {
	const variants = new Map<
		string,
		{ rule: SettingRule; modelIds: string[]; familyIds: string[] }
	>();
	const variantFor = (rule: SettingRule) => {
		const key = JSON.stringify(rule);
		const variant = variants.get(key) ?? { rule, modelIds: [], familyIds: [] };
		variants.set(key, variant);
		return variant;
	};
	for (const family of families) {
		for (const { id } of family.models) {
			const rule = resolveModel(family, id).settings[name];
			if (rule) variantFor(rule).modelIds.push(id);
		}
		const familyRule = family.settings[name];
		if (familyRule) variantFor(familyRule).familyIds.push(family.id);
	}
	return [...variants.values()];
}

/**
 * The conditions under which a variant is shown: for its models, and for typed IDs of its families.
 * They hide by model instead of showing by it: n8n shows whatever is shown by a parameter that holds an
 * expression, and would then fill in the default of some model that is not the one (measured).
 */
function displayOptionsOf(
	families: readonly ModelFamily[],
	{ modelIds, familyIds }: Pick<Variant, 'modelIds' | 'familyIds'>,
	{
		show,
		root,
		expressions,
	}: { show?: IDisplayOptions['show']; root: '' | '/'; expressions: boolean },
): IDisplayOptions[] {
	const others = families
		.flatMap(({ models }) => models.map(({ id }) => id))
		.filter((id) => !modelIds.includes(id));
	const forListed = {
		...(show && { show }),
		hide: { [`${root}model`]: [...others, CUSTOM_MODEL, ...(expressions ? [] : [IS_EXPRESSION])] },
	};
	const forTyped = {
		show: { ...show, [`${root}customModelFamily`]: [...familyIds] },
		hide: { [`${root}model`]: [IS_NOT_CUSTOM] },
	};
	return [...(modelIds.length > 0 ? [forListed] : []), ...(familyIds.length > 0 ? [forTyped] : [])];
}

/** The conditions under which a field is shown that only some families have, top-level or in a collection. */
export function displayOptionsForCapability(
	families: readonly ModelFamily[],
	has: (family: ModelFamily) => boolean,
	{ show, root }: { show?: NonNullable<IDisplayOptions['show']>; root: '' | '/' },
): IDisplayOptions[] {
	const able = families.filter(has);
	return displayOptionsOf(
		families,
		{
			modelIds: able.flatMap(({ models }) => models.map(({ id }) => id)),
			familyIds: able.map(({ id }) => id),
		},
		{ ...(show && { show }), root, expressions: true },
	);
}

/** When the fields of a typed model ID are shown: never for an expression, where a required one would stop the workflow. */
export function customModelDisplay(show: NonNullable<IDisplayOptions['show']>): IDisplayOptions {
	return { show, hide: { model: [IS_NOT_CUSTOM] } };
}

/** The list of models for the editor, by name, with an entry for IDs that are not listed. */
export function modelOptions(families: readonly ModelFamily[]): INodePropertyOptions[] {
	const listedModels = families.flatMap(({ models }) =>
		models.map(({ id, name, description }) => ({ name, value: id, description })),
	);
	const custom = {
		name: 'Custom Model',
		value: CUSTOM_MODEL,
		description: 'An ID that is not listed, e.g. of a fine-tuned model',
	};
	return [...listedModels, custom].sort(byName);
}

/** The families that a typed model ID may follow. */
export function familyOptions(families: readonly ModelFamily[]): INodePropertyOptions[] {
	return families.map(({ id, name }) => ({ name, value: id })).sort(byName);
}

const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name, 'en');

/** The top-level field of a choice or a number, once for each rule, and once for a model that is only known at run time. */
export function settingFields(
	families: readonly ModelFamily[],
	name: SettingName,
	description: string,
	show: NonNullable<IDisplayOptions['show']>,
): INodeProperties[] {
	const variants = variantsOf(families, name);
	const base = { displayName: SETTING_LABELS[name], name };
	const fields = variants.flatMap((variant) =>
		displayOptionsOf(families, variant, { show, root: '', expressions: false }).map(
			(displayOptions): INodeProperties => ({
				...base,
				...inputFor(variant.rule),
				displayOptions,
				description: sentence(description, rangeOf(variant.rule)),
			}),
		),
	);
	const forExpression: INodeProperties = {
		...base,
		...anyInput(variants.map(({ rule }) => rule)),
		displayOptions: { show: { ...show, model: [IS_EXPRESSION] } },
		description: sentence(description, 'What is allowed depends on the model'),
	};
	return [...fields, forExpression];
}

/** The entries of the options collection that models switch. */
export function settingOptions(
	families: readonly ModelFamily[],
	name: SettingName,
	description: string,
): INodeProperties[] {
	return variantsOf(families, name).flatMap((variant) =>
		displayOptionsOf(families, variant, { root: '/', expressions: true }).map(
			(displayOptions): INodeProperties => ({
				displayName: SETTING_LABELS[name],
				name,
				...inputFor(variant.rule),
				displayOptions,
				description: sentence(description, rangeOf(variant.rule)),
			}),
		),
	);
}

type Input = Pick<
	INodeProperties,
	'type' | 'default' | 'options' | 'typeOptions' | 'placeholder' | 'hint'
>;

function inputFor(rule: SettingRule): Input {
	switch (rule.kind) {
		case 'text':
			return { type: 'string', typeOptions: { rows: 3 }, default: '' };
		case 'switch':
			return { type: 'boolean', default: rule.default };
		case 'choice':
			return {
				type: 'options',
				options: rule.choices.map(({ value }) => ({ name: capitalised(value), value })),
				default: rule.default ?? rule.choices[0]?.value ?? '',
			};
		case 'integer': {
			const ends = rule.allowed.flat();
			return {
				type: 'number',
				typeOptions: {
					minValue: Math.min(...ends),
					maxValue: Math.max(...ends),
					numberPrecision: 0,
				},
				default: rule.default ?? 0,
				...(rule.unit && { hint: `In ${rule.unit}` }),
			};
		}
	}
}

/** One input that can hold what any of the rules allows, or nothing. */
function anyInput(rules: readonly SettingRule[]): Input {
	const values = new Set(
		rules.flatMap((rule) => (rule.kind === 'choice' ? rule.choices.map(({ value }) => value) : [])),
	);
	if (values.size === 0) {
		return {
			type: 'number',
			typeOptions: { numberPrecision: 0 },
			default: MODEL_DEFAULT_SECONDS,
			hint: '0 leaves it to the model',
		};
	}
	return {
		type: 'options',
		options: [
			{ name: 'Default of the Model', value: MODEL_DEFAULT },
			...[...values]
				.sort((a, b) => parseInt(a) - parseInt(b))
				.map((value) => ({ name: value, value })),
		],
		default: MODEL_DEFAULT,
	};
}

function rangeOf(rule: SettingRule): string {
	switch (rule.kind) {
		case 'text':
			return `At most ${rule.maxLength} characters`;
		case 'integer': {
			const narrowed = Object.entries(rule.narrowed?.to ?? {}).map(
				([value, set]) => `; at ${value} ${describeIntegers(set)}`,
			);
			return `Takes ${describeIntegers(rule.allowed)}${narrowed.join('')}`;
		}
		case 'choice':
		case 'switch':
			return '';
	}
}

/** Two sentences as n8n writes descriptions: one alone has no final period. */
const sentence = (first: string, second: string): string =>
	second === '' ? first : `${first}. ${second}.`;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What the prompt is for, and what each family takes of it. */
export function promptDescription(families: readonly ModelFamily[]): string {
	const limits = families.flatMap(({ name, settings: { prompt } }) =>
		prompt?.kind === 'text'
			? [`${name} ${prompt.required ? 'needs one, ' : ''}up to ${prompt.maxLength} characters`]
			: [],
	);
	return `What happens between the two frames: movement of the camera and of what is seen. ${limits.join('; ')}.`;
}
