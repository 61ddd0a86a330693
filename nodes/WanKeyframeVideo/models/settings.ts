import type { SettingName, SettingRule, SettingValue } from './family';

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

/** What the service does where nothing is sent; undefined where the table does not know. */
export function defaultOf(rule: SettingRule | undefined): SettingValue | undefined {
	return rule !== undefined && 'default' in rule ? rule.default : undefined;
}
