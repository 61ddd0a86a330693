import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { keepsFilesInJson } from '../engine/n8nVersions.mts';
import { startEngine } from '../engine/engine.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, type SourceItem, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { pngUri } from '../simulator/testClient.mts';

const harness = await setupNodeTest();
const red = await picture('#c03030');
const blue = await picture('#3030c0');
const redUrl = harness.simulator.serveFile('red.png', red, 'image/png');
const blueUrl = harness.simulator.serveFile('blue.png', blue, 'image/png');

const create = {
	operation: 'create',
	model: 'wan2.7-i2v',
	prompt: 'red turns blue',
	resolution: '720P',
	firstFrameSource: 'binary',
	lastFrameSource: 'binary',
};
const kling = { ...create, model: 'kling/kling-v3-video-generation' };
const vidu = { ...create, model: 'vidu/viduq3-pro_start-end2video' };
const item = (first: Buffer, last: Buffer = blue): SourceItem => ({
	binary: { firstFrame: { bytes: first }, lastFrame: { bytes: last } },
});
/** Noise does not compress: a picture of some megabytes. */
const largePicture = async (side: number) =>
	await sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
		.png()
		.toBuffer();
/** A second of silence a piece, as RIFF/WAVE. */
function wav(seconds: number): Buffer {
	const rate = 8_000;
	const header = Buffer.alloc(44);
	header.write('RIFF', 0);
	header.writeUInt32LE(36 + rate * seconds, 4);
	header.write('WAVEfmt ', 8);
	header.writeUInt32LE(16, 16);
	header.writeUInt16LE(1, 20);
	header.writeUInt16LE(1, 22);
	header.writeUInt32LE(rate, 24);
	header.writeUInt32LE(rate, 28);
	header.writeUInt16LE(1, 32);
	header.writeUInt16LE(8, 34);
	header.write('data', 36);
	header.writeUInt32LE(rate * seconds, 40);
	return Buffer.concat([header, Buffer.alloc(rate * seconds, 128)]);
}
const requests = (kind: string) =>
	harness.simulator.requests.filter((request) => request.kind === kind);

