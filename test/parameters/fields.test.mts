import type { INodeParameters } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { WanKeyframeVideo } from '../../nodes/WanKeyframeVideo/WanKeyframeVideo.node.ts';
import { shownFields, valuesOf } from '../models/shownFields.mts';

const { description } = new WanKeyframeVideo();
const { complete, shown, shownOptions } = shownFields(description);

/** The values that a shown choice offers. */
function offered(parameters: INodeParameters, name: string): unknown[] {
	const fields = shown(parameters, name);
	expect(fields, `'${name}' is shown ${fields.length} times`).toHaveLength(1);
	return valuesOf(fields[0]);
}

/** The names of the entries that 'Options' offers. */
function optionNames(parameters: INodeParameters): string[] {
	const names = (description.properties.filter(({ name }) => name === 'options') ?? [])
		.flatMap(({ options = [] }) => options)
		.map(({ name }) => name);
	return [...new Set(names)].flatMap((name) => shownOptions(parameters, name).map(() => name));
}

/** The entries of 'Options' that every model has. */
const COMMON_OPTIONS = ['dryRun', 'frameTransport', 'linkTransport', 'maxBilledSeconds'];

describe('fields switch by model', () => {
	it('wan2.7 has two resolutions and a duration', () => {
		expect(offered({ model: 'wan2.7-i2v' }, 'resolution')).toEqual(['720P', '1080P']);
		expect(complete({ model: 'wan2.7-i2v' })).toMatchObject({ resolution: '1080P', duration: 5 });
	});

	it('wan2.2 has three resolutions and no duration', () => {
		const model = 'wan2.2-kf2v-flash';
		expect(offered({ model }, 'resolution')).toEqual(['480P', '720P', '1080P']);
		expect(complete({ model })).toMatchObject({ resolution: '720P' });
		expect(complete({ model, duration: 10 })).not.toHaveProperty('duration');
	});

	it('wan2.1 has one resolution and templates', () => {
		const model = 'wanx2.1-kf2v-plus';
		expect(offered({ model }, 'resolution')).toEqual(['720P']);
		expect(optionNames({ model })).toContain('template');
		expect(optionNames({ model })).not.toContain('ratio');
	});

	it('wan3.0 has an aspect ratio and a switch for sound, and no negative prompt', () => {
		const names = optionNames({ model: 'wan3.0-video' });
		expect(names).toEqual(expect.arrayContaining(['audio', 'ratio']));
		expect(names).not.toContain('negativePrompt');
	});

	it('Kling has three resolutions, 3 to 15 seconds and no seed', () => {
		const model = 'kling/kling-v3-video-generation';
		expect(offered({ model }, 'resolution')).toEqual(['720P', '1080P', '4K']);
		expect(shown({ model }, 'duration')).toMatchObject([
			{ typeOptions: { minValue: 3, maxValue: 15 }, default: 5 },
		]);
		expect(optionNames({ model })).toEqual([
			'audio',
			...COMMON_OPTIONS,
			'negativePrompt',
			'watermark',
		]);
	});

	it('PixVerse V5.6 says which lengths it has', () => {
		const model = 'pixverse/pixverse-v5.6-kf2v';
		expect(offered({ model }, 'resolution')).toEqual(['360P', '540P', '720P', '1080P']);
		expect(complete({ model })).toMatchObject({ resolution: '720P', duration: 5 });
		expect(shown({ model }, 'duration')[0]?.description).toContain(
			"Takes 5, 8 or 10; 5 or 8 when 'Resolution' is 1080P.",
		);
	});

	it('Vidu Q3 has sound and Q2 has none; neither has a negative prompt or prompt extension', () => {
		const q2 = optionNames({ model: 'vidu/viduq2-pro_start-end2video' });
		const q3 = optionNames({ model: 'vidu/viduq3-pro_start-end2video' });
		expect(q3).toEqual(['audio', ...COMMON_OPTIONS, 'seed', 'watermark']);
		expect(q2).toEqual([...COMMON_OPTIONS, 'seed', 'watermark']);
	});

	it('MiniMax has two resolutions, 4 to 15 seconds, and neither seed, sound switch nor negative prompt', () => {
		const model = 'MiniMax/MiniMax-H3';
		expect(offered({ model }, 'resolution')).toEqual(['768P', '2K']);
		expect(shown({ model }, 'duration')).toMatchObject([
			{ typeOptions: { minValue: 4, maxValue: 15 }, default: 5 },
		]);
		expect(optionNames({ model })).toEqual([...COMMON_OPTIONS, 'watermark']);
	});

	it('only wan2.7 starts from a clip and takes a sound', () => {
		expect(complete({})).toHaveProperty('startFrom');
		expect(optionNames({})).toEqual(expect.arrayContaining(['audioUrl', 'audioBinaryProperty']));
		for (const model of ['wan2.2-kf2v-flash', 'wan3.0-video', 'kling/kling-v3-video-generation']) {
			expect(complete({ model })).not.toHaveProperty('startFrom');
			expect(optionNames({ model })).not.toContain('audioUrl');
		}
		expect(complete({ startFrom: 'firstClip' })).toMatchObject({ firstClipSource: 'url' });
		expect(complete({ startFrom: 'firstClip' })).not.toHaveProperty('firstFrameUrl');
	});

	it('a typed model ID has the fields of the family that is said', () => {
		const typed = { model: 'custom', customModelId: 'mine', customModelFamily: 'wan2.2' };
		expect(offered(typed, 'resolution')).toEqual(['480P', '720P', '1080P']);
		expect(complete(typed)).not.toHaveProperty('duration');
	});

	it("a model by expression has everything, and no model's default", () => {
		const model = '={{ $json.model }}';
		expect(offered({ model }, 'resolution')).toEqual([
			'',
			'360P',
			'480P',
			'540P',
			'720P',
			'768P',
			'1080P',
			'2K',
			'4K',
		]);
		expect(complete({ model })).toMatchObject({ resolution: '', duration: 0 });
		expect(complete({ model, duration: 10 })).toMatchObject({ duration: 10 });
	});

	it.each([
		['an expression, as the engine sees it', '={{ $json.model }}'],
		['an expression that the editor cannot evaluate yet', ''],
	])('each field is shown once for %s', (_, model) => {
		for (const name of ['prompt', 'resolution', 'duration', 'startFrom', 'firstFrameUrl']) {
			expect(shown({ model }, name), name).toHaveLength(1);
		}
	});

	it('no option is offered twice', () => {
		const models = description.properties.find(({ name }) => name === 'model')?.options ?? [];
		for (const option of models) {
			const model = 'value' in option ? String(option.value) : '';
			const names = optionNames({ model });
			expect(new Set(names).size, model).toBe(names.length);
		}
	});
});

