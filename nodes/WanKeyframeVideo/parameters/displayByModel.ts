import type { IDisplayOptions } from 'n8n-workflow';

import { FAMILIES } from '../models/catalog';
import type { ModelRules, SettingName, SettingRule } from '../models/family';
import { resolveModel } from '../models/findModel';

export type Show = NonNullable<IDisplayOptions['show']>;

/** The value of 'Model' for an ID that the user types. */
export const CUSTOM_MODEL = 'custom';

/**
 * A parameter whose value is an expression: the engine sees the expression itself before the run, the
 * editor what it evaluates to, which is nothing while there is no input.
 */
export const IS_EXPRESSION = [{ _cnd: { startsWith: '=' } }, '', null];

/** Any model but a custom one, expressions included. */
const IS_NOT_CUSTOM = { _cnd: { not: CUSTOM_MODEL } };

/** Models that share a field. */
interface ModelSet {
	readonly modelIds: readonly string[];
	/** Families whose custom models share it too. */
	readonly familyIds: readonly string[];
}

/** Models that accept a setting by the same rule. */
export interface Variant extends ModelSet {
	readonly rule: SettingRule;
}

interface Placement {
	readonly show?: Show;
	/** How a field reaches the fields of the node: '/' from inside a collection. */
	readonly root: '' | '/';
	/** Whether it is shown for a model that an expression gives. */
	readonly expressions: boolean;
}

/** The distinct rules for a setting, each with who follows it. */
export function variantsOf(name: SettingName): Variant[] {
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
	for (const family of FAMILIES) {
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
 * The conditions under which a field of these models is shown: for the models, and for custom IDs
 * of the families. They hide by model instead of showing by it: n8n shows whatever is shown by a
 * parameter that holds an expression, and would then fill in the default of some model that is not
 * the one (measured with n8n 2.41.1).
 */
export function displayOptionsOf(
	{ modelIds, familyIds }: ModelSet,
	{ show, root, expressions }: Placement,
): IDisplayOptions[] {
	const otherIds = FAMILIES.flatMap(({ models }) => models.map(({ id }) => id)).filter(
		(id) => !modelIds.includes(id),
	);
	const forListed = {
		...(show && { show }),
		hide: {
			[`${root}model`]: [...otherIds, CUSTOM_MODEL, ...(expressions ? [] : IS_EXPRESSION)],
		},
	};
	const forCustom = {
		show: { ...show, [`${root}customModelFamily`]: [...familyIds] },
		hide: { [`${root}model`]: [IS_NOT_CUSTOM] },
	};
	return [
		...(modelIds.length > 0 ? [forListed] : []),
		...(familyIds.length > 0 ? [forCustom] : []),
	];
}

/**
 * The conditions under which a field is shown that only some models have, top-level or in a
 * collection.
 */
export function displayOptionsForCapability(
	isCapable: (rules: ModelRules) => boolean,
	placement: Pick<Placement, 'show' | 'root'>,
): IDisplayOptions[] {
	const modelIds = FAMILIES.flatMap((family) =>
		family.models
			.map(({ id }) => resolveModel(family, id))
			.filter(isCapable)
			.map(({ id }) => id),
	);
	const familyIds = FAMILIES.filter(isCapable).map(({ id }) => id);
	return displayOptionsOf({ modelIds, familyIds }, { ...placement, expressions: true });
}

/**
 * When the fields of a custom model ID are shown: never for an expression, where a required one
 * would stop the workflow.
 */
export function customModelDisplay(show: Show): IDisplayOptions {
	return { show, hide: { model: [IS_NOT_CUSTOM] } };
}

/**
 * What the families say of something, each sentence once with the families that say it, e.g.
 * "Wan 2.7, Wan 3.0: JPEG or PNG; Wan 2.2: PNG". One sentence that all say stands alone.
 */
export function describeByFamily(describe: (rules: ModelRules) => string | undefined): string {
	const names = new Map<string, string[]>();
	for (const family of FAMILIES) {
		const text = describe(family);
		if (text !== undefined) names.set(text, [...(names.get(text) ?? []), family.name]);
	}
	const texts = [...names];
	return texts.length === 1
		? texts.map(([text]) => text).join('')
		: texts.map(([text, families]) => `${families.join(', ')}: ${text}`).join('; ');
}
