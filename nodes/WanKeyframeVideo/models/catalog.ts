import { MEGABYTE } from './describe';
import type {
	ChoiceRule,
	FirstFrameOnlyModels,
	IntegerRule,
	IntegerSet,
	ModelFamily,
	ModelRules,
	SettingRule,
	TextRule,
} from './family';

/*
 * The one table. Every fact is from docs/service-facts.md, sections 2 to 4: documented, unless a
 * line says otherwise. A new model is one entry here and nothing else in nodes/.
 */

const VIDEO_GENERATION = '/services/aigc/video-generation/video-synthesis';
const IMAGE_TO_VIDEO = '/services/aigc/image2video/video-synthesis';

/** The largest seed any model accepts. */
const MAX_SEED = 2_147_483_647;

const FIRST_AND_LAST = { firstFrame: 'first_frame', lastFrame: 'last_frame' } as const;

const WAN_FORMATS = ['jpeg', 'png', 'bmp', 'webp'] as const;
const VENDOR_FORMATS = ['jpeg', 'png', 'webp'] as const;

/**
 * The number of pixels that Wan aims at; 480P and 1080P are those of their usual 16:9 sizes
 * (inferred).
 */
const WAN_PIXELS = {
	'480P': 832 * 480,
	'720P': 1280 * 720,
	'1080P': 1920 * 1080,
} as const;

type WanResolution = keyof typeof WAN_PIXELS;

type TooLong = Pick<TextRule, 'tooLong'>;

const prompt = (
	maxLength: number,
	{ required = true, tooLong = 'cut' }: { required?: boolean } & Partial<TooLong> = {},
): TextRule => ({ kind: 'text', in: 'input', field: 'prompt', maxLength, tooLong, required });

const negativePrompt = (maxLength: number, tooLong: TextRule['tooLong'] = 'cut'): TextRule => ({
	kind: 'text',
	in: 'input',
	field: 'negative_prompt',
	maxLength,
	tooLong,
	required: false,
});

const resolution = (values: readonly string[], defaultValue: string): ChoiceRule => ({
	kind: 'choice',
	in: 'parameters',
	field: 'resolution',
	choices: values.map((value) => ({ value })),
	default: defaultValue,
});

const wanResolution = (
	values: readonly WanResolution[],
	defaultValue: WanResolution,
): ChoiceRule => ({
	...resolution([], defaultValue),
	choices: values.map((value) => ({ value, pixels: WAN_PIXELS[value] })),
});

