import { describe, expect, it } from 'vitest';
import { buildRequest } from '../../nodes/WanKeyframeVideo/models/buildRequest.ts';
import {
	DEFAULT_FAMILY,
	DEFAULT_MODEL,
	FAMILIES,
} from '../../nodes/WanKeyframeVideo/models/catalog.ts';
import { checkMedia } from '../../nodes/WanKeyframeVideo/models/checkMedia.ts';
import { mediaHints } from '../../nodes/WanKeyframeVideo/models/mediaHints.ts';
import {
	checkSettings,
	includesInteger,
} from '../../nodes/WanKeyframeVideo/models/checkSettings.ts';
import type {
	Model,
	SettingName,
	SettingRule,
	SettingValue,
	SettingValues,
} from '../../nodes/WanKeyframeVideo/models/family.ts';
import {
	acceptsFirstFrameOnly,
	findModel,
	resolveModel,
} from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import { defaultOf, settingEntries } from '../../nodes/WanKeyframeVideo/models/settings.ts';
import type { ImageFormat } from '../../nodes/WanKeyframeVideo/util/mediaInfo.ts';

import { absent, dataUri, file, HD, image, mediaOf, MEGABYTE, picture } from './media.mts';

/** One column of the tables in sections 3 and 3b of the API facts. */
interface Documented {
	readonly ids: readonly string[];
	readonly body: 'video-generation, media' | 'video-generation, two images' | 'image2video, fields';
	readonly prompt: { readonly longest: number; readonly required: boolean };
	/** The service refuses longer texts; it cuts them where this is absent. */
	readonly refusesLongTexts?: true;
	/** The longest negative prompt. */
	readonly negativePrompt?: number;
	readonly resolutions: readonly string[];
	/** Undefined where the service insists on the field and has no default. */
	readonly defaultResolution?: string;
	readonly duration?: {
		readonly takes: readonly number[];
		readonly refuses: readonly number[];
		/** Undefined where the service insists on the field and has no default. */
		readonly default?: number;
	};
	/** What the service does where the switch is not sent. */
	readonly promptExtend?: boolean;
	readonly audio?: boolean;
	readonly seed?: 'from 0' | 'from -1';
	readonly ratios?: readonly string[];
	readonly template?: true;
	readonly dataUri: boolean;
	readonly megabytes: number;
	readonly formats: readonly ImageFormat[];
	/** Documented as not taken; undefined where nothing is said. */
	readonly refusesAlpha?: true;
	readonly sides?: readonly [min: number, max: number];
	/** The longer side divided by the shorter. */
	readonly ratio?: number;
	/** Sides of which the user is warned. */
	readonly warnsOutside?: readonly [min: number, max: number];
	/** Megabytes of a clip to begin with, and of a sound. */
	readonly clip?: number;
	readonly sound?: number;
	readonly createsPerSecond: number;
}

const ALL_RATIOS = ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'];