describe('the list of models', () => {
	const models = description.properties.find(({ name }) => name === 'model')?.options ?? [];

	it('can be read: vendor and version, and a line on each', () => {
		const names = models.map(({ name }) => name);
		expect(names).toEqual([
			'Alibaba Wan 2.1 Plus (Beijing)',
			'Alibaba Wan 2.1 Plus (Outside Beijing)',
			'Alibaba Wan 2.2 Flash',
			'Alibaba Wan 2.7',
			'Alibaba Wan 2.7 (2026-04-25)',
			'Alibaba Wan 3.0',
			'Alibaba Wan 3.0 Prime',
			'Custom Model',
			'Kling V3',
			'Kling V3 Omni',
			'MiniMax H3',
			'PixVerse C1',
			'PixVerse V5.6',
			'PixVerse V6',
			'Vidu Q2 Pro',
			'Vidu Q2 Turbo',
			'Vidu Q3 Pro',
			'Vidu Q3 Turbo',
		]);
		for (const option of models.filter(({ name }) => name !== 'Custom Model')) {
			const text = 'description' in option ? option.description : '';
			expect(text, option.name).toMatch(/seconds.*P.*(silent|sound)/);
			if (/^(Kling|MiniMax|PixVerse|Vidu)/.test(option.name))
				expect(text).toContain('Beijing only');
		}
	});
});

describe('a storyboard', () => {
	it('has one frame in the place of two, and no first clip', () => {
		const fields = complete({ framesPerItem: 'one', startFrom: 'firstClip' });
		expect(fields).toMatchObject({ frameSource: 'url', frameUrl: '', closeLoop: false });
		expect(Object.keys(fields).filter((name) => /^(first|last|start)/.test(name))).toEqual([]);
		expect(complete({ framesPerItem: 'one', frameSource: 'binary' })).toMatchObject({
			frameBinaryProperty: 'data',
		});
		expect(complete({})).not.toHaveProperty('closeLoop');
	});

	it.each([
		['two', false],
		['one', true],
		['={{ $json.frames }}', ''],
	])('of framesPerItem %s has Join Videos once, as %j', (framesPerItem, byDefault) => {
		const parameters = { framesPerItem, waitForCompletion: true };
		expect(shown(parameters, 'joinVideos')).toHaveLength(1);
		expect(complete(parameters)).toMatchObject({ joinVideos: byDefault });
		expect(complete({ ...parameters, joinVideos: true })).toMatchObject({ joinVideos: true });
	});
});

describe('fields of waiting', () => {
	it('appear in Create only when it waits', () => {
		expect(complete({})).not.toHaveProperty('timeout');
		expect(complete({ waitForCompletion: true })).toMatchObject({
			timeout: 30,
			downloadVideo: true,
			simplify: true,
		});
		expect(optionNames({})).not.toContain('polling');
		expect(optionNames({ waitForCompletion: true })).toContain('polling');
	});
});

describe('the contract of saved workflows', () => {
	it('parameters have the names and defaults of the design', () => {
		expect(complete({})).toEqual({
			operation: 'create',
			model: 'wan2.7-i2v',
			framesPerItem: 'two',
			startFrom: 'firstFrame',
			firstFrameSource: 'url',
			firstFrameUrl: '',
			lastFrameSource: 'url',
			lastFrameUrl: '',
			prompt: '',
			resolution: '1080P',
			duration: 5,
			waitForCompletion: false,
			options: {},
		});
		expect(complete({ operation: 'getStatus' })).toEqual({
			operation: 'getStatus',
			taskId: '={{ $json.taskId }}',
			routeByStatus: false,
			downloadVideo: false,
			simplify: true,
		});
		expect(complete({ operation: 'wait' })).toEqual({
			operation: 'wait',
			taskId: '={{ $json.taskId }}',
			timeout: 30,
			downloadVideo: true,
			joinVideos: false,
			simplify: true,
			options: {},
		});
		expect(complete({ firstFrameSource: 'binary', lastFrameSource: 'binary' })).toMatchObject({
			firstFrameBinaryProperty: 'firstFrame',
			lastFrameBinaryProperty: 'lastFrame',
		});
	});

	it('lists of five and more are in order, and nothing is said twice', () => {
		const lists = description.properties.flatMap(({ type, options = [] }) =>
			type === 'options' ? [options.map(({ name }) => name)] : [],
		);
		for (const names of lists.filter(({ length }) => length >= 5)) {
			if (/^\d+[PK]$/.test(names.at(-1) ?? '')) continue;
			expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
		}
	});
});
