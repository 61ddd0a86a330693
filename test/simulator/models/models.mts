import {
	HAPPY_HORSE_ENCODER,
	KLING_ENCODER,
	MINIMAX_ENCODER,
	PIXVERSE_ENCODER,
	UNSEEN_WAN_ENCODER,
	VIDU_ENCODER,
	WAN26_ENCODER,
	WAN27_ENCODER,
} from '../videos/encoderSettings.mts';
import { KLING_LINK, MINIMAX_LINK, UNSIGNED_LINK, VIDU_LINK, WAN_LINK } from './linkRules.mts';
import type { GroupLimits, ServedModel, TextRules } from './model.mts';
import {
	keyframeUsage,
	minimaxUsage,
	pixverseUsage,
	standardUsage,
	vendorUsage,
	viduUsage,
	wan30Usage,
	wanUsage,
} from './usage.mts';

const MB = 1024 * 1024;
const MAX_SEED = 2_147_483_647;
const SEED = { min: 0, max: MAX_SEED };
const WAN_FORMATS = ['jpeg', 'png', 'bmp', 'webp'];
const VENDOR_FORMATS = ['jpeg', 'png', 'webp'];

// From the documented sample of the limits call; other models may have another limit.
const QUEUED = 500;

type Family = Omit<ServedModel, 'id' | 'limits'> & { limits: Omit<GroupLimits, 'group'> };

/** The models of a family; `group` where they share the limits, else each id has its own. */
function modelsOf(
	family: Family,
	ids: readonly (Pick<ServedModel, 'id'> & Partial<Family>)[],
	group?: string,
): ServedModel[] {
	return ids.map((own) => ({
		...family,
		...own,
		limits: { ...family.limits, ...own.limits, group: group ?? own.id },
	}));
}

function perSecond(creates: number, running: number): Family['limits'] {
	return { creates: { count: creates, perSeconds: 1 }, running, queued: QUEUED };
}

function cutAfter(max: number): TextRules {
	return { max, tooLong: 'cut' };
}

function refusedAfter(max: number): TextRules {
	return { max, tooLong: 'refused' };
}

const wan27: Family = {
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
	prompt: { ...cutAfter(5000), required: 'always' },
	negativePrompt: cutAfter(500),
	resolution: { field: 'resolution', choices: ['1080P', '720P'], default: '1080P' },
	duration: { kind: 'range', min: 2, max: 15, default: 5 },
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
	encoder: WAN27_ENCODER,
	limits: perSecond(5, 5),
	runningMs: 47_000,
	usage: wanUsage,
	link: WAN_LINK,
};

const wan22: Family = {
	family: 'wan2.2',
	service: 'image2video',
	media: { kind: 'fields', templates: [] },
	prompt: { ...cutAfter(800), required: 'never' },
	negativePrompt: cutAfter(500),
	resolution: { field: 'resolution', choices: ['480P', '720P', '1080P'], default: '720P' },
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
	encoder: UNSEEN_WAN_ENCODER,
	limits: perSecond(2, 2),
	runningMs: 480_000,
	usage: keyframeUsage,
	link: WAN_LINK,
};

const wan21: Family = {
	family: 'wan2.1',
	service: 'image2video',
	media: { kind: 'fields', templates: ['hanfu-1', 'solaron', 'magazine', 'mech1', 'mech2'] },
	prompt: { ...cutAfter(800), required: 'never' },
	negativePrompt: cutAfter(500),
	resolution: { field: 'resolution', choices: ['720P'], default: '720P' },
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
	encoder: UNSEEN_WAN_ENCODER,
	limits: perSecond(2, 2),
	runningMs: 480_000,
	usage: standardUsage,
	link: WAN_LINK,
};

