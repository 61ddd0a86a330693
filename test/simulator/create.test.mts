import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { MODELS, startSimulator, type Simulator } from './index.mts';
import type { JsonObject } from './json.mts';
import { renderFilm } from './renderVideo.mts';
import { bodyFor, createPath, picture, pngUri, TestClient, type FrameUrls } from './testClient.mts';

let simulator: Simulator;
let client: TestClient;
let frames: FrameUrls;
let uris: FrameUrls;

beforeAll(async () => {
	simulator = await startSimulator({ limits: { createsPerSecond: 1000, queriesPerSecond: 1000 } });
	client = new TestClient(simulator);
	const first = await picture(400, 300, 'red');
	const last = await picture(400, 300, 'blue');
	frames = {
		first: simulator.serveFile('first.png', first, 'image/png'),
		last: simulator.serveFile('last.png', last, 'image/png'),
	};
	uris = { first: pngUri(first), last: pngUri(last) };
});

afterAll(async () => simulator.close());

/** `code: message` of a task that is expected to fail late; it must be PENDING at first. */
async function lateFailure(
	body: JsonObject,
	headers: Record<string, string> = {},
): Promise<string> {
	vi.useFakeTimers({ toFake: ['Date'] });
	try {
		const id = await client.createTask(body, headers);
		expect((await client.query(id)).at('output.task_status')).toBe('PENDING');
		vi.setSystemTime(Date.now() + 100);
		const failed = await client.query(id);
		expect(failed.status).toBe(200);
		expect(failed.at('output.task_status')).toBe('FAILED');
		expect(failed.body).not.toHaveProperty('usage');
		return `${failed.at('output.code')}: ${failed.at('output.message')}`;
	} finally {
		vi.useRealTimers();
	}
}

async function expectAccepted(
	body: JsonObject,
	headers: Record<string, string> = {},
): Promise<string> {
	const id = await client.createTask(body, headers);
	expect(simulator.tasks.get(id)?.failure).toBeUndefined();
	return id;
}

