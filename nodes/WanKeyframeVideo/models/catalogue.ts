import type { IntegerSet, ModelFamily, SettingRule } from './family';

/*
 * The one table. Every fact is from sections 1 to 4 of the API facts: documented, unless a line says otherwise.
 * A new model is one entry here and nothing else.
 */

/** The service counts a megabyte as 1,048,576 bytes (inferred from its 10 MiB of data URI). */
const MEGABYTE = 1024 * 1024;

const VIDEO_GENERATION = '/services/aigc/video-generation/video-synthesis';
const IMAGE_TO_VIDEO = '/services/aigc/image2video/video-synthesis';

/** The largest seed any model takes. */
const MAX_SEED = 2_147_483_647;

const FIRST_AND_LAST = { firstFrame: 'first_frame', lastFrame: 'last_frame' } as const;

const prompt = (maxLength: number, required: boolean): SettingRule => ({
	kind: 'text',
	in: 'input',
	field: 'prompt',
	maxLength,
	required,
});

const negativePrompt: SettingRule = {
	kind: 'text',
	in: 'input',
	field: 'negative_prompt',
	maxLength: 500,
	required: false,
};

const resolution = (values: readonly string[], byDefault: string): SettingRule => ({
	kind: 'choice',
	in: 'parameters',
	field: 'resolution',
	choices: values.map((value) => ({ value })),
	default: byDefault,
});

const duration = (allowed: IntegerSet): SettingRule => ({
	kind: 'integer',
	in: 'parameters',
	field: 'duration',
	allowed,
	default: 5,
});

const seed = (allowed: IntegerSet): SettingRule => ({
	kind: 'integer',
	in: 'parameters',
	field: 'seed',
	allowed,
});

const flag = (field: string, byDefault: boolean): SettingRule => ({
	kind: 'switch',
	in: 'parameters',
	field,
	default: byDefault,
});

const promptExtend = flag('prompt_extend', true);
const watermark = flag('watermark', false);
const plainSeed = seed([[0, MAX_SEED]]);

const WAN_27: ModelFamily = {
	id: 'wan2.7',
	name: 'Wan 2.7',
	path: VIDEO_GENERATION,
	idPrefixes: ['wan2.7-i2v'],
	models: [
		{
			id: 'wan2.7-i2v',
			name: 'Wan 2.7',
			description: '2 to 15 seconds, 720P or 1080P, with sound; the latest Wan 2.7',
		},
		{
			id: 'wan2.7-i2v-2026-04-25',
			name: 'Wan 2.7 (2026-04-25)',
			description: '2 to 15 seconds, 720P or 1080P, with sound; the snapshot of that day',
		},
	],
	settings: {
		// The guide requires a prompt; one reference calls it optional.
		prompt: prompt(5000, true),
		negativePrompt,
		resolution: resolution(['720P', '1080P'], '1080P'),
		duration: duration([[2, 15]]),
		promptExtend,
		watermark,
		seed: plainSeed,
	},
	frames: {
		body: { shape: 'media', types: FIRST_AND_LAST },
		maxBytes: 20 * MEGABYTE,
		takesDataUri: true,
	},
	rateLimit: { group: 'wan2.7', createsPerSecond: 5 },
	usualRunMs: 70_000,
};

/** What both generations of the keyframe-only models share. */
const KEYFRAME_ONLY = {
	path: IMAGE_TO_VIDEO,
	settings: {
		prompt: prompt(800, false),
		negativePrompt,
		promptExtend,
		watermark,
		seed: plainSeed,
	},
	frames: {
		body: {
			shape: 'fields',
			fields: { firstFrame: 'first_frame_url', lastFrame: 'last_frame_url' },
		},
		maxBytes: 10 * MEGABYTE,
		takesDataUri: true,
	},
	// One documented sample took eight minutes.
	usualRunMs: 240_000,
} as const;

const WAN_22: ModelFamily = {
	...KEYFRAME_ONLY,
	id: 'wan2.2',
	name: 'Wan 2.2',
	idPrefixes: ['wan2.2-kf2v'],
	models: [
		{
			id: 'wan2.2-kf2v-flash',
			name: 'Wan 2.2 Flash',
			description: '5 seconds, 480P to 1080P, silent; the cheapest',
		},
	],
	settings: {
		...KEYFRAME_ONLY.settings,
		resolution: resolution(['480P', '720P', '1080P'], '720P'),
	},
	rateLimit: { group: 'wan2.2', createsPerSecond: 2 },
};

const WAN_21: ModelFamily = {
	...KEYFRAME_ONLY,
	id: 'wan2.1',
	name: 'Wan 2.1',
	idPrefixes: ['wanx2.1-kf2v', 'wan2.1-kf2v'],
	models: [
		{
			id: 'wanx2.1-kf2v-plus',
			name: 'Wan 2.1 Plus (Beijing)',
			description: '5 seconds, 720P, silent; has effect templates; served in Beijing',
		},
		{
			id: 'wan2.1-kf2v-plus',
			name: 'Wan 2.1 Plus (Outside Beijing)',
			description: '5 seconds, 720P, silent; has effect templates; served in the other regions',
		},
	],
	settings: {
		...KEYFRAME_ONLY.settings,
		resolution: resolution(['720P'], '720P'),
		template: {
			kind: 'name',
			in: 'input',
			field: 'template',
			known: ['hanfu-1', 'magazine', 'mech1', 'mech2', 'solaron'],
		},
	},
	frames: { ...KEYFRAME_ONLY.frames, lastFrameReplacedBy: 'template' },
	rateLimit: { group: 'wan2.1', createsPerSecond: 2 },
};

const WAN_30: ModelFamily = {
	id: 'wan3.0',
	name: 'Wan 3.0',
	path: VIDEO_GENERATION,
	idPrefixes: ['wan3.0-video'],
	models: [
		{
			id: 'wan3.0-video',
			name: 'Wan 3.0',
			description: '2 to 30 seconds, 480P to 1080P, with or without sound',
		},
		{
			id: 'wan3.0-video-prime',
			name: 'Wan 3.0 Prime',
			description: '2 to 30 seconds, 480P to 1080P, with or without sound; finer and dearer',
		},
	],
	settings: {
		prompt: prompt(20_000, false),
		resolution: resolution(['480P', '720P', '1080P'], '1080P'),
		// -1 leaves the length to the model.
		duration: duration([-1, [2, 30]]),
		promptExtend,
		watermark,
		// -1 means a random seed.
		seed: seed([-1, [0, MAX_SEED]]),
		audio: flag('audio', true),
		ratio: {
			kind: 'choice',
			in: 'parameters',
			field: 'ratio',
			choices: ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'].map((value) => ({
				value,
			})),
			default: 'adaptive',
		},
	},
	frames: {
		body: { shape: 'media', types: FIRST_AND_LAST },
		maxBytes: 20 * MEGABYTE,
		takesDataUri: true,
	},
	rateLimit: { group: 'wan3.0', createsPerSecond: 5 },
	usualRunMs: 220_000,
};

export const FAMILIES: readonly ModelFamily[] = [WAN_27, WAN_22, WAN_21, WAN_30];

/** The defaults of the node's 'Model' and 'Model Family' fields. */
export const DEFAULT_MODEL = 'wan2.7-i2v';
export const DEFAULT_FAMILY = 'wan2.7';
