import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { WAN27_ENCODER } from '../videos/encoderSettings.mts';
import { startSimulator } from '../index.mts';
import type { JsonObject } from '../json.mts';
import { renderVideo } from '../videos/renderVideo.mts';
import {
	KLING,
	MINIMAX,
	PIXVERSE_C1,
	startServiceUnderTest,
	VIDU_Q3,
	WAN21,
	WAN22,
	WAN27,
	WAN30,
} from '../testing/serviceUnderTest.mts';
import { bodyFor, picture } from '../testClient.mts';

const { simulator, frames, uris, lateError, accepted } = await startServiceUnderTest();

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
		[PIXVERSE_C1, 10_001, 100, 'InvalidFile.Resolution'],
		[KLING, 299, 300, 'InvalidFile.Resolution'],
		[KLING, 300, 751, 'InvalidFile.AspectRatio'],
		[MINIMAX, 255, 300, 'InvalidFile.Resolution'],
		[MINIMAX, 5761, 3000, 'InvalidFile.Resolution'],
		[MINIMAX, 300, 751, 'InvalidFile.AspectRatio'],
		[VIDU_Q3, 401, 100, 'InvalidFile.AspectRatio'],
		[VIDU_Q3, 400, 400, 'InvalidImage.ImageSize'],
	])('are refused by %s if they are %i×%i', async (model, width, height, code) => {
		const first = serve(await picture(width, height, 'red'));
		expect(await lateError(withFirst(model, first))).toMatch(new RegExp(`^${code}: `));
	});

	it.each<[string, number, number]>([
		[WAN27, 240, 240],
		[WAN27, 240, 1920],
		[WAN27, 8000, 1000],
		[WAN22, 2400, 240],
		[PIXVERSE_C1, 10_000, 20],
		[KLING, 750, 300],
		[MINIMAX, 256, 256],
		[MINIMAX, 750, 300],
		[VIDU_Q3, 400, 375],
		[VIDU_Q3, 400, 240],
	])('are accepted by %s if they are %i×%i', async (model, width, height) => {
		await accepted(withFirst(model, serve(await picture(width, height, 'red'))));
	});

	it('have the formats that each family documents', async () => {
		const bytes = {
			jpeg: await picture(400, 300, 'red', 'jpeg'),
			webp: await picture(400, 300, 'red', 'webp'),
			gif: await picture(400, 300, 'red', 'gif'),
			bmp: bitmap(400, 300),
		};
		await accepted(withFirst(WAN27, serve(bytes.bmp)));
		for (const model of [WAN27, WAN22, PIXVERSE_C1, VIDU_Q3, MINIMAX]) {
			await accepted(withFirst(model, serve(bytes.jpeg)));
			await accepted(withFirst(model, serve(bytes.webp)));
			expect(await lateError(withFirst(model, serve(bytes.gif)))).toContain('Format');
		}
		for (const model of [PIXVERSE_C1, VIDU_Q3, KLING, MINIMAX]) {
			expect(await lateError(withFirst(model, serve(bytes.bmp)))).toContain('Format');
		}
		expect(await lateError(withFirst(KLING, serve(bytes.webp)))).toContain('Format');
	});

	it.each([
		['heic', ['mif1', 'heic']],
		['mif1', ['mif1', 'miaf']],
	])('may be %s for MiniMax, and for nobody else', async (major, compatible) => {
		const photo = heic({ width: 4032, height: 3024 }, major, compatible);
		const id = await accepted(bodyFor(MINIMAX, { first: serve(photo), last: serve(photo) }, {}));
		expect(simulator.tasks.get(id)?.video.size).toEqual({ width: 1168, height: 864 });
		for (const model of [WAN27, KLING, VIDU_Q3]) {
			expect(await lateError(withFirst(model, serve(photo)))).toContain('heic is not supported');
		}
		const small = heic({ width: 240, height: 240 }, major, compatible);
		expect(await lateError(withFirst(MINIMAX, serve(small)))).toMatch(/^InvalidFile\.Resolution: /);
	});

	it('of an AVIF or of a HEIC that states no size are refused', async () => {
		const avif = heic({ width: 400, height: 300 }, 'avif', ['mif1', 'avif']);
		const sizeless = heic(undefined, 'heic', ['mif1', 'heic']);
		for (const bytes of [avif, sizeless]) {
			expect(await lateError(withFirst(MINIMAX, serve(bytes)))).toMatch(
				/^InvalidImage\.FileFormat: /,
			);
		}
	});

	it('with alpha, cut off or of another kind are refused', async () => {
		const alpha = await withAlpha();
		const cut = (await picture(400, 300, 'red', 'jpeg')).subarray(0, 900);
		expect(await lateError(withFirst(WAN27, serve(alpha)))).toMatch(
			/^InvalidFile\.Format: .*alpha/,
		);
		expect(await lateError(withFirst(KLING, serve(alpha)))).toContain('alpha');
		await accepted(withFirst(PIXVERSE_C1, serve(alpha)));
		for (const bytes of [cut, Buffer.from('no image'), Buffer.alloc(0)]) {
			expect(await lateError(withFirst(WAN27, serve(bytes)))).toMatch(
				/^InvalidImage\.FileFormat: /,
			);
		}
	});

	it.each([
		[WAN27, 20],
		[WAN22, 10],
		[KLING, 10],
		[PIXVERSE_C1, 20],
		[VIDU_Q3, 50],
		[MINIMAX, 30],
	])('are refused by %s if they have more than %i MB', async (model, megabytes) => {
		const bytes = Buffer.concat([
			await picture(400, 300, 'red'),
			Buffer.alloc(megabytes * 1024 * 1024),
		]);
		expect(await lateError(withFirst(model, serve(bytes)))).toMatch(/^InvalidFile\.Size: /);
	});

	it('as data URIs must be pictures of at most 10 MiB of text', async () => {
		const long = `data:image/png;base64,${'A'.repeat(10 * 1024 * 1024)}`;
		expect(await lateError(withFirst(WAN27, long))).toMatch(/^InvalidFile\.Size: /);
		expect(await lateError(withFirst(WAN27, 'data:text/plain;base64,AA=='))).toMatch(
			/^InvalidURL: /,
		);
	});

	it('that cannot be fetched are named with the reason', async () => {
		const missing = `${simulator.url}/files/none.png`;
		expect(await lateError(withFirst(WAN27, missing))).toBe(
			`InvalidParameter: Failed to download ${missing}`,
		);
		const gone = await startSimulator();
		await gone.close();
		expect(await lateError(withFirst(WAN27, `${gone.url}/x.png`))).toMatch(
			/^InvalidURL\.ConnectionRefused: /,
		);
		for (const url of ['C:\\frame.png', 'frame.png', '', 'ftp://host/x.png']) {
			expect(await lateError(withFirst(WAN27, url))).toMatch(/^InvalidURL: /);
		}
	});
});