describe('what is checked at once', () => {
	const path = createPath('wan2.7-i2v');
	const enabled = { 'x-dashscope-async': 'enable' };

	it('accepts a good body as PENDING', async () => {
		const reply = await client.create(bodyFor('wan2.7-i2v', frames));
		expect(reply.status).toBe(200);
		expect(reply.body).toEqual({
			output: { task_status: 'PENDING', task_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
			request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
		});
	});

	it.each([
		['no key', { ...enabled, authorization: '' }, '{}', 401, 'InvalidApiKey'],
		['a wrong key', { ...enabled, authorization: 'Bearer sk-no' }, '{}', 401, 'InvalidApiKey'],
		['no async header', {}, '{}', 403, 'AccessDenied'],
		['no JSON', enabled, '{"model', 400, 'BadRequest.IllegalInput'],
		['a list', enabled, '[]', 400, 'BadRequest.IllegalInput'],
		['no input', enabled, '{"model":"wan2.7-i2v"}', 400, 'BadRequest.EmptyInput'],
		['no model', enabled, '{"input":{}}', 400, 'BadRequest.EmptyModel'],
		['an unknown model', enabled, '{"model":"x","input":{}}', 400, 'InvalidParameter'],
	])('refuses %s', async (_name, headers, body, status, code) => {
		const reply = await client.call('POST', path, { headers, body });
		expect([reply.status, reply.at('code')]).toEqual([status, code]);
		expect(reply.at('request_id')).toBeTypeOf('string');
	});

	it('names the key that is missing', async () => {
		const response = await fetch(`${simulator.url}${path}`, { method: 'POST' });
		expect(await response.json()).toMatchObject({ message: 'No API-key provided.' });
	});

	it.each([...MODELS.keys()])('refuses %s at the other path', async (model) => {
		const own = createPath(model);
		const other = own.includes('image2video')
			? own.replace('image2video', 'video-generation')
			: own.replace('video-generation', 'image2video');
		const reply = await client.call('POST', other, {
			headers: enabled,
			body: JSON.stringify(bodyFor(model, frames)),
		});
		expect([reply.status, reply.at('code'), reply.at('message')]).toEqual([
			400,
			'InvalidParameter',
			'url error, please check url!',
		]);
	});
});

describe('every model', () => {
	it('is one of the sixteen of the document, or the one of another node', () => {
		expect(MODELS.size).toBe(17);
	});

	it.each([...MODELS.keys()])('%s takes its own body', async (model) => {
		await expectAccepted(bodyFor(model, frames));
	});

	it.each([...MODELS.keys()])('%s takes data URIs only where documented', async (model) => {
		const body = bodyFor(model, uris);
		if (model.startsWith('wan')) await expectAccepted(body);
		else expect(await lateFailure(body)).toMatch(/^InvalidURL: /);
	});
});

const WAN27 = 'wan2.7-i2v';
const WAN22 = 'wan2.2-kf2v-flash';
const WAN21 = 'wanx2.1-kf2v-plus';
const WAN30 = 'wan3.0-video';
const C1 = 'pixverse/pixverse-c1-kf2v';
const V56 = 'pixverse/pixverse-v5.6-kf2v';
const KLING = 'kling/kling-v3-video-generation';
const Q3 = 'vidu/viduq3-pro_start-end2video';
const Q2 = 'vidu/viduq2-pro_start-end2video';

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
		[C1, { duration: 16 }, 'Duration should be between 1 and 15'],
		[C1, { duration: null }, 'Field required: parameters.duration'],
		[C1, { resolution: null }, 'Field required: parameters.resolution'],
		[V56, { duration: 6 }, 'Input should be 5, 8, 10: parameters.duration'],
		[V56, { duration: 10, resolution: '1080P' }, 'Input should be 5, 8: parameters.duration'],
		[KLING, { duration: 2 }, 'Duration should be between 3 and 15'],
		[KLING, { mode: '720P' }, "Input should be 'std' or 'pro': parameters.mode"],
		[Q3, { duration: 17 }, 'Duration should be between 1 and 16'],
		[Q2, { duration: 11 }, 'Duration should be between 1 and 10'],
	])('%s fails %o late', async (model, parameters, message) => {
		expect(await lateFailure(bodyFor(model, frames, { parameters }))).toBe(
			`InvalidParameter: ${message}`,
		);
	});

	it.each<[string, JsonObject, JsonObject]>([
		[WAN27, {}, { tier: '1080P', seconds: 5, sound: true }],
		[WAN27, { duration: 15, seed: 0, resolution: '720P' }, { tier: '720P', seconds: 15 }],
		[WAN22, {}, { tier: '720P', seconds: 5, sound: false }],
		[WAN21, { seed: 2147483647 }, { tier: '720P', seconds: 5, sound: false }],
		[WAN30, { duration: -1, seed: -1 }, { tier: '1080P', seconds: 5, sound: true }],
		[WAN30, { audio: false, duration: 30 }, { seconds: 30, sound: false }],
		[C1, { duration: 1, resolution: '360P' }, { tier: '360P', seconds: 1, sound: false }],
		[V56, { duration: 10, resolution: '540P' }, { tier: '540P', seconds: 10 }],
		[KLING, {}, { tier: '1080P', seconds: 5 }],
		[KLING, { mode: 'std', audio: true }, { tier: '720P', sound: true }],
		[Q3, { duration: 16, audio: true }, { tier: '720P', seconds: 16, sound: true }],
		[Q2, { duration: 10, audio: true }, { tier: '720P', seconds: 10, sound: false }],
		[WAN27, { resolutoin: 'misspelt', size: '1*1' }, { tier: '1080P' }],
	])('%s makes of %o %o', async (model, parameters, work) => {
		const id = await expectAccepted(bodyFor(model, frames, { parameters }));
		expect(simulator.tasks.get(id)?.work).toMatchObject(work);
	});

	it('takes the ratio that wan3.0 is asked for, and ignores it for wan2.7', async () => {
		const parameters = { ratio: '9:16', resolution: '720P' };
		const wide = await expectAccepted(bodyFor(WAN27, frames, { parameters }));
		const tall = await expectAccepted(bodyFor(WAN30, frames, { parameters }));
		expect(simulator.tasks.get(wide)?.work.size).toEqual({ width: 1104, height: 816 });
		expect(simulator.tasks.get(tall)?.work).toMatchObject({
			size: { width: 720, height: 1280 },
			ratio: '9:16',
		});
	});
});

