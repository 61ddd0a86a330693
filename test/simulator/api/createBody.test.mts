import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../json.mts';
import {
	KLING,
	MINIMAX,
	PIXVERSE_C1,
	PIXVERSE_V56,
	startServiceUnderTest,
	VIDU_Q2,
	VIDU_Q3,
	WAN21,
	WAN22,
	WAN27,
	WAN30,
} from '../testing/serviceUnderTest.mts';
import { bodyFor } from '../testClient.mts';

const { simulator, frames, uris, lateError, accepted } = await startServiceUnderTest();

describe('parameters', () => {
	it.each<[string, JsonObject, string]>([
		[WAN27, { resolution: '480P' }, "Input should be '1080P' or '720P': parameters.resolution"],
		[WAN27, { resolution: '720p' }, "Input should be '1080P' or '720P': parameters.resolution"],
		[WAN27, { duration: 1 }, 'Duration should be between 2 and 15'],
		[WAN27, { duration: 16 }, 'Duration should be between 2 and 15'],
		[WAN27, { duration: 2.5 }, 'Input should be a valid integer: parameters.duration'],
		[WAN27, { duration: -1 }, 'Duration should be between 2 and 15'],
		[WAN27, { seed: -1 }, 'Input should be greater than or equal to 0: parameters.seed'],
		[
			WAN27,
			{ seed: 2147483648 },
			'Input should be less than or equal to 2147483647: parameters.seed',
		],
		[WAN27, { watermark: 'no' }, 'Input should be a valid boolean: parameters.watermark'],
		[WAN22, { duration: 6 }, 'duration customization is not supported'],
		[
			WAN22,
			{ resolution: '360P' },
			"Input should be '480P', '720P' or '1080P': parameters.resolution",
		],
		[WAN21, { resolution: '480P' }, "Input should be '720P': parameters.resolution"],
		[WAN30, { duration: 31 }, 'Duration should be between 2 and 30'],
		[WAN30, { audio: 1 }, 'Input should be a valid boolean: parameters.audio'],
		[WAN30, { seed: -2 }, 'Input should be greater than or equal to -1: parameters.seed'],
		[PIXVERSE_C1, { duration: 16 }, 'Duration should be between 1 and 15'],
		[PIXVERSE_C1, { duration: null }, 'Field required: parameters.duration'],
		[PIXVERSE_C1, { resolution: null }, 'Field required: parameters.resolution'],
		[PIXVERSE_V56, { duration: 6 }, 'Input should be 5, 8, 10: parameters.duration'],
		[
			PIXVERSE_V56,
			{ duration: 10, resolution: '1080P' },
			'Input should be 5, 8: parameters.duration',
		],
		[KLING, { duration: 2 }, 'Duration should be between 3 and 15'],
		[KLING, { mode: '720P' }, "Input should be 'std', 'pro' or '4k': parameters.mode"],
		[KLING, { mode: '4K' }, "Input should be 'std', 'pro' or '4k': parameters.mode"],
		[VIDU_Q3, { resolution: null }, 'Field required: parameters.resolution'],
		[VIDU_Q2, { duration: null }, 'Field required: parameters.duration'],
		[MINIMAX, { resolution: null }, 'Field required: parameters.resolution'],
		[MINIMAX, { resolution: '720P' }, "Input should be '768P' or '2K': parameters.resolution"],
		[MINIMAX, { duration: null }, 'Field required: parameters.duration'],
		[MINIMAX, { duration: 3 }, 'Duration should be between 4 and 15'],
		[MINIMAX, { duration: 16 }, 'Duration should be between 4 and 15'],
		[MINIMAX, { watermark: 1 }, 'Input should be a valid boolean: parameters.watermark'],
		[VIDU_Q3, { duration: 17 }, 'Duration should be between 1 and 16'],
		[VIDU_Q2, { duration: 11 }, 'Duration should be between 1 and 10'],
	])('of %s fail late with %o', async (model, parameters, message) => {
		expect(await lateError(bodyFor(model, frames, { parameters }))).toBe(
			`InvalidParameter: ${message}`,
		);
	});

	it.each<[string, JsonObject, JsonObject]>([
		[WAN27, {}, { resolution: '1080P', seconds: 5, sound: true }],
		[WAN27, { duration: 15, seed: 0, resolution: '720P' }, { resolution: '720P', seconds: 15 }],
		[WAN22, {}, { resolution: '720P', seconds: 5, sound: false }],
		[WAN21, { seed: 2147483647 }, { resolution: '720P', seconds: 5, sound: false }],
		[WAN30, { duration: -1, seed: -1 }, { resolution: '1080P', seconds: 5, sound: true }],
		[WAN30, { audio: false, duration: 30 }, { seconds: 30, sound: false }],
		[
			PIXVERSE_C1,
			{ duration: 1, resolution: '360P' },
			{ resolution: '360P', seconds: 1, sound: false },
		],
		[PIXVERSE_V56, { duration: 10, resolution: '540P' }, { resolution: '540P', seconds: 10 }],
		[KLING, {}, { resolution: '1080P', seconds: 5 }],
		[KLING, { mode: 'std', audio: true }, { resolution: '720P', sound: true }],
		[VIDU_Q3, { duration: 16, audio: true }, { resolution: '720P', seconds: 16, sound: true }],
		[VIDU_Q2, { duration: 10, audio: true }, { resolution: '720P', seconds: 10, sound: false }],
		[KLING, { mode: '4k' }, { resolution: '4K', size: { width: 3312, height: 2480 } }],
		[MINIMAX, { duration: 15, resolution: '2K' }, { resolution: '2K', seconds: 15, sound: true }],
		[MINIMAX, { ratio: '1:1' }, { size: { width: 1168, height: 864 } }],
		[WAN27, { resolutoin: 'misspelt', size: '1*1' }, { resolution: '1080P' }],
	])('of %s given as %o lead to %o', async (model, parameters, work) => {
		const id = await accepted(bodyFor(model, frames, { parameters }));
		expect(simulator.tasks.get(id)?.video).toMatchObject(work);
	});

	it('of wan3.0 may set a ratio, which wan2.7 ignores', async () => {
		const parameters = { ratio: '9:16', resolution: '720P' };
		const wide = await accepted(bodyFor(WAN27, frames, { parameters }));
		const tall = await accepted(bodyFor(WAN30, frames, { parameters }));
		expect(simulator.tasks.get(wide)?.video.size).toEqual({ width: 1104, height: 816 });
		expect(simulator.tasks.get(tall)?.video).toMatchObject({
			size: { width: 720, height: 1280 },
			ratio: '9:16',
		});
	});
});

