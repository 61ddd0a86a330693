import type { ChoiceRule, IntegerRule, IntegerSet, ModelFamily, SettingRule } from './family';

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

const WAN_FORMATS = ['jpeg', 'png', 'bmp', 'webp'] as const;
const VENDOR_FORMATS = ['jpeg', 'png', 'webp'] as const;

/** The number of pixels that Wan brings a video near to; 480P and 1080P are those of their usual 16:9 sizes (inferred). */
const WAN_PIXELS = {
	'480P': 832 * 480,
	'720P': 1280 * 720,
	'1080P': 1920 * 1080,
} as const;

type WanTier = keyof typeof WAN_PIXELS;

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

const resolution = (values: readonly string[], byDefault: string): ChoiceRule => ({
	kind: 'choice',
	in: 'parameters',
	field: 'resolution',
	choices: values.map((value) => ({ value })),
	default: byDefault,
});

const wanResolution = (values: readonly WanTier[], byDefault: WanTier): ChoiceRule => ({
	...resolution([], byDefault),
	choices: values.map((value) => ({ value, pixels: WAN_PIXELS[value] })),
});

const duration = (allowed: IntegerSet): IntegerRule => ({
	kind: 'integer',
	in: 'parameters',
	field: 'duration',
	allowed,
	unit: 'seconds',
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
			description: 'For most transitions: 2 to 15 seconds, 720P or 1080P, with sound',
		},
		{
			id: 'wan2.7-i2v-2026-04-25',
			name: 'Wan 2.7 (2026-04-25)',
			description:
				'Wan 2.7 as it was that day, for results that stay alike: 2 to 15 seconds, 720P or 1080P, with sound',
		},
	],
	settings: {
		// The guide requires a prompt; one reference calls it optional.
		prompt: prompt(5000, true),
		negativePrompt,
		resolution: wanResolution(['720P', '1080P'], '1080P'),
		duration: duration([[2, 15]]),
		promptExtend,
		watermark,
		seed: plainSeed,
	},
	frames: {
		body: {
			shape: 'media',
			types: { ...FIRST_AND_LAST, firstClip: 'first_clip', drivingAudio: 'driving_audio' },
		},
		formats: WAN_FORMATS,
		takesAlpha: false,
		sides: { min: 240, max: 8000 },
		maxRatio: 8,
		maxBytes: 20 * MEGABYTE,
		takesDataUri: true,
	},
	firstClip: { formats: ['mp4', 'mov'], maxBytes: 100 * MEGABYTE },
	drivingAudio: {
		formats: ['wav', 'mp3'],
		maxBytes: 15 * MEGABYTE,
	},
	rateLimit: { group: 'wan2.7', createsPerSecond: 5 },
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
		formats: WAN_FORMATS,
		takesAlpha: false,
		// The guide says 360 to 2000, the newest reference this.
		sides: { min: 240, max: 8000 },
		usualSides: { min: 360, max: 2000 },
		maxBytes: 10 * MEGABYTE,
		takesDataUri: true,
	},
	fixedSeconds: 5,
	// One documented sample took eight minutes.
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
			description: 'For quick and cheap tries: 5 seconds, 480P to 1080P, silent',
		},
	],
	settings: {
		...KEYFRAME_ONLY.settings,
		resolution: wanResolution(['480P', '720P', '1080P'], '720P'),
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
			description: 'For effect templates: 5 seconds, 720P, silent; Beijing only',
		},
		{
			id: 'wan2.1-kf2v-plus',
			name: 'Wan 2.1 Plus (Outside Beijing)',
			description:
				'For effect templates: 5 seconds, 720P, silent; in the regions other than Beijing',
		},
	],
	settings: {
		...KEYFRAME_ONLY.settings,
		resolution: wanResolution(['720P'], '720P'),
		template: {
			kind: 'choice',
			in: 'input',
			field: 'template',
			choices: ['hanfu-1', 'magazine', 'mech1', 'mech2', 'solaron'].map((value) => ({ value })),
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
			description: 'For long shots: 2 to 30 seconds, 480P to 1080P, silent or with sound',
		},
		{
			id: 'wan3.0-video-prime',
			name: 'Wan 3.0 Prime',
			description:
				'For long shots in finer quality, at a higher price: 2 to 30 seconds, 480P to 1080P, silent or with sound',
		},
	],
	settings: {
		prompt: prompt(20_000, false),
		resolution: wanResolution(['480P', '720P', '1080P'], '1080P'),
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
		formats: WAN_FORMATS,
		takesAlpha: false,
		sides: { min: 240, max: 8000 },
		maxRatio: 8,
		maxBytes: 20 * MEGABYTE,
		takesDataUri: true,
	},
	rateLimit: { group: 'wan3.0', createsPerSecond: 5 },
};