describe('texts', () => {
	it.each([WAN27, C1, V56, KLING, Q3])('%s requires a prompt', async (model) => {
		const input = { prompt: undefined };
		expect(await lateFailure(bodyFor(model, frames, { input }))).toBe(
			'InvalidParameter: Field required: input.prompt',
		);
	});

	it.each([WAN22, WAN21, WAN30])('%s does not', async (model) => {
		await expectAccepted(bodyFor(model, frames, { input: { prompt: undefined } }));
	});

	it('wan3.0 requires a prompt or media', async () => {
		await expectAccepted({ model: WAN30, input: { prompt: 'a dance' } });
		expect(await lateFailure({ model: WAN30, input: {} })).toContain(
			'Field required: input.prompt',
		);
	});

	it.each([
		[WAN27, 5000],
		[WAN22, 800],
		[WAN30, 20_000],
		[C1, 5000],
		[V56, 2048],
		[KLING, 2500],
		[Q3, 5000],
	])('%s cuts a prompt silently after %i characters', async (model, max) => {
		const fits = '🦊'.repeat(max);
		const whole = await expectAccepted(bodyFor(model, frames, { input: { prompt: fits } }));
		const cut = await expectAccepted(bodyFor(model, frames, { input: { prompt: `${fits}x` } }));
		expect(simulator.tasks.get(whole)?.cut).toEqual([]);
		expect(simulator.tasks.get(cut)?.cut).toEqual(['input.prompt']);
		expect(simulator.tasks.get(cut)?.work.prompt).toBe(fits);
	});

	it('cuts negative prompts where the model has them', async () => {
		const input = { negative_prompt: 'x'.repeat(501) };
		const wan = await expectAccepted(bodyFor(WAN27, frames, { input }));
		const vidu = await expectAccepted(bodyFor(Q3, frames, { input }));
		expect(simulator.tasks.get(wan)?.cut).toEqual(['input.negative_prompt']);
		expect(simulator.tasks.get(vidu)?.cut).toEqual([]);
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
		[C1, ['first_frame']],
		[KLING, ['last_frame']],
	])('%s refuses the combination %o', async (model, types) => {
		expect(await lateFailure(withMedia(model, ...types))).toContain('combination');
	});

	it.each([
		[WAN27, ['first_frame']],
		[WAN27, ['last_frame', 'first_frame']],
		[C1, ['last_frame', 'first_frame']],
		[Q3, ['image', 'image']],
	])('%s takes the combination %o', async (model, types) => {
		await expectAccepted(withMedia(model, ...types));
	});

	it('tells types that a model does not know', async () => {
		expect(await lateFailure(withMedia(KLING, 'first_frame', 'image'))).toBe(
			"InvalidParameter: Input should be 'first_frame' or 'last_frame': input.media.1.type",
		);
		expect(await lateFailure(withMedia(Q3, 'first_frame', 'last_frame'))).toContain("'image'");
		expect(await lateFailure(withMedia(Q3, 'image'))).toContain('Exactly two images');
	});

	it('joins what is missing', async () => {
		const media = [{ url: 'x' }, {}];
		expect(await lateFailure({ model: WAN27, input: { prompt: 'x', media } })).toBe(
			'InvalidParameter: Field required: input.media.0.type & Field required: input.media.1.type & Field required: input.media.1.url',
		);
		expect(await lateFailure({ model: WAN22, input: {} })).toBe(
			'InvalidParameter: Field required: input.first_frame_url & Field required: input.last_frame_url',
		);
		expect(await lateFailure({ model: WAN27, input: { prompt: 'x', media: 'y' } })).toBe(
			'InvalidParameter: Input should be a valid list: input.media',
		);
	});

	it('lets a template stand in for the last frame of wan2.1 only', async () => {
		const input = { last_frame_url: undefined, template: 'hanfu-1' };
		await expectAccepted(bodyFor(WAN21, frames, { input }));
		expect(await lateFailure(bodyFor(WAN22, frames, { input }))).toContain('last_frame_url');
		const unknown = { ...input, template: 'none' };
		expect(await lateFailure(bodyFor(WAN21, frames, { input: unknown }))).toContain(
			'input.template',
		);
	});

	it('takes the body of the Qwen Cloud node for wan2.6, and not for wan2.7', async () => {
		const input = { img_url: uris.first, prompt: 'x' };
		await expectAccepted({ model: 'wan2.6-i2v', input });
		expect(await lateFailure({ model: WAN27, input })).toBe(
			'InvalidParameter: Field required: input.media',
		);
	});
});

