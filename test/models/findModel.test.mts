import { describe, expect, it, vi } from 'vitest';
import {
	acceptsFirstFrameOnly,
	findModel,
	resolveModel,
} from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import { FAMILIES } from '../../nodes/WanKeyframeVideo/models/catalog.ts';
import { IMAGINARY_FAMILY } from './atelier.mts';

vi.mock('../../nodes/WanKeyframeVideo/models/catalog.ts', async (original) => {
	const { IMAGINARY_FAMILY: family } = await import('./atelier.mts');
	const catalog = await original<typeof import('../../nodes/WanKeyframeVideo/models/catalog.ts')>();
	const greedy = { ...family, id: 'greedy', models: [], idPrefixes: ['atelier'] };
	return { ...catalog, FAMILIES: [...catalog.FAMILIES, greedy, family] };
});

const familyOf = (id: string, familyId?: string) =>
	findModel(familyId === undefined ? { id } : { id, familyId })?.family.id;

describe('the model behind an ID', () => {
	it.each([
		['wan2.7-i2v-2027-01-01', 'wan2.7'],
		['wan2.2-kf2v-flash-my-style', 'wan2.2'],
		['wan2.2-kf2v-plus', 'wan2.2'],
		['wanx2.1-kf2v-turbo', 'wan2.1'],
		['wan2.1-kf2v-turbo', 'wan2.1'],
		['wan3.0-video-lite', 'wan3.0'],
		['pixverse/pixverse-v7-kf2v', 'pixverse'],
		['kling/kling-v4-video-generation', 'kling'],
		['vidu/viduq4_start-end2video', 'vidu'],
		['MiniMax/MiniMax-H4', 'minimax'],
	])('%s is not listed, but reads like one of %s', (id, family) => {
		expect(familyOf(id)).toBe(family);
		expect(findModel({ id })?.id).toBe(id);
	});

	it.each([
		'',
		'wan2.7',
		'wan2.7-t2v',
		'wan2.2-i2v-flash',
		'wan2.5-i2v-preview',
		'my-wan2.7-i2v',
		'WAN2.7-I2V',
		'constructor',
		'pixverse/pixverse-v6-i2v',
		'vidu/viduq3-pro_img2video',
	])('"%s" tells nothing', (id) => {
		expect(familyOf(id)).toBeUndefined();
	});

	it('follows the family that is said, whatever its name looks like', () => {
		expect(familyOf('anything', 'wan2.2')).toBe('wan2.2');
		expect(familyOf('wan2.7-i2v', 'wan2.2')).toBe('wan2.2');
		expect(findModel({ id: 'anything', familyId: 'wan2.2' })?.id).toBe('anything');
	});

	it('is none where the family that is said is not one', () => {
		expect(familyOf('wan2.7-i2v', 'wan9.9')).toBeUndefined();
		expect(familyOf('wan2.7-i2v', '')).toBeUndefined();
	});

	it('prefers a family that lists it over one whose names begin so', () => {
		expect(familyOf('atelier/brush-frames')).toBe('atelier');
		expect(familyOf('atelier/other-frames')).toBe('greedy');
	});
});

describe('an ID of the service that takes no last frame', () => {
	it.each([
		'kling/kling-v3-turbo-video-generation',
		'happyhorse-1.0-i2v',
		'happyhorse-2.0-plus-i2v',
	])('%s is known as one', (id) => expect(acceptsFirstFrameOnly(id)).toBe(true));

	it.each(['kling/kling-v3-video-generation', 'happyhorse-1.0-t2v', 'wan2.7-i2v', ''])(
		'"%s" is none',
		(id) => expect(acceptsFirstFrameOnly(id)).toBe(false),
	);
});

describe('a dated model', () => {
	const dated = IMAGINARY_FAMILY.models[1]?.id ?? '';
	const models = [{ id: dated, name: 'Dated', purpose: 'Stays', pinned: IMAGINARY_FAMILY }];

	it('keeps its own rules when those of its family change', () => {
		const changed = { ...IMAGINARY_FAMILY, models, settings: {}, fixedSeconds: 3 };
		expect(resolveModel(changed, dated).settings).toEqual(IMAGINARY_FAMILY.settings);
		expect(resolveModel(changed, dated)).not.toHaveProperty('fixedSeconds');
		expect(resolveModel(changed, 'another').settings).toEqual({});
	});
});

describe('the rules of a model', () => {
	it("are the family's where the table says nothing of the ID", () => {
		expect(resolveModel(IMAGINARY_FAMILY, 'atelier/brush-frames').settings).toEqual(
			IMAGINARY_FAMILY.settings,
		);
		expect(resolveModel(IMAGINARY_FAMILY, 'typed').settings).toEqual(IMAGINARY_FAMILY.settings);
	});

	it("are the ID's own where it has some, and gone where it takes them away", () => {
		const { settings } = resolveModel(IMAGINARY_FAMILY, 'atelier/pencil-frames');
		expect(settings).not.toHaveProperty('audio');
		expect(settings.duration).toMatchObject({ allowed: [4, 6], default: 4 });
		expect(settings.duration).not.toHaveProperty('restricted');
		expect(settings.resolution).toEqual(IMAGINARY_FAMILY.settings.resolution);
	});

	it('have the speed of the family, counted with fewer models where the table says so', () => {
		expect(resolveModel(IMAGINARY_FAMILY, 'atelier/brush-frames').rateLimit).toEqual(
			IMAGINARY_FAMILY.rateLimit,
		);
		expect(resolveModel(IMAGINARY_FAMILY, 'atelier/pencil-frames').rateLimit).toEqual({
			group: 'atelier-pencil',
			createsPerSecond: 3,
		});
	});

	it('leave the table as it was', () => {
		const before = structuredClone(IMAGINARY_FAMILY);
		resolveModel(IMAGINARY_FAMILY, 'atelier/pencil-frames');
		expect(IMAGINARY_FAMILY).toEqual(before);
	});
});

it.each(FAMILIES.map((family) => [family.id, family] as const))(
	'a model of %s that is not listed has all rules of its family',
	(_, family) => {
		const { settings, body, frames, firstClip, drivingAudio, ...others } = family;
		const model = resolveModel(family, `${family.idPrefixes[0]}-of-tomorrow`);
		expect(model).toMatchObject({ settings, body, frames });
		expect([model.firstClip, model.drivingAudio]).toEqual([firstClip, drivingAudio]);
		expect([model.codec, model.alwaysHasSound]).toEqual([others.codec, others.alwaysHasSound]);
	},
);