const wan30: Family = {
	family: 'wan3.0',
	service: 'video-generation',
	media: {
		kind: 'typed',
		combinations: [['first_frame'], ['first_frame', 'last_frame']],
		mayBeEmpty: true,
	},
	prompt: { ...cutAfter(20_000), required: 'without-media' },
	resolution: { field: 'resolution', choices: ['480P', '720P', '1080P'], default: '1080P' },
	duration: { kind: 'range', min: 2, max: 30, default: 5, automatic: true },
	seed: { min: -1, max: MAX_SEED },
	switches: { prompt_extend: true, watermark: false, audio: true },
	ratios: ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'],
	sound: 'switch',
	image: {
		formats: WAN_FORMATS,
		alpha: false,
		minSide: 240,
		maxSide: 8000,
		maxRatio: 8,
		maxBytes: 20 * MB,
		dataUri: true,
	},
	encoder: UNSEEN_WAN_ENCODER,
	limits: perSecond(5, 5),
	runningMs: 150_000,
	usage: wan30Usage,
	link: WAN_LINK,
};

const pixverse: Family = {
	family: 'pixverse',
	service: 'video-generation',
	media: { kind: 'typed', combinations: [['first_frame', 'last_frame']] },
	prompt: { ...cutAfter(5000), required: 'always' },
	resolution: { field: 'resolution', choices: ['360P', '540P', '720P', '1080P'] },
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
	encoder: PIXVERSE_ENCODER,
	limits: perSecond(5, 5),
	runningMs: 57_000,
	usage: pixverseUsage,
	link: UNSIGNED_LINK,
};

const kling: Family = {
	family: 'kling',
	service: 'video-generation',
	media: { kind: 'typed', combinations: [['first_frame'], ['first_frame', 'last_frame']] },
	prompt: { ...refusedAfter(2500), required: 'always' },
	negativePrompt: refusedAfter(2500),
	resolution: { field: 'mode', choices: { std: '720P', pro: '1080P', '4k': '4K' }, default: 'pro' },
	duration: { kind: 'range', min: 3, max: 15, default: 5 },
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
	encoder: KLING_ENCODER,
	limits: perSecond(5, 10),
	runningMs: 37_000,
	usage: vendorUsage,
	link: KLING_LINK,
};

const vidu: Family = {
	family: 'vidu',
	service: 'video-generation',
	media: { kind: 'ordered', type: 'image' },
	prompt: { ...cutAfter(5000), required: 'always' },
	// The pages name defaults and yet mark both as required.
	resolution: { field: 'resolution', choices: ['540P', '720P', '1080P'] },
	duration: { kind: 'range', min: 1, max: 16 },
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
	encoder: VIDU_ENCODER,
	limits: perSecond(5, 5),
	runningMs: 48_000,
	usage: viduUsage,
	link: VIDU_LINK,
};

const viduQ2: Partial<Family> = {
	duration: { kind: 'range', min: 1, max: 10 },
	switches: { watermark: false },
	sound: 'never',
};

const minimax: Family = {
	family: 'minimax',
	service: 'video-generation',
	media: {
		kind: 'typed',
		combinations: [['first_frame'], ['last_frame'], ['first_frame', 'last_frame']],
	},
	prompt: { ...refusedAfter(7000), required: 'always' },
	resolution: { field: 'resolution', choices: ['768P', '2K'] },
	duration: { kind: 'range', min: 4, max: 15 },
	switches: { watermark: false },
	sound: 'always',
	image: {
		formats: [...VENDOR_FORMATS, 'heic'],
		alpha: true,
		minSide: 256,
		maxSide: 5760,
		maxRatio: 2.5,
		maxBytes: 30 * MB,
		// Nothing is known of them: a client that relies on them should notice.
		dataUri: false,
	},
	encoder: MINIMAX_ENCODER,
	limits: { creates: { count: 300, perSeconds: 60 }, running: 5, queued: QUEUED },
	runningMs: 111_000,
	usage: minimaxUsage,
	link: MINIMAX_LINK,
};