describe('the upload', () => {
	it('brings the frames of a model that documents no data URI, and the task succeeds', async () => {
		const time = useVirtualTime();
		const result = await time.run(harness.run([item(red)], { ...kling, waitForCompletion: true }));

		expect(result.error).toBeUndefined();
		expect(result.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
		expect(harness.createdBodies()).toMatchObject([
			{
				input: {
					media: [
						{ url: expect.stringMatching(/^oss:\/\/.*\.png$/) },
						{ url: expect.stringMatching(/^oss:/) },
					],
				},
			},
		]);
		expect(requests('create').at(-1)?.headers).toHaveProperty(
			'x-dashscope-ossresourceresolve',
			'enable',
		);
		for (const { headers, status } of requests('upload')) {
			expect(status).toBe(200);
			expect(headers).not.toHaveProperty('authorization');
		}
	});

	it('brings what is too large to be sent inline', async () => {
		const large = await largePicture(1600);
		expect(large.length).toBeGreaterThan(7 * 1024 * 1024);
		await harness.run([item(large)], create);

		expect(harness.createdBodies()).toMatchObject([
			{
				input: {
					media: [
						{ url: expect.stringMatching(/^oss:/) },
						{ url: expect.stringMatching(/^data:/) },
					],
				},
			},
		]);
	});

	it('brings every frame if the user chooses it', async () => {
		const time = useVirtualTime();
		const parameters = {
			...create,
			waitForCompletion: true,
			options: { frameTransport: 'upload' },
		};
		const result = await time.run(harness.run([item(red)], parameters));

		expect(result.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
		expect(harness.count('upload')).toBe(2);
	});

	it('needs one policy and sends a file once, however many items use it', async () => {
		const items = [item(red), item(red), item(blue, red), item(blue, red)];
		await harness.run(items, { ...kling });

		expect(harness.count('create')).toBe(4);
		expect(harness.count('policy')).toBe(1);
		expect(harness.count('upload')).toBe(2);
		const media = JSON.stringify(harness.createdBodies());
		expect(new Set(media.match(/oss:[^"]+/g)).size).toBe(2);
	});

	it('asks for another policy when the first has expired', async () => {
		harness.simulator.fault({
			on: 'policy',
			effect: 'omit',
			fields: ['data.expire_in_seconds'],
			times: 9,
		});
		await harness.run([item(red)], kling);

		expect(harness.count('policy')).toBe(2);
		expect(harness.count('create')).toBe(1);
	});

	it('that the store refuses names the field, and nothing is created', async () => {
		harness.simulator.fault({
			on: 'upload',
			effect: 'error',
			code: 'SignatureDoesNotMatch',
			status: 403,
			skip: 1,
		});
		const result = await harness.run([item(red)], kling);

		expect(errorText(result)).toContain(
			"The upload of the file of 'Last Frame Input Data Field Name' was refused",
		);
		expect(errorText(result)).toContain('HTTP 403');
		expect(harness.count('create')).toBe(0);
	});

	it('that gets no policy says why', async () => {
		harness.simulator.fault({ on: 'policy', effect: 'error', code: 'InvalidApiKey' });
		const result = await harness.run([item(red)], kling);

		expect(errorText(result)).toContain('DashScope does not accept the API key');
		expect(harness.count('upload')).toBe(0);
	});

	it.each([
		['answers 503', { effect: 'error', code: 'InternalError', status: 503 }],
		['answers with a page of a firewall', { effect: 'html' }],
		['breaks the connection', { effect: 'reset' }],
	] as const)('is tried again, under another name, if the store %s', async (_, fault) => {
		const time = useVirtualTime({ heldRequests: harness.heldRequests });
		harness.simulator.fault({ on: 'upload', times: 2, ...fault });
		const result = await time.run(harness.run([item(red), item(blue, red)], kling));

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(2);
		expect(harness.count('upload')).toBe(4);
	});

	it('of a file that lies in the store already is not repeated under Retry On Fail', async () => {
		const time = useVirtualTime();
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', times: 2 });
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		const result = await time.run(harness.run([item(red)], kling, settings));

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(3);
		expect(harness.count('upload')).toBe(2);
	});

	it('that broke is repeated under Retry On Fail, and what was uploaded is not', async () => {
		const time = useVirtualTime();
		const forbidden = { effect: 'error', code: 'AccessDenied', status: 403 } as const;
		harness.simulator.fault({ on: 'upload', ...forbidden, skip: 1 });
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const result = await time.run(harness.run([item(red)], kling, settings));

		expect(result.error).toBeUndefined();
		expect(harness.count('upload')).toBe(3);
	});

	it('does not make Retry On Fail pay again', async () => {
		const time = useVirtualTime();
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 1 });
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const result = await time.run(harness.run([item(red), item(blue, red)], kling, settings));

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(3);
		expect(new Set(result.items('Wan').map(({ json }) => json['taskId'])).size).toBe(2);
	});
});

describe('binary data', () => {
	it('works in the file system mode', async () => {
		const engine = await startEngine({
			binaryMode: 'filesystem',
			credentials: { dashScopeApi: credentialFor(harness.simulator) },
		});
		const time = useVirtualTime();
		const run = async (parameters: typeof create) =>
			await time.run(
				engine.run(
					workflow([itemsNode([item(red)]), wanNode({ ...parameters, waitForCompletion: true })]),
				).result,
			);
		const along = await run(create);
		const uploaded = await run(kling);

		expect(along.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
		expect(uploaded.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
		expect(along.items('Wan')[0]?.binary?.['data']?.id).toMatch(/^filesystem/);
		expect(harness.createdBodies()[0]).toMatchObject({
			input: { media: [{ url: `data:image/png;base64,${red.toString('base64')}` }, {}] },
		});
	});

	it('works in a workflow that keeps it in the JSON, by path and by itself', async () => {
		const binary = { mimeType: 'image/png', data: red.toString('base64'), fileName: 'red.png' };
		const items = itemsNode([{ json: { pictures: { one: binary } } }]);
		const wan = wanNode({
			...create,
			firstFrameBinaryProperty: 'pictures.one',
			lastFrameBinaryProperty: '={{ $json.pictures.one }}',
		});
		const result = await harness.engine.run(workflow([items, wan], { binaryMode: 'combined' }))
			.result;

		if (keepsFilesInJson) {
			expect(result.error).toBeUndefined();
			expect(harness.createdBodies()).toMatchObject([
				{ input: { media: Array(2).fill({ url: `data:image/png;base64,${binary.data}` }) } },
			]);
		} else {
			expect(errorText(result)).toContain('"pictures.one", but the item has no binary data');
			expect(harness.createdBodies()).toEqual([]);
		}
	});
});

it('a file that n8n has deleted meanwhile is told as what it is', async () => {
	const engine = await startEngine({
		binaryMode: 'filesystem',
		credentials: { dashScopeApi: credentialFor(harness.simulator) },
	});
	const id = 'filesystem-v2:workflows/1/executions/1/binary_data/gone';
	const items = itemsNode([
		{ json: { picture: { mimeType: 'image/png', data: 'filesystem-v2', id } } },
	]);
	const node = wanNode({
		...create,
		firstFrameBinaryProperty: '={{ $json.picture }}',
		lastFrameSource: 'url',
		lastFrameUrl: blueUrl,
	});
	const result = await engine.run(workflow([items, node])).result;

	expect(errorText(result)).toContain(
		"'First Frame Input Data Field Name' names a file that n8n cannot read any more: its binary data may have been deleted",
	);
	expect(harness.count('create')).toBe(0);
});

describe('a bad picture is refused before it costs anything', async () => {
	const solid = async (width: number, height: number) =>
		await picture('#c03030', { width, height });
	const transparent = sharp({
		create: { width: 640, height: 360, channels: 4, background: '#f000' },
	});
	const cases: Array<[string, typeof create, Buffer, string]> = [
		[
			'transparency, PNG',
			create,
			await transparent.png().toBuffer(),
			'holds a PNG with transparency, which wan2.7-i2v does not take',
		],
		[
			'transparency, WEBP',
			create,
			await transparent.webp({ lossless: true }).toBuffer(),
			'holds a WEBP with transparency',
		],
		[
			'a small one',
			create,
			await solid(239, 400),
			'holds an image of 239×400, but wan2.7-i2v takes sides of 240 to 8000 pixels',
		],
		['a long one', create, await solid(2400, 250), 'takes shapes from 1:8 to 8:1'],
		[
			'a format that the model lacks',
			kling,
			await picture('#c03030', { format: 'webp' }),
			'holds a WEBP, but kling/kling-v3-video-generation takes JPEG or PNG',
		],
		[
			'a GIF',
			create,
			await sharp(red).gif().toBuffer(),
			'holds a GIF image, but wan2.7-i2v takes JPEG, PNG, BMP or WEBP',
		],
		['one that is cut off', create, red.subarray(0, 40), 'holds a PNG that is cut off'],
		['an empty file', create, Buffer.alloc(0), 'holds'],
		['one for Kling', kling, await solid(900, 350), 'takes shapes from 1:2.5 to 2.5:1'],
		['one for Vidu', vidu, await solid(2000, 400), 'takes shapes from 1:4 to 4:1'],
	];
	it.each(cases)('%s', async (_, parameters, first, message) => {
		const result = await harness.run([item(first)], parameters);

		expect(errorText(result)).toContain("'First Frame Input Data Field Name' ");
		expect(errorText(result)).toContain(message);
		expect(requests('create').length + requests('upload').length).toBe(
			harness.simulator.count('create') + harness.simulator.count('upload'),
		);
		expect(harness.count('create') + harness.count('policy')).toBe(0);
	});

	it('also in a data URI', async () => {
		const small = pngUri(await solid(100, 100));
		const result = await harness.run([{}], {
			...create,
			firstFrameSource: 'url',
			lastFrameSource: 'url',
			firstFrameUrl: small,
			lastFrameUrl: blueUrl,
		});

		expect(errorText(result)).toContain("'First Frame URL' holds an image of 100×100");
		expect(harness.count('create')).toBe(0);
	});

	it('and two that do not fit each other, where the model asks for it', async () => {
		const result = await harness.run([item(await solid(640, 640), await solid(640, 400))], vidu);

		expect(errorText(result)).toContain(
			"'Last Frame Input Data Field Name' has 640×400 pixels and the first frame 640×640",
		);
		expect(harness.count('create')).toBe(0);
	});
});

describe('hints', () => {
	it('tell where two sources disagree, and that shapes differ, once for all items', async () => {
		const wide = await picture('#c03030', { width: 2400, height: 1350 });
		const square = await picture('#3030c0', { width: 800, height: 800 });
		const result = await harness.run([item(wide, square), item(wide, square)], {
			...create,
			model: 'wan2.2-kf2v-flash',
		});

		expect(result.hints.map(({ message }) => message)).toEqual([
			expect.stringContaining(
				'is 2400×1350. One of two sources on wan2.2-kf2v-flash allows sides of 360 to 2000',
			),
			expect.stringContaining('their shapes differ'),
		]);
		expect(result.hints[0]?.message).toContain('(items 0, 1)');
	});

	it('are silent when all is well', async () => {
		expect((await harness.run([item(red)], create)).hints).toEqual([]);
	});
});

describe('the forecast', () => {
	it('follows the documented rule where the first frame is known', async () => {
		const portrait = await picture('#c03030', { width: 750, height: 1000 });
		const result = await harness.run([item(portrait, portrait)], { ...create, duration: 7 });

		expect(result.items('Wan')[0]?.json['expectedVideo']).toEqual({
			width: 816,
			height: 1104,
			seconds: 7,
		});
	});

	it('is absent where it is not', async () => {
		const byUrl = {
			firstFrameSource: 'url',
			lastFrameSource: 'url',
			firstFrameUrl: redUrl,
			lastFrameUrl: blueUrl,
		};
		const result = await harness.run([{}], { ...create, ...byUrl });

		expect(result.items('Wan')[0]?.json).not.toHaveProperty('expectedVideo');
	});
});

describe('sound and clips of wan2.7', async () => {
	const clip = await (async () => {
		const time = 2;
		const taskId = harness.simulator.addTask({ status: 'SUCCEEDED', seconds: time });
		const result = await harness.run([{ json: { taskId } }], { operation: 'wait' });
		return await result.binaryBytes(result.items('Wan')[0]?.binary?.['data']);
	})();
	const byUrl = {
		firstFrameSource: 'url',
		lastFrameSource: 'url',
		firstFrameUrl: redUrl,
		lastFrameUrl: blueUrl,
	};

	it('a sound from binary data is uploaded and drives the video', async () => {
		const time = useVirtualTime();
		const voice = { binary: { voice: { bytes: wav(3) } } };
		const parameters = {
			...create,
			...byUrl,
			waitForCompletion: true,
			options: { audioBinaryProperty: 'voice' },
		};
		const result = await time.run(harness.run([voice], parameters));

		expect(result.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
		expect(harness.createdBodies()).toMatchObject([
			{
				input: {
					media: [
						{ type: 'first_frame' },
						{ type: 'last_frame' },
						{ type: 'driving_audio', url: expect.stringMatching(/^oss:.*\.wav$/) },
					],
				},
			},
		]);
	});

	it('a sound may be a URL', async () => {
		const audioUrl = harness.simulator.serveFile('voice.wav', wav(3), 'audio/wav');
		await harness.run([{}], { ...create, ...byUrl, options: { audioUrl } });

		expect(harness.createdBodies()).toMatchObject([
			{ input: { media: [{}, {}, { type: 'driving_audio', url: audioUrl }] } },
		]);
	});

	it('a clip from binary data is uploaded and continued, with or without a last frame', async () => {
		const time = useVirtualTime();
		const start = {
			...create,
			startFrom: 'firstClip',
			firstClipSource: 'binary',
			waitForCompletion: true,
		};
		const files = { binary: { firstClip: { bytes: clip }, lastFrame: { bytes: blue } } };
		const withLast = await time.run(harness.run([files], start));
		const without = await time.run(
			harness.run([files], { ...start, lastFrameSource: 'url', lastFrameUrl: '' }),
		);

		expect(withLast.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
		expect(without.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
		expect(harness.createdBodies()).toMatchObject([
			{
				input: {
					media: [
						{ type: 'first_clip', url: expect.stringMatching(/^oss:.*\.mp4$/) },
						{ type: 'last_frame' },
					],
				},
			},
			{ input: { media: [{ type: 'first_clip' }] } },
		]);
	});

	it.each<[string, Record<string, string | Record<string, string>>, string]>([
		[
			'a clip and a sound',
			{ startFrom: 'firstClip', firstClipUrl: redUrl, options: { audioUrl: redUrl } },
			"'Audio URL' is set, but wan2.7-i2v takes no audio file with a first clip",
		],
		[
			'a clip that is missing',
			{ startFrom: 'firstClip' },
			"'First Clip URL' is empty, but wan2.7-i2v needs this clip",
		],
		[
			'a sound that is a picture',
			{ options: { audioBinaryProperty: 'firstFrame' } },
			'holds no format that is known, but wan2.7-i2v takes an audio file as WAV or MP3',
		],
		[
			'two sounds',
			{ options: { audioBinaryProperty: 'firstFrame', audioUrl: redUrl } },
			"and 'Audio URL' are both set",
		],
		[
			'a clip by data URI',
			{ startFrom: 'firstClip', firstClipUrl: 'data:image/png;base64,AAAA' },
			'only images can be given so',
		],
		[
			'a sound for another model',
			{ model: '={{ "wan3.0-video" }}', options: { audioUrl: redUrl } },
			"'Audio URL' is set, but wan3.0-video takes no audio file",
		],
		[
			'a clip for another model',
			{ model: '={{ "wan2.2-kf2v-flash" }}', startFrom: 'firstClip', firstClipUrl: redUrl },
			"'Start From' is First Clip, but wan2.2-kf2v-flash starts from frames only",
		],
	])('%s is refused', async (_, parameters, message) => {
		const result = await harness.run([item(red)], { ...create, ...byUrl, ...parameters });

		expect(errorText(result)).toContain(message);
		expect(harness.count('create')).toBe(0);
	});
});

describe('templates of wan2.1', () => {
	const template = { ...create, model: 'wanx2.1-kf2v-plus', options: { template: 'hanfu-1' } };

	it('need the first frame only', async () => {
		await harness.run([item(red)], { ...template, lastFrameSource: 'url', lastFrameUrl: '' });

		expect(harness.createdBodies()).toMatchObject([
			{ input: { template: 'hanfu-1', first_frame_url: expect.stringMatching(/^data:/) } },
		]);
		expect(harness.createdBodies()[0]).not.toHaveProperty('input.last_frame_url');
	});

	it('do not ignore a last frame in silence', async () => {
		const result = await harness.run([item(red)], template);

		expect(errorText(result)).toContain(
			"is set, but with 'Template' wanx2.1-kf2v-plus uses the first frame only",
		);
	});
});
