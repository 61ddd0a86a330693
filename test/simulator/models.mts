/** What the models of section 3 and 3b of the document have in common, and `wan2.6-i2v` beside them. */
export type FamilyName =
	| 'wan2.7'
	| 'wan2.6'
	| 'wan2.2'
	| 'wan2.1'
	| 'wan3.0'
	| 'pixverse'
	| 'kling'
	| 'vidu';

/** The two services that create a video, as they stand in the path. */
export type Service = 'video-generation' | 'image2video';

/** How a body names its media. */
export type MediaRules =
	/** `input.media[]`: one of these sets of types, each at most once, order free. */
	| { kind: 'typed'; combinations: readonly (readonly string[])[]; mayBeEmpty?: true }
	/** `input.media[]`: two objects of one type whose order decides. */
	| { kind: 'ordered'; type: string }
	/** `input.first_frame_url` and `input.last_frame_url`; a template stands in for the last frame. */
	| { kind: 'fields'; templates: readonly string[] }
	/** `input.img_url` alone. */
	| { kind: 'image' };

/** How a body says the size of the video. */
export type TierRules =
	| { field: 'resolution'; choices: readonly string[]; preset?: string }
	| { field: 'mode'; choices: Readonly<Record<string, string>>; preset: string };

/** How long the video may be, in whole seconds. */
export type DurationRules =
	| { kind: 'fixed'; seconds: number }
	| { kind: 'range'; min: number; max: number; preset?: number; automatic?: true }
	| { kind: 'choices'; seconds: readonly number[]; at1080P: readonly number[] };

/** What an image must be: sides in pixels, ratio as longer side by shorter, size in bytes. */
export interface ImageRules {
	formats: readonly string[];
	alpha: boolean;
	minSide?: number;
	maxSide?: number;
	maxRatio?: number;
	maxBytes: number;
	/** Bounds of last frame's pixel count divided by the first one's. */
	pixelCounts?: { min: number; max: number };
	dataUri: boolean;
}

/** Everything that the service knows of one model. Lengths of texts in characters, times in ms. */
export interface Model {
	id: string;
	family: FamilyName;
	service: Service;
	media: MediaRules;
	prompt: { max: number; required: 'always' | 'without-media' | 'never' };
	negativePromptMax?: number;
	tier: TierRules;
	duration: DurationRules;
	/** Absent: the model documents no seed. */
	seed?: { min: number; max: number };
	/** Boolean parameters and their defaults. */
	switches: Readonly<Record<string, boolean>>;
	ratios?: readonly string[];
	/** `always`: with sound; `switch`: as `parameters.audio` says; `never`: silent. */
	sound: 'always' | 'switch' | 'never';
	image: ImageRules;
	fps: number;
	/** Models with the same group share the limits. */
	limits: { group: string; createsPerSecond: number; running: number };
	runningMs: number;
}

const MB = 1024 * 1024;
const MAX_SEED = 2_147_483_647;
const SEED = { min: 0, max: MAX_SEED };
const WAN_FORMATS = ['jpeg', 'png', 'bmp', 'webp'];
const VENDOR_FORMATS = ['jpeg', 'png', 'webp'];

// "Measured" and "samples" of section 3b and 5: the time between the start and the end of a task.
const RUNNING_MS: Readonly<Record<FamilyName, number>> = {
	'wan2.7': 47_000,
	'wan2.6': 47_000,
	'wan2.2': 480_000,
	'wan2.1': 480_000,
	'wan3.0': 150_000,
	pixverse: 57_000,
	kling: 37_000,
	vidu: 48_000,
};

type Own = Pick<Model, 'id'> & Partial<Model>;
type Shared = Omit<Model, 'id' | 'limits'> & {
	limits: Omit<Model['limits'], 'group'> & { group?: string };
};

// Where no group is named, the limits hold for each model id by itself.
function family(shared: Shared, ids: readonly Own[]): Model[] {
	return ids.map((own) => ({
		...shared,
		...own,
		limits: own.limits ?? { ...shared.limits, group: shared.limits.group ?? own.id },
	}));
}

const wan27: Shared = {
	family: 'wan2.7',
	service: 'video-generation',
	media: {
		kind: 'typed',
		combinations: [
			['first_frame'],
			['first_frame', 'driving_audio'],
			['first_frame', 'last_frame'],
			['first_frame', 'last_frame', 'driving_audio'],
			['first_clip'],
			['first_clip', 'last_frame'],
		],
	},
	prompt: { max: 5000, required: 'always' },
	negativePromptMax: 500,
	tier: { field: 'resolution', choices: ['1080P', '720P'], preset: '1080P' },
	duration: { kind: 'range', min: 2, max: 15, preset: 5 },
	seed: SEED,
	switches: { prompt_extend: true, watermark: false },
	sound: 'always',
	image: {
		formats: WAN_FORMATS,
		alpha: false,
		minSide: 240,
		maxSide: 8000,
		maxRatio: 8,
		maxBytes: 20 * MB,
		dataUri: true,
	},
	fps: 30,
	limits: { createsPerSecond: 5, running: 5 },
	runningMs: RUNNING_MS['wan2.7'],
};

const wan26: Shared = {
	...wan27,
	family: 'wan2.6',
	media: { kind: 'image' },
	prompt: { max: 5000, required: 'never' },
	runningMs: RUNNING_MS['wan2.6'],
};