describe('the sound and the clip that wan2.7 starts from', () => {
	const media = (...list: [string, string][]): JsonObject => ({
		model: WAN27,
		input: { prompt: 'x', media: list.map(([type, url]) => ({ type, url })) },
	});
	const sound = (bytes: Buffer): string => simulator.serveFile('sound', bytes, 'audio/wav');

	it('accept a driving audio of 2 to 30 seconds', async () => {
		const withAudio = (url: string): JsonObject =>
			media(['first_frame', frames.first], ['driving_audio', url], ['last_frame', frames.last]);
		await accepted(withAudio(sound(wave(3))));
		expect(await lateError(withAudio(sound(wave(1))))).toMatch(/^InvalidFile\.Duration: /);
		expect(await lateError(withAudio(sound(wave(31))))).toMatch(/^InvalidFile\.Duration: /);
		expect(await lateError(withAudio(frames.first))).toMatch(/^InvalidFile\.Format: /);
		expect(await lateError(withAudio(uris.first))).toMatch(/^InvalidURL: /);
	});

	it('accept a first clip and know its length', async () => {
		const bytes = await renderVideo({
			first: await picture(320, 240, 'red'),
			last: await picture(320, 240, 'blue'),
			size: { width: 320, height: 240 },
			seconds: 2,
			sound: false,
			watermark: false,
			encoder: WAN27_ENCODER,
		});
		const clip = simulator.serveFile('clip.mp4', bytes, 'video/mp4');
		const id = await accepted(media(['first_clip', clip], ['last_frame', frames.last]));
		expect(simulator.tasks.get(id)?.video.clipSeconds).toBe(2);
		const still = media(['first_clip', frames.first]);
		expect(await lateError(still)).toMatch(/^InvalidFile\.Format: /);
	});
});

async function withAlpha(): Promise<Buffer> {
	return sharp(await picture(400, 300, 'red'))
		.ensureAlpha(0.5)
		.png()
		.toBuffer();
}

/** The boxes of a HEIC file that name its kind and its images' sizes: a preview and a photo. */
function heic(
	size: { width: number; height: number } | undefined,
	major: string,
	compatible: readonly string[],
): Buffer {
	const box = (type: string, ...parts: Buffer[]): Buffer => {
		const content = Buffer.concat(parts);
		const header = Buffer.alloc(8);
		header.writeUInt32BE(8 + content.length);
		header.write(type, 4, 'latin1');
		return Buffer.concat([header, content]);
	};
	const numbers = (...values: number[]): Buffer => {
		const bytes = Buffer.alloc(4 * values.length);
		values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
		return bytes;
	};
	const sizes = size === undefined ? [] : [{ width: 160, height: 120 }, size];
	const properties = sizes.map(({ width, height }) => box('ispe', numbers(0, width, height)));
	return Buffer.concat([
		box('ftyp', Buffer.from(major), numbers(0), Buffer.from(compatible.join(''))),
		box('meta', numbers(0), box('iprp', box('ipco', ...properties))),
		box('mdat', Buffer.alloc(64)),
	]);
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