const DOCUMENTED: readonly Documented[] = [
	{
		ids: ['wan2.7-i2v', 'wan2.7-i2v-2026-04-25'],
		body: 'video-generation, media',
		prompt: { longest: 5000, required: true },
		negativePrompt: 500,
		resolutions: ['720P', '1080P'],
		defaultResolution: '1080P',
		duration: { takes: [2, 5, 15], refuses: [-1, 0, 1, 16], default: 5 },
		promptExtend: true,
		seed: 'from 0',
		dataUri: true,
		megabytes: 20,
		formats: ['bmp', 'jpeg', 'png', 'webp'],
		refusesAlpha: true,
		sides: [240, 8000],
		ratio: 8,
		clip: 100,
		sound: 15,
		createsPerSecond: 5,
	},
	{
		ids: ['wan2.2-kf2v-flash'],
		body: 'image2video, fields',
		prompt: { longest: 800, required: false },
		negativePrompt: 500,
		resolutions: ['480P', '720P', '1080P'],
		defaultResolution: '720P',
		promptExtend: true,
		seed: 'from 0',
		dataUri: true,
		megabytes: 10,
		formats: ['bmp', 'jpeg', 'png', 'webp'],
		refusesAlpha: true,
		sides: [240, 8000],
		warnsOutside: [360, 2000],
		createsPerSecond: 2,
	},
	{
		ids: ['wanx2.1-kf2v-plus'],
		body: 'image2video, fields',
		prompt: { longest: 800, required: false },
		negativePrompt: 500,
		resolutions: ['720P'],
		defaultResolution: '720P',
		promptExtend: true,
		seed: 'from 0',
		template: true,
		dataUri: true,
		megabytes: 10,
		formats: ['bmp', 'jpeg', 'png', 'webp'],
		refusesAlpha: true,
		sides: [240, 8000],
		warnsOutside: [360, 2000],
		createsPerSecond: 2,
	},
	{
		ids: ['wan3.0-video', 'wan3.0-video-prime'],
		body: 'video-generation, media',
		prompt: { longest: 20_000, required: false },
		resolutions: ['480P', '720P', '1080P'],
		defaultResolution: '1080P',
		duration: { takes: [-1, 2, 5, 30], refuses: [-2, 0, 1, 31], default: 5 },
		promptExtend: true,
		audio: true,
		seed: 'from -1',
		ratios: ALL_RATIOS,
		dataUri: true,
		megabytes: 20,
		formats: ['bmp', 'jpeg', 'png', 'webp'],
		refusesAlpha: true,
		sides: [240, 8000],
		ratio: 8,
		createsPerSecond: 5,
	},
	{
		ids: ['pixverse/pixverse-c1-kf2v', 'pixverse/pixverse-v6-kf2v'],
		body: 'video-generation, media',
		prompt: { longest: 5000, required: true },
		resolutions: ['360P', '540P', '720P', '1080P'],
		duration: { takes: [1, 5, 15], refuses: [-1, 0, 16] },
		audio: false,
		seed: 'from 0',
		dataUri: false,
		megabytes: 20,
		formats: ['jpeg', 'png', 'webp'],
		sides: [1, 10_000],
		createsPerSecond: 5,
	},
	{
		ids: ['pixverse/pixverse-v5.6-kf2v'],
		body: 'video-generation, media',
		prompt: { longest: 2048, required: true },
		resolutions: ['360P', '540P', '720P', '1080P'],
		duration: { takes: [5, 8, 10], refuses: [-1, 4, 6, 7, 9, 11] },
		audio: false,
		seed: 'from 0',
		dataUri: false,
		megabytes: 20,
		formats: ['jpeg', 'png', 'webp'],
		sides: [1, 10_000],
		createsPerSecond: 5,
	},
	{
		ids: ['kling/kling-v3-video-generation', 'kling/kling-v3-omni-video-generation'],
		body: 'video-generation, media',
		prompt: { longest: 2500, required: true },
		refusesLongTexts: true,
		negativePrompt: 2500,
		resolutions: ['720P', '1080P', '4K'],
		defaultResolution: '1080P',
		duration: { takes: [3, 5, 15], refuses: [-1, 2, 16], default: 5 },
		audio: false,
		dataUri: false,
		megabytes: 10,
		formats: ['jpeg', 'png'],
		refusesAlpha: true,
		sides: [300, 8000],
		ratio: 2.5,
		createsPerSecond: 5,
	},
	{
		ids: ['vidu/viduq3-pro_start-end2video', 'vidu/viduq3-turbo_start-end2video'],
		body: 'video-generation, two images',
		prompt: { longest: 5000, required: true },
		resolutions: ['540P', '720P', '1080P'],
		duration: { takes: [1, 5, 16], refuses: [-1, 0, 17] },
		audio: false,
		seed: 'from 0',
		dataUri: false,
		megabytes: 50,
		formats: ['jpeg', 'png', 'webp'],
		ratio: 4,
		createsPerSecond: 5,
	},
	{
		ids: ['vidu/viduq2-pro_start-end2video', 'vidu/viduq2-turbo_start-end2video'],
		body: 'video-generation, two images',
		prompt: { longest: 5000, required: true },
		resolutions: ['540P', '720P', '1080P'],
		duration: { takes: [1, 5, 10], refuses: [-1, 0, 11] },
		seed: 'from 0',
		dataUri: false,
		megabytes: 50,
		formats: ['jpeg', 'png', 'webp'],
		ratio: 4,
		createsPerSecond: 5,
	},
	{
		ids: ['MiniMax/MiniMax-H3'],
		body: 'video-generation, media',
		prompt: { longest: 7000, required: true },
		refusesLongTexts: true,
		resolutions: ['768P', '2K'],
		duration: { takes: [4, 5, 15], refuses: [-1, 3, 16] },
		dataUri: false,
		megabytes: 30,
		formats: ['heic', 'heif', 'jpeg', 'png', 'webp'],
		sides: [256, 5760],
		ratio: 2.5,
		createsPerSecond: 5,
	},
];