const wan22: Shared = {
	family: 'wan2.2',
	service: 'image2video',
	media: { kind: 'fields', templates: [] },
	prompt: { max: 800, required: 'never' },
	negativePromptMax: 500,
	tier: { field: 'resolution', choices: ['480P', '720P', '1080P'], preset: '720P' },
	duration: { kind: 'fixed', seconds: 5 },
	seed: SEED,
	switches: { prompt_extend: true, watermark: false },
	sound: 'never',
	image: {
		formats: WAN_FORMATS,
		alpha: false,
		minSide: 240,
		maxSide: 8000,
		maxBytes: 10 * MB,
		dataUri: true,
	},
	fps: 30,
	limits: { createsPerSecond: 2, running: 2 },
	runningMs: RUNNING_MS['wan2.2'],
};

const wan21: Shared = {
	...wan22,
	family: 'wan2.1',
	media: { kind: 'fields', templates: ['hanfu-1', 'solaron', 'magazine', 'mech1', 'mech2'] },
	tier: { field: 'resolution', choices: ['720P'], preset: '720P' },
	runningMs: RUNNING_MS['wan2.1'],
};

const wan30: Shared = {
	...wan27,
	family: 'wan3.0',
	media: {
		kind: 'typed',
		combinations: [['first_frame'], ['first_frame', 'last_frame']],
		mayBeEmpty: true,
	},
	prompt: { max: 20_000, required: 'without-media' },
	tier: { field: 'resolution', choices: ['480P', '720P', '1080P'], preset: '1080P' },
	duration: { kind: 'range', min: 2, max: 30, preset: 5, automatic: true },
	seed: { min: -1, max: MAX_SEED },
	switches: { prompt_extend: true, watermark: false, audio: true },
	ratios: ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'],
	sound: 'switch',
	runningMs: RUNNING_MS['wan3.0'],
};

const pixverse: Shared = {
	family: 'pixverse',
	service: 'video-generation',
	media: { kind: 'typed', combinations: [['first_frame', 'last_frame']] },
	prompt: { max: 5000, required: 'always' },
	tier: { field: 'resolution', choices: ['360P', '540P', '720P', '1080P'] },
	duration: { kind: 'range', min: 1, max: 15 },
	seed: SEED,
	switches: { audio: false, watermark: false },
	sound: 'switch',
	image: {
		formats: VENDOR_FORMATS,
		alpha: true,
		maxSide: 10_000,
		maxBytes: 20 * MB,
		dataUri: false,
	},
	fps: 24,
	limits: { createsPerSecond: 5, running: 5 },
	runningMs: RUNNING_MS.pixverse,
};

const kling: Shared = {
	family: 'kling',
	service: 'video-generation',
	media: { kind: 'typed', combinations: [['first_frame'], ['first_frame', 'last_frame']] },
	prompt: { max: 2500, required: 'always' },
	tier: { field: 'mode', choices: { std: '720P', pro: '1080P' }, preset: 'pro' },
	duration: { kind: 'range', min: 3, max: 15, preset: 5 },
	switches: { audio: false, watermark: false },
	sound: 'switch',
	image: {
		formats: ['jpeg', 'png'],
		alpha: false,
		minSide: 300,
		maxSide: 8000,
		maxRatio: 2.5,
		maxBytes: 10 * MB,
		dataUri: false,
	},
	fps: 24,
	limits: { createsPerSecond: 5, running: 10, group: 'kling' },
	runningMs: RUNNING_MS.kling,
};

const vidu: Shared = {
	family: 'vidu',
	service: 'video-generation',
	media: { kind: 'ordered', type: 'image' },
	prompt: { max: 5000, required: 'always' },
	tier: { field: 'resolution', choices: ['540P', '720P', '1080P'], preset: '720P' },
	duration: { kind: 'range', min: 1, max: 16, preset: 5 },
	seed: SEED,
	switches: { audio: false, watermark: false },
	sound: 'switch',
	image: {
		formats: VENDOR_FORMATS,
		alpha: true,
		maxRatio: 4,
		maxBytes: 50 * MB,
		pixelCounts: { min: 0.8, max: 1.25 },
		dataUri: false,
	},
	fps: 24,
	limits: { createsPerSecond: 5, running: 5, group: 'vidu' },
	runningMs: RUNNING_MS.vidu,
};

const viduQ2: Partial<Model> = {
	duration: { kind: 'range', min: 1, max: 10, preset: 5 },
	switches: { watermark: false },
	sound: 'never',
};

/** The models that the simulator serves, by id (document, sections 3 and 3b, Beijing limits). */
export const MODELS: ReadonlyMap<string, Model> = new Map(
	[
		...family(wan27, [{ id: 'wan2.7-i2v' }, { id: 'wan2.7-i2v-2026-04-25' }]),
		...family(wan26, [{ id: 'wan2.6-i2v' }]),
		...family(wan22, [{ id: 'wan2.2-kf2v-flash' }]),
		...family(wan21, [{ id: 'wanx2.1-kf2v-plus' }, { id: 'wan2.1-kf2v-plus' }]),
		...family(wan30, [{ id: 'wan3.0-video' }, { id: 'wan3.0-video-prime' }]),
		...family(pixverse, [
			{ id: 'pixverse/pixverse-c1-kf2v' },
			{ id: 'pixverse/pixverse-v6-kf2v' },
			{
				id: 'pixverse/pixverse-v5.6-kf2v',
				prompt: { max: 2048, required: 'always' },
				duration: { kind: 'choices', seconds: [5, 8, 10], at1080P: [5, 8] },
			},
		]),
		...family(kling, [
			{ id: 'kling/kling-v3-video-generation' },
			{ id: 'kling/kling-v3-omni-video-generation' },
		]),
		...family(vidu, [
			{ id: 'vidu/viduq3-pro_start-end2video' },
			{ id: 'vidu/viduq3-turbo_start-end2video' },
			{ id: 'vidu/viduq2-pro_start-end2video', ...viduQ2 },
			{ id: 'vidu/viduq2-turbo_start-end2video', ...viduQ2 },
		]),
	].map((model) => [model.id, model]),
);