describe('images', () => {
	const serve = (bytes: Buffer): string => simulator.serveFile('frame', bytes, 'image/png');
	const withFirst = (model: string, first: string): JsonObject =>
		bodyFor(model, { first, last: frames.last });

	it.each<[string, number, number, string]>([
		[WAN27, 239, 300, 'InvalidFile.Resolution'],
		[WAN27, 8001, 1100, 'InvalidFile.Resolution'],
		[WAN27, 2000, 249, 'InvalidFile.AspectRatio'],
		[WAN22, 239, 300, 'InvalidFile.Resolution'],
		[WAN21, 300, 239, 'InvalidFile.Resolution'],
		[WAN30, 249, 2000, 'InvalidFile.AspectRatio'],
		[C1, 10_001, 100, 'InvalidFile.Resolution'],
		[KLING, 299, 300, 'InvalidFile.Resolution'],
		[KLING, 300, 751, 'InvalidFile.AspectRatio'],
		[Q3, 401, 100, 'InvalidFile.AspectRatio'],
		[Q3, 400, 400, 'InvalidImage.ImageSize'],
	])('%s refuses %i×%i', async (model, width, height, code) => {
		const first = serve(await picture(width, height, 'red'));
		expect(await lateFailure(withFirst(model, first))).toMatch(new RegExp(`^${code}: `));
	});

	it.each<[string, number, number]>([
		[WAN27, 240, 240],
		[WAN27, 240, 1920],
		[WAN27, 8000, 1000],
		[WAN22, 2400, 240],
		[C1, 10_000, 20],
		[KLING, 750, 300],
		[Q3, 400, 375],
		[Q3, 400, 240],
	])('%s takes %i×%i', async (model, width, height) => {
		await expectAccepted(withFirst(model, serve(await picture(width, height, 'red'))));
	});

	it('knows each family’s formats', async () => {
		const bytes = {
			jpeg: await picture(400, 300, 'red', 'jpeg'),
			webp: await picture(400, 300, 'red', 'webp'),
			gif: await picture(400, 300, 'red', 'gif'),
			bmp: bitmap(400, 300),
		};
		await expectAccepted(withFirst(WAN27, serve(bytes.bmp)));
		for (const model of [WAN27, WAN22, C1, Q3]) {
			await expectAccepted(withFirst(model, serve(bytes.jpeg)));
			await expectAccepted(withFirst(model, serve(bytes.webp)));
			expect(await lateFailure(withFirst(model, serve(bytes.gif)))).toContain('Format');
		}
		for (const model of [C1, Q3, KLING]) {
			expect(await lateFailure(withFirst(model, serve(bytes.bmp)))).toContain('Format');
		}
		expect(await lateFailure(withFirst(KLING, serve(bytes.webp)))).toContain('Format');
	});

	it('refuses alpha, cut files and what is no image', async () => {
		const alpha = await sharpAlpha();
		const cut = (await picture(400, 300, 'red', 'jpeg')).subarray(0, 900);
		expect(await lateFailure(withFirst(WAN27, serve(alpha)))).toMatch(
			/^InvalidFile\.Format: .*alpha/,
		);
		expect(await lateFailure(withFirst(KLING, serve(alpha)))).toContain('alpha');
		await expectAccepted(withFirst(C1, serve(alpha)));
		for (const bytes of [cut, Buffer.from('no image'), Buffer.alloc(0)]) {
			expect(await lateFailure(withFirst(WAN27, serve(bytes)))).toMatch(
				/^InvalidImage\.FileFormat: /,
			);
		}
	});

	it.each([
		[WAN27, 20],
		[WAN22, 10],
		[KLING, 10],
		[C1, 20],
		[Q3, 50],
	])('%s refuses more than %i MB', async (model, megabytes) => {
		const bytes = Buffer.concat([
			await picture(400, 300, 'red'),
			Buffer.alloc(megabytes * 1024 * 1024),
		]);
		expect(await lateFailure(withFirst(model, serve(bytes)))).toMatch(/^InvalidFile\.Size: /);
	});

	it('refuses a data URI of more than 10 MiB, and one of another kind', async () => {
		const long = `data:image/png;base64,${'A'.repeat(10 * 1024 * 1024)}`;
		expect(await lateFailure(withFirst(WAN27, long))).toMatch(/^InvalidFile\.Size: /);
		expect(await lateFailure(withFirst(WAN27, 'data:text/plain;base64,AA=='))).toMatch(
			/^InvalidURL: /,
		);
	});

	it('says why a frame could not be fetched', async () => {
		const missing = `${simulator.url}/files/none.png`;
		expect(await lateFailure(withFirst(WAN27, missing))).toBe(
			`InvalidParameter: Failed to download ${missing}`,
		);
		const gone = await startSimulator();
		await gone.close();
		expect(await lateFailure(withFirst(WAN27, `${gone.url}/x.png`))).toMatch(
			/^InvalidURL\.ConnectionRefused: /,
		);
		for (const url of ['C:\\frame.png', 'frame.png', '', 'ftp://host/x.png']) {
			expect(await lateFailure(withFirst(WAN27, url))).toMatch(/^InvalidURL: /);
		}
	});
});