/** Other vendors' models that the same key, address and task query serve, in Beijing only (section 3b of the API facts). */
const PIXVERSE: ModelFamily = {
	id: 'pixverse',
	name: 'PixVerse',
	path: VIDEO_GENERATION,
	idPrefixes: ['pixverse/'],
	idSuffix: '-kf2v',
	models: [
		{
			id: 'pixverse/pixverse-c1-kf2v',
			name: 'PixVerse C1',
			description:
				'Transitions of 1 to 15 seconds, 360P to 1080P, silent or with sound; Beijing only',
			rateGroup: 'pixverse-c1',
		},
		{
			id: 'pixverse/pixverse-v5.6-kf2v',
			name: 'PixVerse V5.6',
			description:
				'Transitions of 5, 8 or 10 seconds (at 1080P 5 or 8), 360P to 1080P, silent or with sound; Beijing only',
			settings: {
				prompt: prompt(2048, true),
				duration: {
					...duration([5, 8, 10]),
					alwaysSent: true,
					narrowed: { by: 'resolution', to: { '1080P': [5, 8] } },
				},
			},
			rateGroup: 'pixverse-v5.6',
		},
		{
			id: 'pixverse/pixverse-v6-kf2v',
			name: 'PixVerse V6',
			description:
				'Transitions of 1 to 15 seconds, 360P to 1080P, silent or with sound; Beijing only',
			rateGroup: 'pixverse-v6',
		},
	],
	settings: {
		prompt: prompt(5000, true),
		// The service insists on resolution and duration and has no defaults of its own.
		resolution: { ...resolution(['360P', '540P', '720P', '1080P'], '720P'), alwaysSent: true },
		duration: { ...duration([[1, 15]]), alwaysSent: true },
		audio: flag('audio', false),
		watermark,
		seed: plainSeed,
	},
	frames: {
		body: { shape: 'media', types: FIRST_AND_LAST },
		formats: VENDOR_FORMATS,
		takesAlpha: true,
		sides: { min: 1, max: 10_000 },
		maxBytes: 20 * MEGABYTE,
		takesDataUri: false,
	},
	rateLimit: { group: 'pixverse', createsPerSecond: 5 },
};

const KLING: ModelFamily = {
	id: 'kling',
	name: 'Kling',
	path: VIDEO_GENERATION,
	idPrefixes: ['kling/'],
	models: [
		{
			id: 'kling/kling-v3-video-generation',
			name: 'Kling V3',
			description:
				'Transitions of 3 to 15 seconds, 720P or 1080P, silent or with sound; Beijing only',
		},
		{
			id: 'kling/kling-v3-omni-video-generation',
			name: 'Kling V3 Omni',
			description:
				'Transitions of 3 to 15 seconds, 720P or 1080P, silent or with sound; Beijing only',
		},
	],
	settings: {
		// Whether one is required is not clear from the documentation.
		prompt: prompt(2500, true),
		resolution: {
			...resolution([], '1080P'),
			field: 'mode',
			choices: [
				{ value: '720P', sent: 'std' },
				{ value: '1080P', sent: 'pro' },
			],
		},
		duration: duration([[3, 15]]),
		audio: flag('audio', false),
		watermark,
	},
	frames: {
		body: { shape: 'media', types: FIRST_AND_LAST },
		formats: ['jpeg', 'png'],
		takesAlpha: false,
		sides: { min: 300, max: 8000 },
		maxRatio: 2.5,
		maxBytes: 10 * MEGABYTE,
		takesDataUri: false,
	},
	rateLimit: { group: 'kling', createsPerSecond: 5 },
};

/** What sets the older generation of Vidu's models apart. */
const VIDU_Q2 = { duration: duration([[1, 10]]), audio: null } as const;

const VIDU: ModelFamily = {
	id: 'vidu',
	name: 'Vidu',
	path: VIDEO_GENERATION,
	idPrefixes: ['vidu/'],
	idSuffix: '_start-end2video',
	models: [
		{
			id: 'vidu/viduq2-pro_start-end2video',
			name: 'Vidu Q2 Pro',
			description: 'Transitions of 1 to 10 seconds, 540P to 1080P, silent; Beijing only',
			settings: VIDU_Q2,
		},
		{
			id: 'vidu/viduq2-turbo_start-end2video',
			name: 'Vidu Q2 Turbo',
			description:
				'Quicker, cheaper transitions of 1 to 10 seconds, 540P to 1080P, silent; Beijing only',
			settings: VIDU_Q2,
		},
		{
			id: 'vidu/viduq3-pro_start-end2video',
			name: 'Vidu Q3 Pro',
			description:
				'Transitions of 1 to 16 seconds, 540P to 1080P, silent or with sound; Beijing only',
		},
		{
			id: 'vidu/viduq3-turbo_start-end2video',
			name: 'Vidu Q3 Turbo',
			description:
				'Quicker, cheaper transitions of 1 to 16 seconds, 540P to 1080P, silent or with sound; Beijing only',
		},
	],
	settings: {
		prompt: prompt(5000, true),
		resolution: resolution(['540P', '720P', '1080P'], '720P'),
		duration: duration([[1, 16]]),
		audio: flag('audio', false),
		watermark,
		seed: plainSeed,
	},
	frames: {
		// Both of one type: the order tells the first from the last.
		body: { shape: 'media', types: { firstFrame: 'image', lastFrame: 'image' } },
		formats: VENDOR_FORMATS,
		takesAlpha: true,
		maxRatio: 4,
		pixelCountRatio: { min: 0.8, max: 1.25 },
		maxBytes: 50 * MEGABYTE,
		takesDataUri: false,
	},
	rateLimit: { group: 'vidu', createsPerSecond: 5 },
};

export const FAMILIES: readonly ModelFamily[] = [
	WAN_27,
	WAN_22,
	WAN_21,
	WAN_30,
	PIXVERSE,
	KLING,
	VIDU,
];

/** The defaults of the node's 'Model' and 'Model Family' fields. */
export const DEFAULT_MODEL = 'wan2.7-i2v';
export const DEFAULT_FAMILY = 'wan2.7';
