import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { describeRestriction } from '../models/checkSettings';
import { describeIntegers, joinWithOr } from '../models/describe';
import type { Model, SettingName, SettingRule, SettingValue } from '../models/family';
import { defaultOf, SETTING_LABELS, settingEntries } from '../models/settings';
import { displayOptionsOf, IS_EXPRESSION, variantsOf, type Show } from './displayByModel';
import {
	isExpression,
	isUnset,
	toBoolean,
	toNumber,
	toText,
	type FieldRef,
	type ParameterReader,
} from './readParameter';
import { optional } from '../util/optional';
import { ok, type Result } from '../util/result';

/**
 * Stands for "leave it to the model" where the model, and so its default, is only known at run
 * time.
 */
const MODEL_DEFAULT = '';
const MODEL_DEFAULT_SECONDS = 0;

/** The collection that holds the settings which are no fields of the node itself. */
export const OPTIONS: FieldRef = { name: 'options', label: 'Options' };

/** That collection as a field, with its entries by label. */
export function optionsField(show: Show, options: INodeProperties[]): INodeProperties {
	return {
		displayName: OPTIONS.label,
		name: OPTIONS.name,
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show },
		options: [...options].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	};
}

/** Where a setting stands among the node's parameters, and what its field says. */
interface SettingField {
	readonly location: 'node' | 'options';
	readonly description: string;
	readonly placeholder?: string;
}

/** Every setting as a field. What each model accepts is added from its rule. */
const SETTING_FIELDS: Readonly<Record<SettingName, SettingField>> = {
	prompt: {
		location: 'node',
		description: 'What happens between the frames: how the camera and the subject move',
		placeholder: 'e.g. The camera rises slowly while the cat looks up at the sky',
	},
	resolution: {
		location: 'node',
		description:
			'The number of pixels. The shape follows the first frame, and more pixels cost more per second',
	},
	duration: {
		location: 'node',
		description: 'The length of the video. Each second is billed',
	},
	audio: {
		location: 'options',
		description: 'Whether the video has sound, which some models bill at a higher price',
	},
	negativePrompt: {
		location: 'options',
		description: 'What the video should not show',
		placeholder: 'e.g. blur, text, distorted hands',
	},
	promptExtend: {
		location: 'options',
		description:
			'Whether the service may rewrite the prompt in more detail, which helps short prompts and takes some seconds',
	},
	ratio: {
		location: 'options',
		description: 'The shape of the video. Adaptive takes it from the frames',
	},
	seed: {
		location: 'options',
		description:
			'The same seed with the same inputs gives a similar video. If not set, it is random',
	},
	template: {
		location: 'options',
		description: 'An effect to apply to the first frame. Leave the last frame empty',
	},
	watermark: {
		location: 'options',
		description: 'Whether to add a visible "AI generated" mark to the video',
	},
};

/** The top-level field of a setting: once for each rule, and once for a model by expression. */
export function settingFields(name: SettingName, show: Show): INodeProperties[] {
	const variants = variantsOf(name);
	const { description, ...texts } = settingTexts(name);
	const fields = variants.flatMap((variant) =>
		displayOptionsOf(variant, { show, root: '', expressions: false }).map(
			(displayOptions): INodeProperties => ({
				...texts,
				...fieldTypeFor(variant.rule),
				displayOptions,
				description: joinSentences(description, describeRule(variant.rule)),
			}),
		),
	);
	const forExpression: INodeProperties = {
		...texts,
		...fieldTypeForAnyOf(variants.map(({ rule }) => rule)),
		displayOptions: { show: { ...show, model: IS_EXPRESSION } },
		description: joinSentences(description, 'What is allowed depends on the model'),
	};
	return [...fields, forExpression];
}

/** The entries of the options collection for all settings that stand there. */
export function settingOptions(): INodeProperties[] {
	return settingEntries(SETTING_FIELDS).flatMap(([name, { location }]) =>
		location === 'node' ? [] : entriesFor(name),
	);
}

function entriesFor(name: SettingName): INodeProperties[] {
	const { description, ...texts } = settingTexts(name);
	return variantsOf(name).flatMap((variant) =>
		displayOptionsOf(variant, { root: '/', expressions: true }).map(
			(displayOptions): INodeProperties => ({
				...texts,
				...fieldTypeFor(variant.rule),
				displayOptions,
				description: joinSentences(description, describeRule(variant.rule)),
			}),
		),
	);
}

function settingTexts(name: SettingName) {
	const { description, placeholder } = SETTING_FIELDS[name];
	return {
		displayName: SETTING_LABELS[name],
		name,
		description,
		...optional('placeholder', placeholder),
	};
}

type FieldType = Pick<INodeProperties, 'type' | 'default' | 'options' | 'typeOptions' | 'hint'>;

const TEXT_FIELD: FieldType = { type: 'string', typeOptions: { rows: 4 }, default: '' };

