import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { describe, expect, it, vi } from 'vitest';
import { buildRequest } from '../../nodes/WanKeyframeVideo/models/buildRequest.ts';
import { checkMedia } from '../../nodes/WanKeyframeVideo/models/checkMedia.ts';
import { checkSettings } from '../../nodes/WanKeyframeVideo/models/checkSettings.ts';
import type { SettingValues } from '../../nodes/WanKeyframeVideo/models/family.ts';
import { findModel } from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import {
	familyOptions,
	modelFields,
	modelOptions,
} from '../../nodes/WanKeyframeVideo/parameters/modelFields.ts';
import {
	settingFields,
	settingOptions,
} from '../../nodes/WanKeyframeVideo/parameters/settingFields.ts';
import { mediaFields } from '../../nodes/WanKeyframeVideo/parameters/mediaFields.ts';
import { dataUri, type Frame, mediaOf, url } from './media.mts';
import { shownFields, valuesOf } from './shownFields.mts';

/** A new family is one entry of the table: nothing else in the node knows of this one. */
vi.mock('../../nodes/WanKeyframeVideo/models/catalog.ts', async (original) => {
	const { IMAGINARY_FAMILY: family } = await import('./atelier.mts');
	const catalog = await original<typeof import('../../nodes/WanKeyframeVideo/models/catalog.ts')>();
	return { ...catalog, FAMILIES: [...catalog.FAMILIES, family] };
});

const FRAMES = { firstFrame: 'https://host.test/a.png', lastFrame: 'https://host.test/b.png' };

/** All that happens to a model's settings before a create: found, checked, built. */
function prepare(id: string, settings: SettingValues, firstFrame: Frame = url(FRAMES.firstFrame)) {
	const model = findModel({ id });
	if (model === undefined) return undefined;
	const issues = [
		...checkMedia(model, settings, mediaOf({ firstFrame })),
		...checkSettings(model, settings),
	];
	return { issues, request: buildRequest(model, settings, FRAMES) };
}

describe('a family that is one entry of the table', () => {
	it('has its own path, words and order of frames in the request', () => {
		const settings = { prompt: 'rain', resolution: '1080P', duration: 8, audio: true };
		expect(prepare('atelier/brush-frames', settings)).toEqual({
			issues: [],
			request: {
				path: '/services/atelier/start-end',
				body: {
					model: 'atelier/brush-frames',
					input: {
						story: 'rain',
						media: [
							{ type: 'image', url: 'https://host.test/a.png' },
							{ type: 'image', url: 'https://host.test/b.png' },
						],
					},
					parameters: { mode: 'pro', seconds: 8, sound: true },
				},
			},
		});
	});

	it('gets the fields that its service insists on, in the words of the service', () => {
		expect(prepare('atelier/brush-frames', { prompt: 'rain' })?.request.body.parameters).toEqual({
			mode: 'std',
			seconds: 5,
		});
	});

	it('has the rules of the ID where the ID departs from its family', () => {
		expect(prepare('atelier/pencil-frames', { prompt: 'rain', duration: 6 })).toMatchObject({
			issues: [],
			request: { body: { parameters: { mode: 'std', seconds: 6 } } },
		});
		expect(
			prepare('atelier/pencil-frames', { prompt: 'rain', duration: 5, audio: true })?.issues,
		).toEqual([
			{ label: 'Duration (Seconds)', problem: 'is 5, but atelier/pencil-frames takes 4 or 6' },
			{ label: 'Audio', problem: 'is set, but atelier/pencil-frames does not take it' },
		]);
	});

	it('is checked like any other', () => {
		const bad = { resolution: '1080P', duration: 9, ratio: '16:9' };
		const issues = prepare('atelier/tuned-frames', bad, dataUri())?.issues;
		expect(issues).toEqual([
			{
				label: 'First',
				problem: expect.stringMatching(
					/^is a data URI, but atelier\/tuned-frames takes .* URLs only/,
				),
			},
			{ label: 'Prompt', problem: 'is empty, but atelier/tuned-frames needs one' },
			{
				label: 'Duration (Seconds)',
				problem: "is 9, but atelier/tuned-frames takes 5 or 8 when 'Resolution' is 1080P",
			},
			{ label: 'Aspect Ratio', problem: 'is set, but atelier/tuned-frames does not take it' },
		]);
	});
});

const show = { operation: ['create'] };

