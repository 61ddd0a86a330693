import type { INodeParameters } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest();
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');
const blue = harness.simulator.serveFile('blue.png', await picture('#3030c0'), 'image/png');
const frames = { firstFrameUrl: red, lastFrameUrl: blue };
const create = { operation: 'create', ...frames, prompt: 'red turns blue' };

describe('the documented bodies come out of the node', () => {
	it('Vidu: two images, told apart by their order', async () => {
		await harness.run([{}], {
			...create,
			model: 'vidu/viduq3-turbo_start-end2video',
			resolution: '540P',
			duration: 5,
			options: { watermark: true },
		});

		expect(harness.createdBodies()).toEqual([
			{
				model: 'vidu/viduq3-turbo_start-end2video',
				input: {
					media: [
						{ type: 'image', url: red },
						{ type: 'image', url: blue },
					],
					prompt: 'red turns blue',
				},
				parameters: { resolution: '540P', duration: 5, watermark: true },
			},
		]);
	});

	it('Kling: the resolution as mode', async () => {
		await harness.run([{}], {
			...create,
			model: 'kling/kling-v3-video-generation',
			resolution: '720P',
			duration: 5,
			options: { audio: false, watermark: true },
		});

		expect(harness.createdBodies()).toEqual([
			{
				model: 'kling/kling-v3-video-generation',
				input: {
					prompt: 'red turns blue',
					media: [
						{ type: 'first_frame', url: red },
						{ type: 'last_frame', url: blue },
					],
				},
				parameters: { mode: 'std', duration: 5, audio: false, watermark: true },
			},
		]);
	});

	it('PixVerse: resolution and duration, always', async () => {
		const body = {
			model: 'pixverse/pixverse-c1-kf2v',
			input: {
				prompt: 'red turns blue',
				media: [
					{ type: 'first_frame', url: red },
					{ type: 'last_frame', url: blue },
				],
			},
		};
		const byHand = { resolution: '540P', duration: 8, options: { watermark: false } };
		await harness.run([{}], { ...create, model: body.model, ...byHand });
		await harness.run([{}], { ...create, model: `={{ "${body.model}" }}` });

		expect(harness.createdBodies()).toEqual([
			{ ...body, parameters: { resolution: '540P', duration: 8, watermark: false } },
			{ ...body, parameters: { resolution: '720P', duration: 5 } },
		]);
	});
});

describe('what a model does not take is refused by name, also where an expression names it', () => {
	it.each<
		[string, Record<string, string | number>, Record<string, string | number | boolean>, string]
	>([
		[
			'kling/kling-v3-video-generation',
			{},
			{ seed: 7 },
			"'Seed' is set, but kling/kling-v3-video-generation does not take it",
		],
		[
			'kling/kling-v3-video-generation',
			{ duration: 2 },
			{},
			"'Duration (Seconds)' is 2, but kling/kling-v3-video-generation takes a whole number from 3 to 15",
		],
		['kling/kling-v3-video-generation', { resolution: '540P' }, {}, 'takes 720P, 1080P or 4K'],
		['pixverse/pixverse-v5.6-kf2v', { duration: 6 }, {}, 'takes 5, 8 or 10'],
		[
			'pixverse/pixverse-v5.6-kf2v',
			{ duration: 10, resolution: '1080P' },
			{},
			"takes 5 or 8 when 'Resolution' is 1080P",
		],
		['pixverse/pixverse-v5.6-kf2v', { prompt: 'x'.repeat(2049) }, {}, 'takes at most 2048'],
		['pixverse/pixverse-v6-kf2v', {}, { negativePrompt: 'rain' }, "'Negative Prompt' is set"],
		[
			'vidu/viduq2-pro_start-end2video',
			{},
			{ audio: true },
			"'Audio' is set, but vidu/viduq2-pro_start-end2video does not take it",
		],
		[
			'vidu/viduq2-turbo_start-end2video',
			{ duration: 11 },
			{},
			'takes a whole number from 1 to 10',
		],
		['vidu/viduq3-pro_start-end2video', {}, { promptExtend: true }, "'Extend Prompt' is set"],
		['wan2.7-i2v', {}, { audio: true }, "'Audio' is set, but wan2.7-i2v does not take it"],
	])('%s %j %j', async (model, parameters, options, message) => {
		const result = await harness.run([{}], {
			...create,
			model: `={{ "${model}" }}`,
			...parameters,
			options,
		});

		expect(errorText(result)).toContain(message);
		expect(harness.count('create')).toBe(0);
	});
});

describe('all of them are waited for and read', () => {
	it.each<[string, Record<string, unknown>, INodeParameters?]>([
		[
			'pixverse/pixverse-v6-kf2v',
			{ resolution: '720P', billedSeconds: 5, videoUrl: expect.any(String) },
		],
		[
			'kling/kling-v3-omni-video-generation',
			{ resolution: '1080P', billedSeconds: 5, watermarkVideoUrl: expect.any(String) },
			{ watermark: true },
		],
		[
			'vidu/viduq3-pro_start-end2video',
			{ resolution: '720P', videoSeconds: 5, videoExpiresAt: expect.any(String) },
		],
		[
			'wan2.2-kf2v-flash',
			{
				resolution: '720P',
				billedSeconds: 5,
				videoExpiresAt: expect.any(String),
				actualPrompt: expect.any(String),
			},
		],
		['wanx2.1-kf2v-plus', { billedSeconds: 5 }],
		['wan3.0-video', { resolution: '1080P', billedSeconds: 5 }],
	])('%s', async (model, expected, options = {}) => {
		const time = useVirtualTime();
		const result = await time.run(
			harness.run([{}], { ...create, model, waitForCompletion: true, options }),
		);

		expect(result.error).toBeUndefined();
		expect(result.items('Wan')[0]?.json).toMatchObject({ status: 'SUCCEEDED', ...expected });
		expect(result.items('Wan')[0]?.binary?.['data']?.mimeType).toBe('video/mp4');
	});

	it('tells the end of a link only where it is known', async () => {
		const time = useVirtualTime();
		const kling = { ...create, model: 'kling/kling-v3-video-generation', waitForCompletion: true };
		const pixverse = { ...kling, model: 'pixverse/pixverse-c1-kf2v' };

		for (const parameters of [kling, pixverse]) {
			const result = await time.run(harness.run([{}], parameters));
			expect(result.items('Wan')[0]?.json).not.toHaveProperty('videoExpiresAt');
		}
	});

	it('gives the failure of a task in the same way', async () => {
		const time = useVirtualTime();
		harness.simulator.fault({
			on: 'create',
			effect: 'failTask',
			code: 'InvalidParameter',
			message: 'the two pictures differ too much',
		});
		const result = await time.run(
			harness.run([{}], {
				...create,
				model: 'vidu/viduq2-pro_start-end2video',
				waitForCompletion: true,
			}),
		);

		expect(errorText(result)).toContain('InvalidParameter: the two pictures differ too much');
	});
});

it('a model that has to be activated says so', async () => {
	harness.simulator.fault({ on: 'create', effect: 'error', code: 'AccessDenied.Unpurchased' });
	const result = await harness.run([{}], { ...create, model: 'kling/kling-v3-video-generation' });

	expect(errorText(result)).toContain('The account has no access to this model (item 0)');
	expect(errorText(result)).toContain('Activate the model in the Model Studio console');
});