/** The two IDs of one model, served in other regions: only the speed differs. */
const WAN_21_OUTSIDE_BEIJING = DOCUMENTED.filter(({ ids }) =>
	ids.includes('wanx2.1-kf2v-plus'),
).map((column): Documented => ({ ...column, ids: ['wan2.1-kf2v-plus'], createsPerSecond: 1 }));

function modelNamed(id: string): Model {
	const model = findModel({ id });
	if (model === undefined) throw new Error(`${id} is not in the table`);
	return model;
}

const BODIES = {
	'video-generation, media': {
		path: '/services/aigc/video-generation/video-synthesis',
		input: {
			media: [
				{ type: 'first_frame', url: 'https://host.test/1' },
				{ type: 'last_frame', url: 'https://host.test/2' },
			],
		},
	},
	'video-generation, two images': {
		path: '/services/aigc/video-generation/video-synthesis',
		input: {
			media: [
				{ type: 'image', url: 'https://host.test/1' },
				{ type: 'image', url: 'https://host.test/2' },
			],
		},
	},
	'image2video, fields': {
		path: '/services/aigc/image2video/video-synthesis',
		input: { first_frame_url: 'https://host.test/1', last_frame_url: 'https://host.test/2' },
	},
} as const;

const FRAMES = { firstFrame: 'https://host.test/1', lastFrame: 'https://host.test/2' };

const COLUMNS = [...DOCUMENTED, ...WAN_21_OUTSIDE_BEIJING].flatMap(({ ids, ...column }) =>
	ids.map((id) => ({ id, ...column })),
);

it('every model of the table is one of the documented ones, and the other way round', () => {
	const listed = FAMILIES.flatMap(({ models }) => models.map(({ id }) => id));
	expect(listed.sort()).toEqual(COLUMNS.map(({ id }) => id).sort());
});

