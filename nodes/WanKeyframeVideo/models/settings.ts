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

/**
 * The labels of the fields that issues name: the fields and the messages both take them from here.
 */
export const SETTING_LABELS: Readonly<Record<SettingName, string>> = {
	prompt: 'Prompt',
	negativePrompt: 'Negative Prompt',
	resolution: 'Resolution',
	duration: 'Duration (Seconds)',
	promptExtend: 'Extend Prompt',
	watermark: 'Watermark',
	seed: 'Seed',
	audio: 'Audio',
	ratio: 'Aspect Ratio',
	template: 'Template',
};

export const START_FROM_LABEL = 'Start From';
export const FIRST_CLIP_OPTION = 'First Clip';
export const FRAME_TRANSPORT_LABEL = 'Frame Transport';
export const LINK_TRANSPORT_LABEL = 'Link Transport';
export const JOIN_VIDEOS_LABEL = 'Join Videos';
export const REMOVE_SOUND_LABEL = 'Remove Sound';
export const AUTOMATIC_TRANSPORT_OPTION = 'Automatic';
