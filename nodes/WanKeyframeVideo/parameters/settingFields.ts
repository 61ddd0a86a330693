import type { IExecuteFunctions } from 'n8n-workflow';

import { isRecord, type JsonRecord } from '../util/json';
import type {
	Model,
	SettingName,
	SettingRule,
	SettingValue,
	SettingValues,
} from '../models/family';
import { settingEntries } from '../models/findModel';
import { MODEL_DEFAULT_SECONDS } from './modelFields';

/** Where a setting stands among the node's parameters, and what it does, for the one who sets it. */
interface SettingField {
	readonly place: 'node' | 'options';
	readonly description: string;
}

/** Every setting as a field. The prompt's text is made from the table: each family takes another length. */
export const SETTING_FIELDS: Readonly<Record<SettingName, SettingField>> = {
	prompt: { place: 'node', description: '' },
	resolution: {
		place: 'node',
		description: 'The size of the video by its number of pixels. Higher ones cost more',
	},
	duration: {
		place: 'node',
		description: 'The length of the video in seconds; each of them is billed',
	},
	audio: { place: 'options', description: 'Whether the video gets sound' },
	negativePrompt: { place: 'options', description: 'What should not be seen in the video' },
	promptExtend: {
		place: 'options',
		description:
			'Whether the service may write out the prompt in more detail, which helps short prompts and takes some seconds',
	},
	ratio: {
		place: 'options',
		description: 'The shape of the picture; adaptive takes it from the frames',
	},
	seed: {
		place: 'options',
		description: 'The same seed with the same inputs gives a similar video. Left out, it is random',
	},
	template: {
		place: 'options',
		description:
			'An effect to apply. With it only the first frame counts: leave the last one empty',
	},
	watermark: {
		place: 'options',
		description: 'Whether to put a visible "AI generated" mark into the video',
	},
};

/** The settings of the item that are set, whether the model takes them or not. */
export function readSettings(
	ctx: IExecuteFunctions,
	itemIndex: number,
	model: Model,
): SettingValues {
	const collection: unknown = ctx.getNodeParameter('options', itemIndex, {});
	const options: JsonRecord = isRecord(collection) ? collection : {};
	const settings: Partial<Record<SettingName, SettingValue>> = {};
	for (const [name, { place }] of settingEntries(SETTING_FIELDS)) {
		const raw: unknown =
			place === 'node' ? ctx.getNodeParameter(name, itemIndex, '') : options[name];
		const value = readSetting(raw, model.settings[name]);
		if (value !== undefined) settings[name] = value;
	}
	// The field of a model that is only known at run time holds this where nothing was set.
	if (settings.duration === MODEL_DEFAULT_SECONDS && isModelByExpression(ctx)) {
		delete settings.duration;
	}
	return settings;
}

function isModelByExpression(ctx: IExecuteFunctions): boolean {
	const model = ctx.getNode().parameters['model'];
	return typeof model === 'string' && model.startsWith('=');
}

/** A value as its rule means it, also where an expression gives it as text; an empty one is not set. */
function readSetting(value: unknown, rule: SettingRule | undefined): SettingValue | undefined {
	if (typeof value === 'number' || typeof value === 'boolean') return value;
	if (value === null || value === undefined) return undefined;
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	const bare = text.trim();
	if (bare === '') return undefined;
	if (rule?.kind === 'integer' && Number.isFinite(Number(bare))) return Number(bare);
	if (rule?.kind === 'switch' && /^(true|false)$/i.test(bare)) return bare.toLowerCase() === 'true';
	return text;
}