function fieldTypeFor(rule: SettingRule): FieldType {
	switch (rule.kind) {
		case 'text':
			return TEXT_FIELD;
		case 'boolean':
			return { type: 'boolean', default: rule.default };
		case 'choice':
			return {
				type: 'options',
				options: rule.choices.map(({ value }) => ({ name: capitalize(value), value })),
				default: rule.default ?? rule.choices[0]?.value ?? '',
			};
		case 'integer': {
			const bounds = rule.allowed.flat();
			return {
				type: 'number',
				typeOptions: {
					minValue: Math.min(...bounds),
					maxValue: Math.max(...bounds),
					numberPrecision: 0,
				},
				default: rule.default ?? 0,
			};
		}
	}
}

/** One field that can hold what any of the rules allows, or nothing. */
function fieldTypeForAnyOf(rules: readonly SettingRule[]): FieldType {
	if (rules.every(({ kind }) => kind === 'text')) return TEXT_FIELD;
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
				.sort((a, b) => linesOf(a) - linesOf(b))
				.map((value) => ({ name: value, value })),
		],
		default: MODEL_DEFAULT,
	};
}

/** For sorting: "768P" has 768 lines, "2K" about 2,000 pixels a line. */
const linesOf = (value: string): number => parseInt(value, 10) * (value.endsWith('K') ? 1000 : 1);

/** The number by which the service lets a model choose the length or the seed itself. */
const MODEL_CHOICE = -1;

/** What a rule accepts, as a sentence without its period; empty where the field shows it. */
function describeRule(rule: SettingRule): string {
	switch (rule.kind) {
		case 'text':
			return `${rule.required ? 'Required, at' : 'At'} most ${rule.maxLength} characters`;
		case 'integer': {
			const restricted = describeRestriction(rule.restricted, describeIntegers);
			const byModel = rule.allowed.includes(MODEL_CHOICE)
				? [`${MODEL_CHOICE} leaves it to the model`]
				: [];
			return `Takes ${[describeIntegers(rule.allowed), ...restricted, ...byModel].join('; ')}`;
		}
		case 'choice':
			return describeRestriction(rule.restricted, (values) => `${joinWithOr(values)} only`).join(
				'; ',
			);
		case 'boolean':
			return '';
	}
}

/** Sentences as n8n writes descriptions: one alone has no final period. */
function joinSentences(...parts: readonly string[]): string {
	const text = parts.filter((part) => part !== '').join('. ');
	return /\. [A-Z]/.test(text) ? `${text}.` : text;
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export interface ReadSettings {
	readonly settings: Readonly<Partial<Record<SettingName, SettingValue>>>;
	/** What the user may not expect of what is left out. */
	readonly hints: readonly string[];
}

/** The settings of the item that are set, whether the model accepts them or not. */
export function readSettings(
	ctx: IExecuteFunctions,
	read: ParameterReader,
	model: Model,
): ReadSettings {
	const options = read.collection(OPTIONS);
	const settings: Partial<Record<SettingName, SettingValue>> = {};
	const hints: string[] = [];
	for (const [name, { location }] of settingEntries(SETTING_FIELDS)) {
		const field = { name, label: SETTING_LABELS[name] };
		const reader = location === 'node' ? read : options;
		const raw = reader.value(field);
		const rule = model.settings[name];
		if (isUnset(raw)) {
			if (location === 'node' && isExpression(ctx, name))
				hints.push(...unsetHint(rule, field.label));
			continue;
		}
		// The field of a model that is only known at run time holds this where nothing was set.
		if (name === 'duration' && raw === MODEL_DEFAULT_SECONDS && isExpression(ctx, 'model'))
			continue;
		const value = readSetting(raw, rule);
		if (value.ok) settings[name] = value.value;
		else reader.refuse({ label: field.label, problem: value.error });
	}
	return { settings, hints };
}

function unsetHint(rule: SettingRule | undefined, label: string): string[] {
	const byDefault = defaultOf(rule);
	return byDefault === undefined
		? []
		: [
				`The expression of '${label}' gives nothing, so the default of the model is used and billed: ${byDefault}.`,
			];
}

/**
 * A value as its rule means it, also where an expression gives it as text. What is outside of the
 * rule is left to the checks.
 */
function readSetting(value: unknown, rule: SettingRule | undefined): Result<SettingValue, string> {
	if (typeof value === 'string') {
		const text = toText(value);
		if (!text.ok) return text;
		const converted = convertText(text.value, rule);
		// Spaces around a prompt are the user's business.
		return ok(converted ?? value);
	}
	if (typeof value === 'number' && rule?.kind === 'boolean') {
		const flag = toBoolean(value);
		return flag.ok ? flag : ok(value);
	}
	return typeof value === 'number' || typeof value === 'boolean' ? ok(value) : toText(value);
}

function convertText(text: string, rule: SettingRule | undefined): SettingValue | undefined {
	if (rule?.kind === 'integer') return valueOf(toNumber(text));
	if (rule?.kind === 'boolean') return valueOf(toBoolean(text));
	return undefined;
}

const valueOf = <T>(result: Result<T, string>): T | undefined =>
	result.ok ? result.value : undefined;
