import type { Model, ModelEntry, ModelFamily, SettingName, SettingRule } from './family';

/** What the user asked for: an ID, and for an ID of their own the family whose rules it follows. */
export interface ModelChoice {
	readonly id: string;
	readonly familyId?: string;
}

/**
 * The model behind an ID: a listed one, one that begins like a family's, or any ID whose family is said.
 * Undefined where the ID tells nothing and no (or an unlisted) family is said.
 */
export function findModel(
	families: readonly ModelFamily[],
	{ id, familyId }: ModelChoice,
): Model | undefined {
	const family =
		familyId === undefined
			? (families.find(({ models }) => models.some((model) => model.id === id)) ??
				families.find((one) => isOfFamily(one, id)))
			: families.find((one) => one.id === familyId);
	if (family === undefined) return undefined;
	return resolveModel(family, id);
}

function isOfFamily({ idPrefixes, idSuffix = '' }: ModelFamily, id: string): boolean {
	return idPrefixes.some((prefix) => id.startsWith(prefix)) && id.endsWith(idSuffix);
}

/** A model of the family, with what the table says of this ID laid over what it says of the family. */
export function resolveModel(family: ModelFamily, id: string): Model {
	const entry: ModelEntry | undefined = family.models.find((model) => model.id === id);
	const settings: Partial<Record<SettingName, SettingRule>> = { ...family.settings };
	for (const [name, rule] of settingEntries(entry?.settings ?? {})) {
		if (rule === null) delete settings[name];
		else settings[name] = rule;
	}
	const { group, createsPerSecond } = family.rateLimit;
	const rateLimit = { group: entry?.rateGroup ?? group, createsPerSecond };
	return { id, family, settings, rateLimit };
}

/** `Object.entries` that keeps the setting's name typed, and leaves undefined members out. */
export function settingEntries<T>(
	settings: Readonly<Partial<Record<SettingName, T>>>,
): Array<[SettingName, T]> {
	const entries: Array<[SettingName, T]> = [];
	let name: SettingName;
	for (name in settings) {
		const value = settings[name];
		if (value !== undefined) entries.push([name, value]);
	}
	return entries;
}