/** The models that make a video from a first and a last frame (docs/service-facts.md#3-models). */
export const KEYFRAME_MODELS: readonly ServedModel[] = [
	...modelsOf(wan27, [{ id: 'wan2.7-i2v' }, { id: 'wan2.7-i2v-2026-04-25' }]),
	...modelsOf(wan22, [{ id: 'wan2.2-kf2v-flash' }]),
	...modelsOf(wan21, [
		{ id: 'wanx2.1-kf2v-plus' },
		{ id: 'wan2.1-kf2v-plus', limits: perSecond(1, 2) },
	]),
	...modelsOf(wan30, [{ id: 'wan3.0-video' }, { id: 'wan3.0-video-prime' }]),
	...modelsOf(pixverse, [
		{ id: 'pixverse/pixverse-c1-kf2v' },
		{ id: 'pixverse/pixverse-v6-kf2v' },
		{
			id: 'pixverse/pixverse-v5.6-kf2v',
			prompt: { ...cutAfter(2048), required: 'always' },
			duration: { kind: 'choices', seconds: [5, 8, 10], at1080P: [5, 8] },
		},
	]),
	...modelsOf(
		kling,
		[{ id: 'kling/kling-v3-video-generation' }, { id: 'kling/kling-v3-omni-video-generation' }],
		'kling',
	),
	...modelsOf(
		vidu,
		[
			{ id: 'vidu/viduq3-pro_start-end2video' },
			{ id: 'vidu/viduq3-turbo_start-end2video' },
			{ id: 'vidu/viduq2-pro_start-end2video', ...viduQ2 },
			{ id: 'vidu/viduq2-turbo_start-end2video', ...viduQ2 },
		],
		'vidu',
	),
	...modelsOf(minimax, [{ id: 'MiniMax/MiniMax-H3' }]),
];

const wan26: Family = {
	...wan27,
	family: 'wan2.6',
	encoder: WAN26_ENCODER,
	media: { kind: 'image' },
	prompt: { ...cutAfter(5000), required: 'never' },
};

const firstFrameOnly = { kind: 'typed', combinations: [['first_frame']] } as const;

const happyHorse: Family = {
	...wan27,
	family: 'happyhorse',
	media: firstFrameOnly,
	encoder: HAPPY_HORSE_ENCODER,
};

/**
 * Models that refuse a last frame, which a user may name by mistake. Little is known of them: what
 * is not documented is as for their relatives.
 */
const FIRST_FRAME_MODELS: readonly ServedModel[] = [
	...modelsOf(wan26, [{ id: 'wan2.6-i2v' }]),
	...modelsOf(
		kling,
		[{ id: 'kling/kling-v3-turbo-video-generation', media: firstFrameOnly }],
		'kling',
	),
	...modelsOf(happyHorse, [{ id: 'happyhorse-1.0-i2v' }]),
];

/** The models that are served, by id. */
export const MODELS: ReadonlyMap<string, ServedModel> = new Map(
	[...KEYFRAME_MODELS, ...FIRST_FRAME_MODELS].map((model) => [model.id, model]),
);

/** A model that is not served, for tasks of other kinds: it behaves as wan2.7 does. */
export function unservedModel(id: string): ServedModel {
	return { ...wan27, id, limits: { ...wan27.limits, group: id } };
}

const HAPPY_HORSE = /^happyhorse-.+-i2v$/;

/**
 * The model behind an id, if it is served: one of the table, any of HappyHorse's first-frame
 * models, or one of `aliases` (fine-tuned models), which names the model that it behaves like.
 */
export function findServedModel(
	id: string,
	aliases: Readonly<Record<string, string>>,
): ServedModel | undefined {
	const listed = MODELS.get(id);
	if (listed !== undefined) return listed;
	const base = MODELS.get(HAPPY_HORSE.test(id) ? 'happyhorse-1.0-i2v' : (aliases[id] ?? ''));
	return base && { ...base, id, limits: { ...base.limits, group: id } };
}