const duration = (allowed: IntegerSet): IntegerRule => ({
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

const booleanSetting = (field: string, defaultValue: boolean): SettingRule => ({
	kind: 'boolean',
	in: 'parameters',
	field,
	default: defaultValue,
});

const promptExtend = booleanSetting('prompt_extend', true);
const watermark = booleanSetting('watermark', false);
const plainSeed = seed([[0, MAX_SEED]]);

/** The dated model's rules: never edited, since its users chose it so that nothing changes. */
const WAN_27_OF_2026_04_25: ModelRules = {
	body: {
		kind: 'list',
		types: { ...FIRST_AND_LAST, firstClip: 'first_clip', drivingAudio: 'driving_audio' },
	},
	settings: {
		// The guide requires a prompt; one reference calls it optional.
		prompt: prompt(5000),
		negativePrompt: negativePrompt(500),
		resolution: wanResolution(['720P', '1080P'], '1080P'),
		duration: duration([[2, 15]]),
		promptExtend,
		watermark,
		seed: plainSeed,
	},
	frames: {
		formats: WAN_FORMATS,
		allowsAlpha: false,
		sidePixels: { min: 240, max: 8000 },
		maxRatio: 8,
		maxBytes: 20 * MEGABYTE,
		allowsDataUri: true,
	},
	firstClip: { formats: ['mp4', 'mov'], maxBytes: 100 * MEGABYTE, seconds: { min: 2, max: 10 } },
	drivingAudio: { formats: ['wav', 'mp3'], maxBytes: 15 * MEGABYTE, seconds: { min: 2, max: 30 } },
	alwaysHasSound: true,
};

const WAN_27: ModelFamily = {
	// What has changed since the dated model goes below this line, e.g. `settings: { ...its, duration
	// }`.
	...WAN_27_OF_2026_04_25,
	id: 'wan2.7',
	name: 'Wan 2.7',
	path: VIDEO_GENERATION,
	idPrefixes: ['wan2.7-i2v'],
	models: [
		{ id: 'wan2.7-i2v', name: 'Alibaba Wan 2.7', purpose: 'For most transitions' },
		{
			id: 'wan2.7-i2v-2026-04-25',
			name: 'Alibaba Wan 2.7 (2026-04-25)',
			purpose: 'Pinned snapshot of Wan 2.7, for results that stay alike',
			pinned: WAN_27_OF_2026_04_25,
		},
	],
	rateLimit: { group: 'wan2.7', createsPerSecond: 5 },
	regions: ['Beijing', 'Singapore'],
};

/** What both generations of the keyframe-only models share. */
const KEYFRAME_ONLY = {
	path: IMAGE_TO_VIDEO,
	body: {
		kind: 'fields',
		fields: { firstFrame: 'first_frame_url', lastFrame: 'last_frame_url' },
	},
	settings: {
		prompt: prompt(800, { required: false }),
		negativePrompt: negativePrompt(500),
		promptExtend,
		watermark,
		seed: plainSeed,
	},
	frames: {
		formats: WAN_FORMATS,
		allowsAlpha: false,
		// The guide says 360 to 2000, the newest reference this.
		sidePixels: { min: 240, max: 8000 },
		recommendedSidePixels: { min: 360, max: 2000 },
		maxBytes: 10 * MEGABYTE,
		allowsDataUri: true,
	},
	fixedSeconds: 5,
	regions: ['Beijing'],
} as const;

const WAN_22: ModelFamily = {
	...KEYFRAME_ONLY,
	id: 'wan2.2',
	name: 'Wan 2.2',
	idPrefixes: ['wan2.2-kf2v'],
	models: [
		{
			id: 'wan2.2-kf2v-flash',
			name: 'Alibaba Wan 2.2 Flash',
			purpose: 'For quick and cheap tries',
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
			name: 'Alibaba Wan 2.1 Plus (Beijing)',
			purpose: 'For effect templates',
		},
		{
			id: 'wan2.1-kf2v-plus',
			name: 'Alibaba Wan 2.1 Plus (Outside Beijing)',
			purpose: 'For effect templates',
			rateLimit: { group: 'wan2.1-outside-beijing', createsPerSecond: 1 },
			regions: ['Singapore'],
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
			replacesLastFrame: true,
		},
	},
	rateLimit: { group: 'wan2.1', createsPerSecond: 2 },
};

const WAN_30: ModelFamily = {
	id: 'wan3.0',
	name: 'Wan 3.0',
	path: VIDEO_GENERATION,
	idPrefixes: ['wan3.0-video'],
	models: [
		{ id: 'wan3.0-video', name: 'Alibaba Wan 3.0', purpose: 'For long shots' },
		{
			id: 'wan3.0-video-prime',
			name: 'Alibaba Wan 3.0 Prime',
			purpose: 'For long shots in finer quality, at a higher price',
		},
	],
	// Two frames exclude everything else, a sound of one's own too: no firstClip, no drivingAudio.
	body: { kind: 'list', types: FIRST_AND_LAST },
	settings: {
		prompt: prompt(20_000, { required: false }),
		resolution: wanResolution(['480P', '720P', '1080P'], '1080P'),
		// -1 leaves the length to the model.
		duration: duration([-1, [2, 30]]),
		promptExtend,
		watermark,
		// -1 means a random seed.
		seed: seed([-1, [0, MAX_SEED]]),
		audio: booleanSetting('audio', true),
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
		formats: WAN_FORMATS,
		allowsAlpha: false,
		sidePixels: { min: 240, max: 8000 },
		maxRatio: 8,
		maxBytes: 20 * MEGABYTE,
		allowsDataUri: true,
	},
	rateLimit: { group: 'wan3.0', createsPerSecond: 5 },
	regions: ['Beijing', 'Singapore', 'Virginia', 'Frankfurt', 'Tokyo', 'Hong Kong'],
};

/**
 * What other vendors' models share, which the same key, address and task query serve (section 3).
 */
const VENDOR = {
	path: VIDEO_GENERATION,
	regions: ['Beijing'],
	needsActivation: true,
} as const;

const PIXVERSE: ModelFamily = {
	...VENDOR,
	id: 'pixverse',
	name: 'PixVerse',
	idPrefixes: ['pixverse/'],
	idSuffix: '-kf2v',
	models: [
		{
			id: 'pixverse/pixverse-c1-kf2v',
			name: 'PixVerse C1',
			purpose: 'Transitions',
			rateLimit: { group: 'pixverse-c1' },
		},
		{
			id: 'pixverse/pixverse-v5.6-kf2v',
			name: 'PixVerse V5.6',
			purpose: 'Transitions',
			settings: {
				prompt: prompt(2048),
				duration: {
					...duration([5, 8, 10]),
					alwaysSent: true,
					restricted: { by: 'resolution', to: { '1080P': [5, 8] } },
				},
			},
			rateLimit: { group: 'pixverse-v5.6' },
		},
		{
			id: 'pixverse/pixverse-v6-kf2v',
			name: 'PixVerse V6',
			purpose: 'Transitions',
			rateLimit: { group: 'pixverse-v6' },
		},
	],
	body: { kind: 'list', types: FIRST_AND_LAST },
	settings: {
		prompt: prompt(5000),
		// The service requires resolution and duration and has no defaults of its own.
		resolution: { ...resolution(['360P', '540P', '720P', '1080P'], '720P'), alwaysSent: true },
		duration: { ...duration([[1, 15]]), alwaysSent: true },
		audio: booleanSetting('audio', false),
		watermark,
		seed: plainSeed,
	},
	frames: {
		formats: VENDOR_FORMATS,
		allowsAlpha: true,
		sidePixels: { min: 1, max: 10_000 },
		maxBytes: 20 * MEGABYTE,
		allowsDataUri: false,
	},
	rateLimit: { group: 'pixverse', createsPerSecond: 5 },
};

const KLING: ModelFamily = {
	...VENDOR,
	id: 'kling',
	name: 'Kling',
	idPrefixes: ['kling/'],
	models: [
		{ id: 'kling/kling-v3-video-generation', name: 'Kling V3', purpose: 'Transitions' },
		{ id: 'kling/kling-v3-omni-video-generation', name: 'Kling V3 Omni', purpose: 'Transitions' },
	],
	body: { kind: 'list', types: FIRST_AND_LAST },
	settings: {
		// Whether one is required is not clear from the documentation.
		prompt: prompt(2500, { tooLong: 'refused' }),
		negativePrompt: negativePrompt(2500, 'refused'),
		resolution: {
			...resolution([], '1080P'),
			field: 'mode',
			choices: [
				{ value: '720P', apiValue: 'std' },
				{ value: '1080P', apiValue: 'pro' },
				{ value: '4K', apiValue: '4k' },
			],
		},
		duration: duration([[3, 15]]),
		audio: booleanSetting('audio', false),
		watermark,
	},
	frames: {
		formats: ['jpeg', 'png'],
		allowsAlpha: false,
		sidePixels: { min: 300, max: 8000 },
		maxRatio: 2.5,
		maxBytes: 10 * MEGABYTE,
		allowsDataUri: false,
	},
	rateLimit: { group: 'kling', createsPerSecond: 5 },
};

/** Both are marked as required, though defaults are documented too. */
const viduDuration = (allowed: IntegerSet): IntegerRule => ({
	...duration(allowed),
	alwaysSent: true,
});

/** What sets the older generation of Vidu's models apart. */
const VIDU_Q2 = { duration: viduDuration([[1, 10]]), audio: null } as const;

const VIDU: ModelFamily = {
	...VENDOR,
	id: 'vidu',
	name: 'Vidu',
	idPrefixes: ['vidu/'],
	idSuffix: '_start-end2video',
	models: [
		{
			id: 'vidu/viduq2-pro_start-end2video',
			name: 'Vidu Q2 Pro',
			purpose: 'Transitions',
			settings: VIDU_Q2,
		},
		{
			id: 'vidu/viduq2-turbo_start-end2video',
			name: 'Vidu Q2 Turbo',
			purpose: 'Quicker, cheaper transitions',
			settings: VIDU_Q2,
		},
		{ id: 'vidu/viduq3-pro_start-end2video', name: 'Vidu Q3 Pro', purpose: 'Transitions' },
		{
			id: 'vidu/viduq3-turbo_start-end2video',
			name: 'Vidu Q3 Turbo',
			purpose: 'Quicker, cheaper transitions',
		},
	],
	// Both of one type: the order tells the first from the last.
	body: { kind: 'list', types: { firstFrame: 'image', lastFrame: 'image' } },
	settings: {
		prompt: prompt(5000),
		resolution: { ...resolution(['540P', '720P', '1080P'], '720P'), alwaysSent: true },
		duration: viduDuration([[1, 16]]),
		audio: booleanSetting('audio', false),
		watermark,
		seed: plainSeed,
	},
	frames: {
		formats: VENDOR_FORMATS,
		allowsAlpha: true,
		maxRatio: 4,
		pixelCountRatio: { min: 0.8, max: 1.25 },
		maxBytes: 50 * MEGABYTE,
		allowsDataUri: false,
	},
	codec: 'HEVC',
	rateLimit: { group: 'vidu', createsPerSecond: 5 },
};

const MINIMAX: ModelFamily = {
	...VENDOR,
	id: 'minimax',
	name: 'MiniMax',
	idPrefixes: ['MiniMax/'],
	models: [{ id: 'MiniMax/MiniMax-H3', name: 'MiniMax H3', purpose: 'Transitions up to 2K' }],
	body: { kind: 'list', types: FIRST_AND_LAST },
	settings: {
		prompt: prompt(7000, { tooLong: 'refused' }),
		// The service requires resolution and duration and has no defaults of its own.
		resolution: { ...resolution(['768P', '2K'], '768P'), alwaysSent: true },
		duration: { ...duration([[4, 15]]), alwaysSent: true },
		watermark,
	},
	frames: {
		formats: [...VENDOR_FORMATS, 'heic', 'heif'],
		// Nothing is said of transparency.
		allowsAlpha: true,
		sidePixels: { min: 256, max: 5760 },
		maxRatio: 2.5,
		maxBytes: 30 * MEGABYTE,
		// Nothing is said of data URIs.
		allowsDataUri: false,
	},
	alwaysHasSound: true,
	// 300 a minute.
	rateLimit: { group: 'minimax', createsPerSecond: 5 },
};

export const FAMILIES: readonly ModelFamily[] = [
	WAN_27,
	WAN_22,
	WAN_21,
	WAN_30,
	PIXVERSE,
	KLING,
	VIDU,
	MINIMAX,
];

/** IDs that read like those above, or are on the same service, and refuse a last frame. */
export const FIRST_FRAME_ONLY: readonly FirstFrameOnlyModels[] = [
	{ idPrefix: 'kling/kling-v3-turbo-' },
	{ idPrefix: 'happyhorse-', idSuffix: '-i2v' },
];

/** The defaults of the node's 'Model' and 'Model Family' fields. */
export const DEFAULT_MODEL = 'wan2.7-i2v';
export const DEFAULT_FAMILY = 'wan2.7';