describe.each(COLUMNS)('$id', (documented) => {
	const { id } = documented;
	const model = modelNamed(id);
	const enough: SettingValues = documented.prompt.required ? { prompt: 'a cat' } : {};
	const refused = (settings: SettingValues) =>
		checkSettings(model, { ...enough, ...settings }).map(({ label }) => label);
	const sentFor = (settings: SettingValues) => buildRequest(model, settings, FRAMES).body;
	const defaultFor = (name: SettingName) => {
		const rule = model.settings[name];
		return rule && defaultOf(rule);
	};

	it('has the documented path and body', () => {
		const { path, input } = BODIES[documented.body];
		expect(buildRequest(model, {}, FRAMES)).toMatchObject({ path, body: { model: id, input } });
	});

	it('takes texts of the documented length', () => {
		const { longest, required } = documented.prompt;
		expect(refused({ prompt: 'x'.repeat(longest) })).toEqual([]);
		expect(refused({ prompt: 'x'.repeat(longest + 1) })).toEqual(['Prompt']);
		expect(checkSettings(model, { prompt: 'x'.repeat(longest + 1) })).toMatchObject([
			{ problem: expect.stringMatching(documented.refusesLongTexts ? /refuses/ : /cut the rest/) },
		]);
		expect(checkSettings(model, {}).map(({ label }) => label)).toEqual(required ? ['Prompt'] : []);
		const negative = documented.negativePrompt;
		expect(refused({ negativePrompt: 'x'.repeat(negative ?? 1) })).toEqual(
			negative === undefined ? ['Negative Prompt'] : [],
		);
		expect(refused({ negativePrompt: 'x'.repeat((negative ?? 0) + 1) })).toEqual([
			'Negative Prompt',
		]);
	});

	it('takes the documented resolutions', () => {
		for (const tier of [
			'360P',
			'480P',
			'540P',
			'720P',
			'768P',
			'1080P',
			'2K',
			'4K',
			'720p',
			'8K',
		]) {
			expect(refused({ resolution: tier }), tier).toEqual(
				documented.resolutions.includes(tier) ? [] : ['Resolution'],
			);
		}
		if (documented.defaultResolution !== undefined) {
			expect(defaultFor('resolution')).toBe(documented.defaultResolution);
			expect(sentFor(enough)).not.toHaveProperty('parameters');
		}
	});

	it('takes the documented durations', () => {
		const { takes = [], refuses = [5], default: byDefault } = documented.duration ?? {};
		for (const duration of takes) expect(refused({ duration }), `${duration} s`).toEqual([]);
		for (const duration of refuses) {
			expect(refused({ duration }), `${duration} s`).toEqual(['Duration (Seconds)']);
		}
		if (byDefault !== undefined) expect(defaultFor('duration')).toBe(byDefault);
	});

	it('takes the documented switches', () => {
		const taken = (name: SettingName) => refused({ [name]: true }).length === 0;
		expect({
			watermark: { taken: taken('watermark'), default: defaultFor('watermark') },
			promptExtend: { taken: taken('promptExtend'), default: defaultFor('promptExtend') },
			audio: { taken: taken('audio'), default: defaultFor('audio') },
		}).toEqual({
			watermark: { taken: true, default: false },
			promptExtend: {
				taken: documented.promptExtend !== undefined,
				default: documented.promptExtend,
			},
			audio: { taken: documented.audio !== undefined, default: documented.audio },
		});
	});

	it('takes the documented seeds', () => {
		const good =
			documented.seed === undefined
				? []
				: [...(documented.seed === 'from -1' ? [-1] : []), 0, 1, 2147483647];
		for (const seed of [-2, -1, 0, 1, 2147483647, 2147483648]) {
			expect(refused({ seed }), String(seed)).toEqual(good.includes(seed) ? [] : ['Seed']);
		}
		expect(defaultFor('seed')).toBeUndefined();
	});

	it('takes the documented shapes and templates', () => {
		for (const ratio of [...ALL_RATIOS, '2:1']) {
			expect(refused({ ratio }), ratio).toEqual(
				documented.ratios?.includes(ratio) ? [] : ['Aspect Ratio'],
			);
		}
		expect(defaultFor('ratio')).toBe(documented.ratios && 'adaptive');
		for (const template of ['hanfu-1', 'solaron', 'magazine', 'mech1', 'mech2']) {
			expect(refused({ template }), template).toEqual(documented.template ? [] : ['Template']);
		}
	});

	const mediaRefused = (...media: Parameters<typeof mediaOf>) =>
		checkMedia(model, enough, mediaOf(...media)).map(({ label }) => label);
	const isTaken = (...known: Parameters<typeof picture>) => {
		const frame = image(picture(...known));
		return mediaRefused({ firstFrame: frame, lastFrame: frame }).length === 0;
	};

	it('takes frames of the documented size and form', () => {
		const most = documented.megabytes * MEGABYTE;
		expect(mediaRefused({ firstFrame: image(HD, most) })).toEqual([]);
		expect(mediaRefused({ firstFrame: image(HD, most + 1) })).toEqual(['First']);
		expect(mediaRefused({ firstFrame: dataUri() })).toEqual(documented.dataUri ? [] : ['First']);
	});

	it('takes pictures of the documented formats', () => {
		for (const format of ['bmp', 'heic', 'heif', 'jpeg', 'png', 'webp'] as const) {
			expect(isTaken(1280, 720, format), format).toBe(documented.formats.includes(format));
		}
		if (documented.refusesAlpha) expect(isTaken(1280, 720, 'png', true)).toBe(false);
	});

	it('takes pictures of the documented sides', () => {
		const { sides, ratio } = documented;
		if (sides !== undefined) {
			const [min, max] = sides;
			expect([isTaken(min, min), isTaken(min - 1, min), isTaken(min, min - 1)]).toEqual([
				true,
				false,
				false,
			]);
			expect([isTaken(max, max), isTaken(max + 1, max), isTaken(max, max + 1)]).toEqual([
				true,
				false,
				false,
			]);
		}
		const longest = 500 * (ratio ?? 8);
		expect([isTaken(longest, 500), isTaken(500, longest)]).toEqual([true, true]);
		const over = ratio === undefined;
		expect([isTaken(longest + 1, 500), isTaken(500, longest + 1)]).toEqual([over, over]);
	});

	it('warns of what one of two sources does not allow', () => {
		const warned = (side: number) =>
			mediaHints(model, mediaOf({ firstFrame: image(picture(side, side)) })).length > 0;
		const [min, max] = documented.warnsOutside ?? [];
		expect([359, 360, 2000, 2001].filter(warned)).toEqual(
			min === undefined || max === undefined ? [] : [min - 1, max + 1],
		);
	});

	it('takes a clip and a sound where documented', () => {
		const { clip, sound } = documented;
		const withClip = (bytes: number) =>
			mediaRefused({ firstClip: file('mp4', bytes), lastFrame: absent }, 'firstClip');
		const withSound = (bytes: number) => mediaRefused({ drivingAudio: file('mp3', bytes) });
		expect(withClip((clip ?? 1) * MEGABYTE)).toEqual(clip === undefined ? ['Start From'] : []);
		expect(withClip((clip ?? 1) * MEGABYTE + 1)).not.toEqual([]);
		expect(withSound((sound ?? 1) * MEGABYTE)).toEqual(sound === undefined ? ['Sound'] : []);
		expect(withSound((sound ?? 1) * MEGABYTE + 1)).toEqual(['Sound']);
	});

	it('is created no faster than documented', () => {
		expect(model.rateLimit.createsPerSecond).toBe(documented.createsPerSecond);
	});
});

