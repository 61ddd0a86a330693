import { describe, expect, it } from 'vitest';
import { buildRequest } from '../../nodes/WanKeyframeVideo/models/buildRequest.ts';
import { FAMILIES } from '../../nodes/WanKeyframeVideo/models/catalog.ts';
import type { SettingValues } from '../../nodes/WanKeyframeVideo/models/family.ts';
import { findModel } from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import { modelTaking } from './imaginary.mts';

const FIRST = 'https://host.test/first.png';
const LAST = 'https://host.test/last.png';
const BOTH = { firstFrame: FIRST, lastFrame: LAST };
const MEDIA = [
	{ type: 'first_frame', url: FIRST },
	{ type: 'last_frame', url: LAST },
];

const VIDEO_GENERATION = '/services/aigc/video-generation/video-synthesis';
const IMAGE_TO_VIDEO = '/services/aigc/image2video/video-synthesis';

function requestOf(id: string, settings: SettingValues, frames: Partial<typeof BOTH> = BOTH) {
	const model = findModel({ id });
	if (model === undefined) throw new Error(`${id} is not listed`);
	return buildRequest(model, settings, frames);
}

describe('the request with everything that a family takes', () => {
	it('wan2.7', () => {
		const settings = {
			prompt: 'a cat',
			negativePrompt: 'a dog',
			resolution: '720P',
			duration: 10,
			promptExtend: true,
			watermark: false,
			seed: 12345,
		};
		expect(requestOf('wan2.7-i2v-2026-04-25', settings)).toEqual({
			path: VIDEO_GENERATION,
			body: {
				model: 'wan2.7-i2v-2026-04-25',
				input: { prompt: 'a cat', negative_prompt: 'a dog', media: MEDIA },
				parameters: {
					resolution: '720P',
					duration: 10,
					prompt_extend: true,
					watermark: false,
					seed: 12345,
				},
			},
		});
	});

	it('wan2.2', () => {
		const settings = {
			prompt: 'a cat',
			negativePrompt: 'a dog',
			resolution: '480P',
			promptExtend: false,
			watermark: true,
			seed: 0,
		};
		expect(requestOf('wan2.2-kf2v-flash', settings)).toEqual({
			path: IMAGE_TO_VIDEO,
			body: {
				model: 'wan2.2-kf2v-flash',
				input: {
					first_frame_url: FIRST,
					last_frame_url: LAST,
					prompt: 'a cat',
					negative_prompt: 'a dog',
				},
				parameters: { resolution: '480P', prompt_extend: false, watermark: true, seed: 0 },
			},
		});
	});

	it.each(['wanx2.1-kf2v-plus', 'wan2.1-kf2v-plus'])('%s with a template', (id) => {
		const frames = { firstFrame: FIRST };
		const settings = { template: 'hanfu-1', resolution: '720P', seed: 1 };
		expect(requestOf(id, settings, frames)).toEqual({
			path: IMAGE_TO_VIDEO,
			body: {
				model: id,
				input: { first_frame_url: FIRST, template: 'hanfu-1' },
				parameters: { resolution: '720P', seed: 1 },
			},
		});
	});

	it.each(['wan3.0-video', 'wan3.0-video-prime'])('%s', (id) => {
		const settings = {
			prompt: 'a cat',
			resolution: '480P',
			duration: -1,
			promptExtend: true,
			watermark: true,
			seed: -1,
			audio: false,
			ratio: '9:16',
		};
		expect(requestOf(id, settings)).toEqual({
			path: VIDEO_GENERATION,
			body: {
				model: id,
				input: { prompt: 'a cat', media: MEDIA },
				parameters: {
					resolution: '480P',
					duration: -1,
					prompt_extend: true,
					watermark: true,
					seed: -1,
					audio: false,
					ratio: '9:16',
				},
			},
		});
	});
});

describe('what is left out', () => {
	it('everything that the user did not set, and the parameters as a whole with it', () => {
		expect(requestOf('wan2.7-i2v', {}).body).toEqual({
			model: 'wan2.7-i2v',
			input: { media: MEDIA },
		});
		expect(requestOf('wan2.2-kf2v-flash', {}).body).toEqual({
			model: 'wan2.2-kf2v-flash',
			input: { first_frame_url: FIRST, last_frame_url: LAST },
		});
	});

	it('but not what is set to false, to zero or to nothing', () => {
		const { body } = requestOf('wan3.0-video', { audio: false, seed: 0, prompt: '' });
		expect(body.parameters).toEqual({ audio: false, seed: 0 });
		expect(body.input).toMatchObject({ prompt: '' });
	});
});

describe('the order of the frames', () => {
	it('is first, then last, however they were given', () => {
		const backwards = { lastFrame: LAST, firstFrame: FIRST };
		expect(requestOf('wan2.7-i2v', {}, backwards).body.input).toEqual({ media: MEDIA });
	});

	it('leaves no hole for a frame that is not there', () => {
		expect(requestOf('wan2.7-i2v', {}, { lastFrame: LAST }).body.input).toEqual({
			media: [{ type: 'last_frame', url: LAST }],
		});
		expect(requestOf('wan2.7-i2v', {}, {}).body.input).toEqual({ media: [] });
	});
});

describe('a field that the service insists on', () => {
	const insisting = modelTaking({
		resolution: {
			kind: 'choice',
			in: 'parameters',
			field: 'size',
			choices: [{ value: 'Small', apiValue: 's' }, { value: 'Large' }],
			default: 'Small',
			alwaysSent: true,
		},
		watermark: { kind: 'boolean', in: 'input', field: 'mark', default: false, alwaysSent: true },
		seed: { kind: 'integer', in: 'parameters', field: 'seed', allowed: [1], alwaysSent: true },
	});
	const sent = (settings: SettingValues) => buildRequest(insisting, settings, {}).body;

	it('is sent with its default, false included, and left out where it has none', () => {
		expect(sent({})).toEqual({
			model: 'some-model',
			input: { mark: false, media: [] },
			parameters: { size: 's' },
		});
	});

	it('is sent as the user set it', () => {
		expect(sent({ resolution: 'Large', watermark: true, seed: 1 })).toEqual({
			model: 'some-model',
			input: { mark: true, media: [] },
			parameters: { size: 'Large', seed: 1 },
		});
	});
});

it('a setting and its default leave the table as it was', () => {
	const before = structuredClone(FAMILIES);
	requestOf('wan3.0-video', { ratio: '1:1' });
	expect(FAMILIES).toEqual(before);
});