describe('texts', () => {
	it.each([WAN27, PIXVERSE_C1, PIXVERSE_V56, KLING, VIDU_Q3, MINIMAX])(
		'include a prompt that %s requires',
		async (model) => {
			const input = { prompt: undefined };
			expect(await lateError(bodyFor(model, frames, { input }))).toBe(
				'InvalidParameter: Field required: input.prompt',
			);
		},
	);

	it.each([WAN22, WAN21, WAN30])('may be left out for %s', async (model) => {
		await accepted(bodyFor(model, frames, { input: { prompt: undefined } }));
	});

	it('of wan3.0 may be left out where there are media', async () => {
		await accepted({ model: WAN30, input: { prompt: 'a dance' } });
		expect(await lateError({ model: WAN30, input: {} })).toContain('Field required: input.prompt');
	});

	it.each([
		[WAN27, 5000],
		[WAN22, 800],
		[WAN30, 20_000],
		[PIXVERSE_C1, 5000],
		[PIXVERSE_V56, 2048],
		[VIDU_Q3, 5000],
	])('are cut silently by %s after %i characters', async (model, max) => {
		const fits = '🦊'.repeat(max);
		const whole = await accepted(bodyFor(model, frames, { input: { prompt: fits } }));
		const cut = await accepted(bodyFor(model, frames, { input: { prompt: `${fits}x` } }));
		expect(simulator.tasks.get(whole)?.truncated).toEqual([]);
		expect(simulator.tasks.get(cut)?.truncated).toEqual(['input.prompt']);
		expect(simulator.tasks.get(cut)?.video.prompt).toBe(fits);
	});

	it('that are negative are cut where the model takes them', async () => {
		const input = { negative_prompt: 'x'.repeat(501) };
		const wan = await accepted(bodyFor(WAN27, frames, { input }));
		const vidu = await accepted(bodyFor(VIDU_Q3, frames, { input }));
		expect(simulator.tasks.get(wan)?.truncated).toEqual(['input.negative_prompt']);
		expect(simulator.tasks.get(vidu)?.truncated).toEqual([]);
	});

	it.each([
		[KLING, 'prompt', 2500],
		[KLING, 'negative_prompt', 2500],
		[MINIMAX, 'prompt', 7000],
	])('are refused by %s for a %s of more than %3$i characters', async (model, field, max) => {
		const fits = await accepted(bodyFor(model, frames, { input: { [field]: '🦊'.repeat(max) } }));
		expect(simulator.tasks.get(fits)?.truncated).toEqual([]);
		const input = { [field]: 'x'.repeat(max + 1) };
		expect(await lateError(bodyFor(model, frames, { input }))).toBe(
			`InvalidParameter: String should have at most ${max} characters: input.${field}`,
		);
	});
});

