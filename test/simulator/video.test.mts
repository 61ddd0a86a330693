import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { extractFrame, readVideo } from '../video/video.mts';
import { startSimulator, videoSize, type Simulator } from './index.mts';
import type { JsonObject } from './json.mts';
import { bodyFor, pngUri, TestClient, type FrameUrls } from './testClient.mts';

let simulator: Simulator;
let client: TestClient;

beforeAll(async () => {
	simulator = await startSimulator({
		times: { pendingMs: 0, runningMs: 0 },
		limits: { createsPerSecond: 1000, queriesPerSecond: 1000 },
	});
	client = new TestClient(simulator);
});

afterAll(async () => simulator.close());

/** A picture with edges and colours, so that a wrong place or a wrong colour shows. */
async function scene(width: number, height: number, colour: string): Promise<Buffer> {
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
		<rect width="100%" height="100%" fill="${colour}"/>
		<circle cx="30%" cy="40%" r="20%" fill="gold"/>
		<rect x="60%" y="60%" width="30%" height="30%" fill="black"/></svg>`;
	return sharp(Buffer.from(svg)).removeAlpha().png().toBuffer();
}

async function video(from: TestClient, body: JsonObject): Promise<Buffer> {
	const id = await from.createTask(body);
	const url = (await from.query(id)).at('output.video_url');
	const response = await fetch(String(url));
	expect(response.status).toBe(200);
	const bytes = Buffer.from(await response.arrayBuffer());
	expect(response.headers.get('content-length')).toBe(String(bytes.length));
	return bytes;
}

/** How far two pictures are apart on average, per colour of a pixel, of 255. */
async function difference(one: Buffer, other: Buffer): Promise<number> {
	const { width, height } = await sharp(one).metadata();
	const pixels = (bytes: Buffer): Promise<Buffer> =>
		sharp(bytes).resize(width, height, { fit: 'cover' }).removeAlpha().raw().toBuffer();
	const [left, right] = await Promise.all([pixels(one), pixels(other)]);
	const sum = left.reduce(
		(total, value, index) => total + Math.abs(value - (right[index] ?? 0)),
		0,
	);
	return sum / left.length;
}

describe('the size of a video', () => {
	it.each([
		[750 / 1000, 921_600, 816, 1104],
		[16 / 9, 921_600, 1280, 720],
		[1, 921_600, 960, 960],
		[16 / 9, 2_073_600, 1920, 1072],
		[8, 921_600, 2704, 336],
	])('of ratio %d with %i pixels is %i×%i', (ratio, pixels, width, height) => {
		expect(videoSize(ratio, pixels)).toEqual({ width, height });
	});
});

describe('a video', () => {
	it('begins with the first frame and ends with the last, at 720P, with sound', async () => {
		const [first, last] = await Promise.all([
			scene(750, 1000, 'firebrick'),
			scene(600, 800, 'navy'),
		]);
		const frames: FrameUrls = { first: pngUri(first), last: pngUri(last) };
		const parameters = { resolution: '720P', duration: 2 };
		const bytes = await video(client, bodyFor('wan2.7-i2v', frames, { parameters }));
		expect(await readVideo(bytes)).toEqual({
			width: 816,
			height: 1104,
			seconds: 2,
			fps: 30,
			codec: 'h264',
			frames: 60,
			hasAudio: true,
		});
		expect(await difference(await extractFrame(bytes, 'first'), first)).toBeLessThan(4);
		expect(await difference(await extractFrame(bytes, 'last'), last)).toBeLessThan(4);
		expect(await difference(await extractFrame(bytes, 1), first)).toBeGreaterThan(10);
	});

	it('has the length, the rate and the sound of its model', async () => {
		const quick = await startSimulator({
			times: { pendingMs: 0, runningMs: 0 },
			maxPixels: 128 * 128,
		});
		try {
			const bytes = await scene(400, 400, 'teal');
			const url = quick.serveFile('frame.png', bytes, 'image/png');
			const frames = { first: url, last: url };
			const facts = async (model: string, parameters: JsonObject): Promise<unknown> =>
				readVideo(await video(new TestClient(quick), bodyFor(model, frames, { parameters })));
			const square = { width: 128, height: 128, codec: 'h264' };
			expect(await facts('wan2.2-kf2v-flash', {})).toMatchObject({
				...square,
				seconds: 5,
				fps: 30,
				hasAudio: false,
			});
			expect(await facts('wan3.0-video', { duration: 3 })).toMatchObject({
				...square,
				seconds: 3,
				hasAudio: true,
			});
			expect(await facts('kling/kling-v3-video-generation', { duration: 3 })).toMatchObject({
				...square,
				seconds: 3,
				fps: 24,
				hasAudio: false,
			});
			expect(await facts('wan2.6-i2v', { duration: 2 })).toMatchObject({ ...square, seconds: 2 });
		} finally {
			await quick.close();
		}
	});

	it('can be asked for without frames and without waiting', async () => {
		const id = simulator.addTask({ seconds: 1, resolution: '480P' });
		const url = (await client.query(id)).at('output.video_url');
		const bytes = Buffer.from(await (await fetch(String(url))).arrayBuffer());
		expect(await readVideo(bytes)).toMatchObject({ width: 832, height: 464, seconds: 1 });
	});

	it('ignores how EXIF says that a frame is to be turned', async () => {
		const upright = await scene(640, 320, 'teal');
		const turned = await sharp(upright).withMetadata({ orientation: 6 }).jpeg().toBuffer();
		const url = simulator.serveFile('turned.jpg', turned, 'image/jpeg');
		const id = await client.createTask(bodyFor('wan2.7-i2v', { first: url, last: url }));
		expect(simulator.tasks.get(id)?.video.size).toEqual(videoSize(2, 1920 * 1080));
	});
});

describe('looking into a video', () => {
	it('says when there is nothing to see', async () => {
		await expect(readVideo(Buffer.from('no video'))).rejects.toThrow();
		await expect(extractFrame(Buffer.alloc(100), 'first')).rejects.toThrow();
	});
});