describe('what the documentation says of single models', () => {
	const parametersOf = (id: string, settings: SettingValues) =>
		buildRequest(modelNamed(id), settings, FRAMES).body.parameters;

	it('PixVerse, Vidu and MiniMax require resolution and duration', () => {
		const requiring = COLUMNS.filter(({ id }) => /^(pixverse|vidu|MiniMax)\//.test(id));
		expect(requiring).toHaveLength(8);
		for (const { id } of requiring) {
			const model = modelNamed(id);
			const sent = parametersOf(id, {});
			expect(Object.keys(sent ?? {}).sort(), id).toEqual(['duration', 'resolution']);
			const resolution = defaultOfSetting(model, 'resolution');
			const duration = defaultOfSetting(model, 'duration');
			expect(sent).toEqual({ resolution, duration });
		}
	});

	it('PixVerse V5.6 makes 10 seconds below 1080P only', () => {
		const check = (resolution: string) =>
			checkSettings(modelNamed('pixverse/pixverse-v5.6-kf2v'), {
				prompt: 'a cat',
				resolution,
				duration: 10,
			});
		expect(check('720P')).toEqual([]);
		expect(check('1080P')).toMatchObject([{ label: 'Duration (Seconds)' }]);
	});

	it('Kling has words of its own for the sizes, in a field of its own', () => {
		const id = 'kling/kling-v3-video-generation';
		expect(parametersOf(id, { resolution: '720P' })).toEqual({ mode: 'std' });
		expect(parametersOf(id, { resolution: '1080P' })).toEqual({ mode: 'pro' });
		expect(parametersOf(id, { resolution: '4K' })).toEqual({ mode: '4k' });
	});

	it('PixVerse versions and the two regions of wan2.1 are counted apart, all others by their family', () => {
		const groups = COLUMNS.map(({ id }) => ({ id, group: modelNamed(id).rateLimit.group }));
		const pixverse = groups.filter(({ id }) => id.startsWith('pixverse/'));
		expect(new Set(pixverse.map(({ group }) => group)).size).toBe(3);
		const apart = ['pixverse', 'wan2.1'];
		const byFamily = FAMILIES.filter(({ id }) => !apart.includes(id)).map(({ id }) => id);
		const ofOthers = groups.filter(({ id }) => !/^(pixverse\/|wanx?2\.1)/.test(id));
		expect(new Set(ofOthers.map(({ group }) => group))).toEqual(new Set(byFamily));
		expect(modelNamed('wanx2.1-kf2v-plus').rateLimit.group).not.toBe(
			modelNamed('wan2.1-kf2v-plus').rateLimit.group,
		);
	});

	it('a template replaces the last frame of wan2.1', () => {
		const check = (settings: SettingValues) =>
			checkMedia(modelNamed('wan2.1-kf2v-plus'), settings, mediaOf({ lastFrame: absent }));
		expect(check({ template: 'mech1' })).toEqual([]);
		expect(check({})).toMatchObject([{ label: 'Last' }]);
	});
});

function defaultOfSetting(model: Model, name: SettingName): SettingValue | undefined {
	const rule = model.settings[name];
	return rule && defaultOf(rule);
}

/** Whether the rule allows the value that has this text. */
function isLegal(rule: SettingRule | undefined, text: string): boolean {
	switch (rule?.kind) {
		case 'choice':
			return rule.choices.some(({ value }) => value === text);
		case 'integer':
			return includesInteger(rule.allowed, Number(text));
		case 'boolean':
			return ['true', 'false'].includes(text);
		default:
			return false;
	}
}

describe('the table agrees with itself', () => {
	const models = FAMILIES.flatMap((family) =>
		family.models.map(({ id }) => ({ id, family, model: resolveModel(family, id) })),
	);

	it('no ID and no name stands twice', () => {
		const unique = (values: string[]) => expect(new Set(values).size).toBe(values.length);
		unique(FAMILIES.map(({ id }) => id));
		unique(FAMILIES.map(({ name }) => name));
		unique(models.map(({ id }) => id));
		unique(FAMILIES.flatMap((family) => family.models.map(({ name }) => name)));
	});

	it('every listed ID and every ID that reads like one leads to its own family', () => {
		for (const { id, idPrefixes, idSuffix = '' } of FAMILIES) {
			for (const prefix of idPrefixes) {
				const own = `${prefix}my-style${idSuffix}`;
				expect(findModel({ id: own })?.family.id, own).toBe(id);
			}
		}
		for (const { id, family } of models) {
			expect(findModel({ id })?.family.id, id).toBe(family.id);
		}
	});

	it('no ID can begin like two families', () => {
		for (const one of FAMILIES) {
			for (const other of FAMILIES.filter((family) => family !== one)) {
				for (const prefix of one.idPrefixes) {
					const overlaps = other.idPrefixes.filter((theirs) => theirs.startsWith(prefix));
					expect(overlaps, `${one.id} and ${other.id}`).toEqual([]);
				}
			}
		}
	});

	it('every default is allowed by its own rule, and all of them together', () => {
		for (const { id, model } of models) {
			const defaults: { [name in SettingName]?: SettingValue } = {};
			for (const [name, rule] of settingEntries(model.settings)) {
				const value = defaultOf(rule);
				if (value !== undefined) defaults[name] = value;
				if (rule.kind === 'text' && rule.required) defaults[name] = 'a cat';
			}
			expect(checkSettings(model, defaults), id).toEqual([]);
		}
	});

	it('no two settings of a model are sent in the same field', () => {
		for (const { id, model } of models) {
			const fields = settingEntries(model.settings).map(([, rule]) => `${rule.in}.${rule.field}`);
			expect(new Set(fields).size, id).toBe(fields.length);
		}
	});

	it('what restricts a setting is a value of another setting of the same model', () => {
		for (const { id, model } of models) {
			for (const [name, rule] of settingEntries(model.settings)) {
				if (!('restricted' in rule) || rule.restricted === undefined) continue;
				const { by, to } = rule.restricted;
				for (const key of Object.keys(to)) {
					expect(isLegal(model.settings[by], key), `${id}: ${name} by ${by} ${key}`).toBe(true);
				}
			}
		}
	});

	it('every model has a length: one that can be set, or a fixed one', () => {
		for (const { id, model } of models) {
			expect([model.settings.duration === undefined, id]).toEqual([
				model.fixedSeconds !== undefined,
				id,
			]);
		}
	});

	it('a model has a switch for sound, or always sound, or none', () => {
		for (const { id, model } of models) {
			expect(model.alwaysHasSound && model.settings.audio !== undefined, id).toBeFalsy();
		}
	});

	it('no ID that takes a first frame only is listed', () => {
		for (const { id } of models) expect(acceptsFirstFrameOnly(id), id).toBe(false);
	});

	it('models that the service counts together have one speed', () => {
		const speeds = new Map<string, number>();
		for (const { model } of models) {
			const { group, createsPerSecond } = model.rateLimit;
			expect(createsPerSecond).toBeGreaterThan(0);
			expect(speeds.get(group) ?? createsPerSecond, group).toBe(createsPerSecond);
			speeds.set(group, createsPerSecond);
		}
	});

	it('the defaults of the node are in it', () => {
		expect(findModel({ id: DEFAULT_MODEL })?.family.id).toBe(DEFAULT_FAMILY);
	});
});
