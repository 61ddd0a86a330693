import type { SettingName } from './family';

/**
 * The labels of the fields that issues name: the fields and the messages both take them from here.
 */
export const SETTING_LABELS: Readonly<Record<SettingName, string>> = {
	prompt: 'Prompt',
	negativePrompt: 'Negative Prompt',
	resolution: 'Resolution',
	duration: 'Duration',
	promptExtend: 'Prompt Extend',
	watermark: 'Watermark',
	seed: 'Seed',
	audio: 'Audio',
	ratio: 'Aspect Ratio',
	template: 'Template',
};

export const START_FROM_LABEL = 'Start From';
export const FIRST_CLIP_OPTION = 'First Clip';
export const FRAME_TRANSPORT_LABEL = 'Frame Transport';
export const AUTOMATIC_TRANSPORT_OPTION = 'Automatic';
