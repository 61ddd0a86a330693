import { FAMILIES, FIRST_FRAME_ONLY } from './catalog';
import type {
	Model,
	ModelEntry,
	ModelFamily,
	ModelRules,
	SettingName,
	SettingRule,
} from './family';
import { settingEntries } from './settings';

/** What the user asked for: an ID, and for a custom ID the family whose rules it follows. */
export interface ModelChoice {
	readonly id: string;
	readonly familyId?: string;
}

/**
 * The model behind an ID: a listed one, one whose ID begins like a family's, or any ID if a family
 * is given. Undefined if the ID belongs to no family, or the given family is not listed.
 */
export function findModel({ id, familyId }: ModelChoice): Model | undefined {
	const family =
		familyId === undefined
			? (FAMILIES.find(({ models }) => models.some((model) => model.id === id)) ??
				FAMILIES.find(({ idPrefixes, idSuffix }) =>
					idPrefixes.some((prefix) => hasEnds(id, prefix, idSuffix)),
				))
			: FAMILIES.find((candidate) => candidate.id === familyId);
	return family && resolveModel(family, id);
}

/** True for an ID of the service whose model makes a video from a first frame alone. */
export function acceptsFirstFrameOnly(id: string): boolean {
	return FIRST_FRAME_ONLY.some(({ idPrefix, idSuffix }) => hasEnds(id, idPrefix, idSuffix));
}

function hasEnds(id: string, prefix: string, suffix = ''): boolean {
	return id.startsWith(prefix) && id.endsWith(suffix);
}

/**
 * A model of the family: the family's rules with those of the ID over them, or the rules that the
 * ID pins.
 */
export function resolveModel(family: ModelFamily, id: string): Model {
	const entry: ModelEntry | undefined = family.models.find((model) => model.id === id);
	const rules: ModelRules = entry?.pinned ?? family;
	const { settings: rulesOfSettings, ...otherRules } = rules;
	const settings: Partial<Record<SettingName, SettingRule>> = { ...rulesOfSettings };
	for (const [name, rule] of settingEntries(entry?.settings ?? {})) {
		if (rule === null) delete settings[name];
		else settings[name] = rule;
	}
	return {
		// By rest, so that no rule can be forgotten here; what else a family has, nobody reads.
		...otherRules,
		id,
		family,
		settings,
		rateLimit: { ...family.rateLimit, ...entry?.rateLimit },
	};
}

/** All listed models, in the order of the table. */
export function listedModels(): Array<Model & { readonly entry: ModelEntry }> {
	return FAMILIES.flatMap((family) =>
		family.models.map((entry) => ({ ...resolveModel(family, entry.id), entry })),
	);
}