describe('sound and clips of wan2.7', () => {
	const media = (...list: [string, string][]): JsonObject => ({
		model: WAN27,
		input: { prompt: 'x', media: list.map(([type, url]) => ({ type, url })) },
	});
	const sound = (bytes: Buffer): string => simulator.serveFile('sound', bytes, 'audio/wav');

	it('takes a driving audio of 2 to 30 seconds', async () => {
		const withAudio = (url: string): JsonObject =>
			media(['first_frame', frames.first], ['driving_audio', url], ['last_frame', frames.last]);
		await expectAccepted(withAudio(sound(wave(3))));
		expect(await lateFailure(withAudio(sound(wave(1))))).toMatch(/^InvalidFile\.Duration: /);
		expect(await lateFailure(withAudio(sound(wave(31))))).toMatch(/^InvalidFile\.Duration: /);
		expect(await lateFailure(withAudio(frames.first))).toMatch(/^InvalidFile\.Format: /);
		expect(await lateFailure(withAudio(uris.first))).toMatch(/^InvalidURL: /);
	});

	it('takes a first clip and bills its length', async () => {
		const film = await renderFilm({
			first: await picture(320, 240, 'red'),
			last: await picture(320, 240, 'blue'),
			size: { width: 320, height: 240 },
			seconds: 2,
			fps: 30,
			sound: false,
		});
		const clip = simulator.serveFile('clip.mp4', film, 'video/mp4');
		const id = await expectAccepted(media(['first_clip', clip], ['last_frame', frames.last]));
		expect(simulator.tasks.get(id)?.work.clipSeconds).toBe(2);
		const still = media(['first_clip', frames.first]);
		expect(await lateFailure(still)).toMatch(/^InvalidFile\.Format: /);
	});
});

async function sharpAlpha(): Promise<Buffer> {
	return sharp(await picture(400, 300, 'red'))
		.ensureAlpha(0.5)
		.png()
		.toBuffer();
}

/** An uncompressed BMP, which sharp cannot write. */
function bitmap(width: number, height: number): Buffer {
	const rowBytes = Math.ceil((width * 3) / 4) * 4;
	const bytes = Buffer.alloc(54 + rowBytes * height, 0x80);
	bytes.fill(0, 0, 54);
	bytes.write('BM', 'latin1');
	bytes.writeUInt32LE(bytes.length, 2);
	bytes.writeUInt32LE(54, 10);
	bytes.writeUInt32LE(40, 14);
	bytes.writeInt32LE(width, 18);
	bytes.writeInt32LE(height, 22);
	bytes.writeUInt16LE(1, 26);
	bytes.writeUInt16LE(24, 28);
	return bytes;
}

/** Silence as WAV: 8 kHz, mono, 16 bits. */
function wave(seconds: number): Buffer {
	const data = seconds * 16_000;
	const bytes = Buffer.alloc(44 + data);
	bytes.write('RIFF', 0, 'latin1');
	bytes.writeUInt32LE(36 + data, 4);
	bytes.write('WAVEfmt ', 8, 'latin1');
	bytes.writeUInt32LE(16, 16);
	bytes.writeUInt16LE(1, 20);
	bytes.writeUInt16LE(1, 22);
	bytes.writeUInt32LE(8000, 24);
	bytes.writeUInt32LE(16_000, 28);
	bytes.writeUInt16LE(2, 32);
	bytes.writeUInt16LE(16, 34);
	bytes.write('data', 36, 'latin1');
	bytes.writeUInt32LE(data, 40);
	return bytes;
}