describe('media', () => {
	const withMedia = (model: string, ...types: string[]): JsonObject =>
		bodyFor(model, frames, {
			input: { media: types.map((type) => ({ type, url: frames.first })) },
		});

	it.each([
		[WAN27, ['last_frame']],
		[WAN27, ['first_frame', 'first_frame']],
		[WAN27, ['first_clip', 'first_frame']],
		[WAN30, ['last_frame']],
		[WAN30, ['first_frame', 'first_frame', 'last_frame']],
		[PIXVERSE_C1, ['first_frame']],
		[MINIMAX, ['last_frame', 'last_frame']],
		[KLING, ['last_frame']],
	])('of %s cannot be combined as %o', async (model, types) => {
		expect(await lateError(withMedia(model, ...types))).toContain('combination');
	});

	it.each([
		[WAN27, ['first_frame']],
		[WAN27, ['last_frame', 'first_frame']],
		[PIXVERSE_C1, ['last_frame', 'first_frame']],
		[VIDU_Q3, ['image', 'image']],
		[MINIMAX, ['first_frame']],
		[MINIMAX, ['last_frame']],
		[MINIMAX, ['last_frame', 'first_frame']],
	])('of %s can be combined as %o', async (model, types) => {
		await accepted(withMedia(model, ...types));
	});

	it('of other kinds are refused beside the two frames of wan3.0', async () => {
		const types = ['first_frame', 'last_frame', 'driving_audio'];
		expect(await lateError(withMedia(WAN30, ...types))).toContain('input.media.2.type');
	});

	it('of an unknown type are named', async () => {
		expect(await lateError(withMedia(KLING, 'first_frame', 'image'))).toBe(
			"InvalidParameter: Input should be 'first_frame' or 'last_frame': input.media.1.type",
		);
		expect(await lateError(withMedia(VIDU_Q3, 'first_frame', 'last_frame'))).toContain("'image'");
		expect(await lateError(withMedia(VIDU_Q3, 'image'))).toContain('Exactly two images');
	});

	it('that are incomplete are all named', async () => {
		const media = [{ url: 'x' }, {}];
		expect(await lateError({ model: WAN27, input: { prompt: 'x', media } })).toBe(
			'InvalidParameter: Field required: input.media.0.type & Field required: input.media.1.type & Field required: input.media.1.url',
		);
		expect(await lateError({ model: WAN22, input: {} })).toBe(
			'InvalidParameter: Field required: input.first_frame_url & Field required: input.last_frame_url',
		);
		expect(await lateError({ model: WAN27, input: { prompt: 'x', media: 'y' } })).toBe(
			'InvalidParameter: Input should be a valid list: input.media',
		);
	});

	it('of wan2.1 may have a template instead of the last frame', async () => {
		const input = { last_frame_url: undefined, template: 'hanfu-1' };
		await accepted(bodyFor(WAN21, frames, { input }));
		expect(await lateError(bodyFor(WAN22, frames, { input }))).toContain('last_frame_url');
		const unknown = { ...input, template: 'none' };
		expect(await lateError(bodyFor(WAN21, frames, { input: unknown }))).toContain('input.template');
	});

	it('of wan2.6 are named as the Qwen Cloud node does, those of wan2.7 are not', async () => {
		const input = { img_url: uris.first, prompt: 'x' };
		await accepted({ model: 'wan2.6-i2v', input });
		expect(await lateError({ model: WAN27, input })).toBe(
			'InvalidParameter: Field required: input.media',
		);
	});
});