const properties: INodeProperties[] = [
	{ displayName: 'Operation', name: 'operation', type: 'string', default: 'create' },
	...modelFields(show),
	...mediaFields(show),
	...settingFields('prompt', show),
	...settingFields('resolution', show),
	...settingFields('duration', show),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		default: {},
		options: settingOptions(),
	},
];

const description: INodeTypeDescription = {
	displayName: 'Imaginary',
	name: 'imaginary',
	group: [],
	version: 1,
	description: '',
	defaults: {},
	inputs: [],
	outputs: [],
	properties,
};

const { complete, shown, shownOptions } = shownFields(description);
const brush = { model: 'atelier/brush-frames' };
const pencil = { model: 'atelier/pencil-frames' };
const typed = { model: 'custom', customModelFamily: 'atelier' };
const byExpression = { model: '={{ $json.model }}' };

describe('the fields of a family that is one entry of the table', () => {
	it('lists its models and the family, in order', () => {
		const names = modelOptions().map(({ name }) => name);
		expect(names.filter((name) => !name.startsWith('Alibaba')).slice(0, 3)).toEqual([
			'Atelier Brush',
			'Atelier Pencil',
			'Custom Model',
		]);
		expect(familyOptions()[0]).toEqual({ name: 'Atelier', value: 'atelier' });
	});

	it('offers what the user knows, not the words of the service', () => {
		for (const parameters of [brush, pencil, typed]) {
			expect(shown(parameters, 'resolution').map(valuesOf)).toEqual([['720P', '1080P']]);
			expect(complete(parameters)).toMatchObject({ resolution: '720P' });
		}
	});

	it('gives each ID the duration of its own rule', () => {
		expect(complete(brush)).toMatchObject({ duration: 5 });
		expect(complete(pencil)).toMatchObject({ duration: 4 });
		expect(complete(typed)).toMatchObject({ duration: 5 });
		expect(shown(brush, 'duration')).toMatchObject([
			{
				typeOptions: { minValue: 3, maxValue: 12 },
				description: expect.stringMatching(
					/ Takes 3 or a whole number from 5 to 12; 5 or 8 when 'Resolution' is 1080P\.$/,
				),
			},
		]);
		expect(shown(pencil, 'duration')).toMatchObject([
			{
				typeOptions: { minValue: 4, maxValue: 6 },
				description: expect.stringMatching(/ Takes 4 or 6\.$/),
			},
		]);
	});

	it('hides the setting that an ID takes away', () => {
		expect(shownOptions(brush, 'audio')).toMatchObject([{ default: false }]);
		expect(shownOptions(pencil, 'audio')).toEqual([]);
		expect(shownOptions(typed, 'audio')).toMatchObject([{ default: false }]);
	});

	it('keeps apart a setting that other families take by another rule', () => {
		expect(shownOptions(brush, 'template').map(valuesOf)).toEqual([['fog', 'rain']]);
		expect(shownOptions({ model: 'wan2.1-kf2v-plus' }, 'template').map(valuesOf).flat()).toContain(
			'hanfu-1',
		);
		expect(shownOptions({ model: 'wan3.0-video' }, 'audio')).toMatchObject([{ default: true }]);
		expect(shownOptions(brush, 'seed')).toEqual([]);
	});

	it('leaves resolution and length to a model that is known at run time only', () => {
		const [values, ...more] = shown(byExpression, 'resolution').map(valuesOf);
		expect(more).toEqual([]);
		expect(values?.slice(0, 1)).toEqual(['']);
		expect(values).toEqual(expect.arrayContaining(['480P', '720P', '1080P']));
		expect(values).not.toContain('std');
		expect(complete(byExpression)).toMatchObject({ resolution: '', duration: 0 });
	});

	it('states in the descriptions of prompt and frames what the family takes', () => {
		const [prompt, ...more] = shown(brush, 'prompt');
		expect(more).toEqual([]);
		expect(prompt?.description).toMatch(/ Required, at most 10 characters\.$/);
		const frame = mediaFields(show).find(({ name }) => name === 'firstFrameUrl')?.description;
		expect(frame).toMatch(/; Atelier: JPEG or PNG, up to 1 MB\.$/);
	});

	it('describes its models in the list from their rules', () => {
		const texts = modelOptions().flatMap(({ name, description }) =>
			name.startsWith('Atelier') ? [description] : [],
		);
		expect(texts).toEqual([
			"Paintings: 3 or 5 to 12 seconds (5 or 8 when 'Resolution' is 1080P), 720P or 1080P, silent or with sound; Beijing only",
			'Sketches: 4 or 6 seconds, 720P or 1080P, silent; Beijing only',
		]);
	});
});
