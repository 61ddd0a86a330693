import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { extractFrame, readVideo } from '../../video/video.mts';
import { startSimulator, videoSize, type Simulator, type TaskSeed } from '../index.mts';
import type { JsonObject } from '../json.mts';
import { readMp4, type Mp4Facts } from '../testing/mp4Facts.mts';
import { bodyFor, pngUri, TestClient, type FrameUrls } from '../testClient.mts';

let simulator: Simulator;
/** Draws as much as shows what is looked at: eleven slices need 176 lines. */
let small: Simulator;
let client: TestClient;

beforeAll(async () => {
	const options = {
		times: { pendingMs: 0, runningMs: 0 },
		limits: { createsPerSecond: 1000, queriesPerSecond: 1000 },
	};
	simulator = await startSimulator(options);
	small = await startSimulator({ ...options, maxPixels: 240 * 240 });
	client = new TestClient(simulator);
});

afterAll(async () => {
	await simulator.close();
	await small.close();
});

/** A picture with edges and colors, so that a wrong place or a wrong color shows. */
async function scene(width: number, height: number, color: string): Promise<Buffer> {
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
		<rect width="100%" height="100%" fill="${color}"/>
		<circle cx="30%" cy="40%" r="20%" fill="gold"/>
		<rect x="60%" y="60%" width="30%" height="30%" fill="black"/></svg>`;
	return sharp(Buffer.from(svg)).removeAlpha().png().toBuffer();
}

const FAMILIES = [
	'wan2.7-i2v',
	'wan2.6-i2v',
	'wan2.2-kf2v-flash',
	'wan3.0-video',
	'pixverse/pixverse-v6-kf2v',
	'kling/kling-v3-video-generation',
	'vidu/viduq3-pro_start-end2video',
	'MiniMax/MiniMax-H3',
	'happyhorse-1.0-i2v',
];

async function video(from: Simulator, body: JsonObject): Promise<Buffer> {
	return download(await new TestClient(from).createTask(body), from);
}

async function download(id: string, from = simulator, member = 'video_url'): Promise<Buffer> {
	const url = (await new TestClient(from).query(id)).at(`output.${member}`);
	const response = await fetch(String(url));
	expect(response.status).toBe(200);
	const bytes = Buffer.from(await response.arrayBuffer());
	expect(response.headers.get('content-length')).toBe(String(bytes.length));
	return bytes;
}

/** How far two pictures are apart on average, per color of a pixel, of 255. */
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
		const bytes = await video(simulator, bodyFor('wan2.7-i2v', frames, { parameters }));
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
				readVideo(await video(quick, bodyFor(model, frames, { parameters })));
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

	it.each(FAMILIES)('of %s begins and ends with exactly the right keyframes', async (model) => {
		const [first, last] = await Promise.all([scene(400, 400, 'teal'), scene(400, 400, 'maroon')]);
		const id = small.addTask({ model, first, last, seconds: 1 });
		const bytes = await download(id, small);
		const task = small.tasks.get(id);
		const frames = task && task.encoder.fps + task.encoder.extraFrames;
		expect((await readVideo(bytes)).frames).toBe(frames);
		expect(await difference(await extractFrame(bytes, 'first'), first)).toBeLessThan(2);
		expect(await difference(await extractFrame(bytes, 'last'), last)).toBeLessThan(2);
	});

	it('can be made without frames and without waiting', async () => {
		const id = simulator.addTask({ seconds: 1, resolution: '480P' });
		expect(await readVideo(await download(id))).toMatchObject({
			width: 832,
			height: 464,
			seconds: 1,
		});
	});

	it('ignores how EXIF says that a frame is to be turned', async () => {
		const upright = await scene(640, 320, 'teal');
		const turned = await sharp(upright).withMetadata({ orientation: 6 }).jpeg().toBuffer();
		const url = simulator.serveFile('turned.jpg', turned, 'image/jpeg');
		const id = await client.createTask(bodyFor('wan2.7-i2v', { first: url, last: url }));
		expect(simulator.tasks.get(id)?.video.size).toEqual(videoSize(2, 1920 * 1080));
	});
});

describe('the files of each family', () => {
	const HEADER_LAST = ['ftyp', 'free', 'mdat', 'moov'];
	const HEADER_FIRST = ['ftyp', 'moov', 'free', 'mdat'];
	const [MAIN, HIGH] = [77, 100];
	const [IDR, SPS, PPS] = [5, 7, 8];
	const structure = async (seed: TaskSeed): Promise<Mp4Facts> =>
		readMp4(await download(small.addTask({ sound: true, ...seed }), small));
	const aac = { kind: 'soun', codec: 'mp4a', mediaTime: 1024, hasRollGroups: true };

	it('wan2.7: header last, one key frame of 11 slices, sound 38 ms longer, a label', async () => {
		const id = simulator.addTask({ model: 'wan2.7-i2v', sound: true, resolution: '720P' });
		const facts = readMp4(await download(id));
		expect(facts).toMatchObject({ boxes: HEADER_LAST, movieTimescale: 1000 });
		expect(facts.header.at(-1)).toBe('udta');
		const [picture, sound] = facts.tracks;
		expect(picture).toMatchObject({
			codec: 'avc1',
			profile: HIGH,
			level: 31,
			timescale: 15_360,
			samples: 150,
			keyFrames: 1,
			offsets: { first: 1024 },
			mediaTime: 1024,
			hasColor: false,
		});
		expect(picture?.offsets?.runs).toBeGreaterThan(100);
		expect(picture?.firstSample.filter((type) => type === IDR)).toHaveLength(11);
		expect(sound).toMatchObject({ ...aac, timescale: 44_100, samples: 218, lastDuration: 992 });
		expect(JSON.parse(facts.label ?? '')).toMatchObject({ Label: '1' });
	});

	it('wan2.7: the labels of two clips differ, and nothing else does', async () => {
		const [one, other] = await Promise.all([
			download(small.addTask({ seconds: 1 }), small),
			download(small.addTask({ seconds: 1 }), small),
		]);
		const [left, right] = [readMp4(one).label ?? '', readMp4(other).label ?? ''];
		expect(left).not.toBe(right);
		expect(left).toHaveLength(right.length);
		expect(other.toString('latin1').replace(right, left)).toBe(one.toString('latin1'));
	});

	it('wan2.6: header first, 48 kHz', async () => {
		const facts = await structure({ model: 'wan2.6-i2v' });
		expect(facts.boxes).toEqual(HEADER_FIRST);
		expect(facts.tracks[1]).toMatchObject({ ...aac, timescale: 48_000, samples: 237 });
		expect(facts.label).toBeDefined();
	});

	it('wan2.2: 30 fps without a sound', async () => {
		const facts = await structure({ model: 'wan2.2-kf2v-flash', sound: false });
		expect(facts.tracks).toHaveLength(1);
		expect(facts.tracks[0]).toMatchObject({ timescale: 15_360, samples: 150 });
	});

	it('PixVerse: a frame more, several key frames with parameter sets, mono', async () => {
		const facts = await structure({ model: 'pixverse/pixverse-v6-kf2v' });
		expect(facts).toMatchObject({ boxes: HEADER_LAST, label: undefined });
		const [picture, sound] = facts.tracks;
		expect(picture).toMatchObject({ samples: 121, keyFrames: 3, hasColor: true, profile: HIGH });
		expect(picture?.firstSample).toEqual(expect.arrayContaining([SPS, PPS, IDR]));
		expect(sound).toMatchObject({ ...aac, timescale: 16_000 });
	});

	it('Kling: Main profile, no B-frames and yet an offset, silent by default', async () => {
		const facts = await structure({ model: 'kling/kling-v3-video-generation', sound: false });
		expect(facts).toMatchObject({ boxes: HEADER_FIRST, label: undefined });
		expect(facts.tracks).toEqual([
			expect.objectContaining({
				profile: MAIN,
				level: 50,
				timescale: 12_288,
				samples: 120,
				keyFrames: 1,
				offsets: { runs: 1, first: 2048 },
				mediaTime: 2048,
			}),
		]);
	});

	it('Vidu: HEVC in the full range, sound 7 ms shorter', async () => {
		const model = 'vidu/viduq3-pro_start-end2video';
		const bytes = await download(small.addTask({ model, sound: true }), small);
		expect((await readVideo(bytes)).codec).toBe('hevc');
		const facts = readMp4(bytes);
		expect(facts.boxes).toEqual(HEADER_FIRST);
		expect(facts.tracks).toMatchObject([
			{ codec: 'hvc1', samples: 121, keyFrames: 3 },
			{ ...aac, timescale: 48_000, samples: 237 },
		]);
		expect(facts.label).toBeDefined();
	});

	it('MiniMax: longer than asked for, stereo sound', async () => {
		const facts = await structure({ model: 'MiniMax/MiniMax-H3', seconds: 6 });
		expect(facts.boxes).toEqual(HEADER_LAST);
		expect(facts.tracks).toMatchObject([
			{ samples: 158, profile: HIGH, keyFrames: 1 },
			{ ...aac, timescale: 44_100 },
		]);
	});

	it('differ in what a test varies, for one task or for all', async () => {
		const varied = await startSimulator({
			maxPixels: 64 * 64,
			encoder: ({ video }) => (video.prompt === 'slow' ? { fps: 12, bFrames: 0 } : {}),
		});
		try {
			const tracksOf = async (seed: TaskSeed) =>
				readMp4(await download(varied.addTask({ seconds: 1, ...seed }), varied)).tracks;
			const [plain] = await tracksOf({ prompt: 'quick' });
			expect(plain).toMatchObject({ samples: 30 });
			expect(plain?.firstSample.filter((type) => type === IDR)).toHaveLength(3);
			const [slow] = await tracksOf({ prompt: 'slow' });
			expect(slow).toMatchObject({ samples: 12, offsets: undefined });
			const [own] = await tracksOf({
				prompt: 'slow',
				encoder: {
					profile: 'baseline',
					fps: 25,
					timescale: 90_000,
					keyFrameInterval: 1,
					sound: { sampleRate: 32_000, channels: 2, extraSeconds: 0 },
				},
			});
			expect(own).toMatchObject({ samples: 25, timescale: 90_000, profile: 66, keyFrames: 'all' });
		} finally {
			await varied.close();
		}
	});

	it('can be fragmented', async () => {
		const id = small.addTask({ seconds: 1, encoder: { fragmented: true } });
		const bytes = await download(id, small);
		expect(bytes.includes('moof')).toBe(true);
		expect((await readVideo(bytes)).frames).toBe(30);
	});

	it('have a mark in the corner of the second one where Kling makes two', async () => {
		const first = await scene(400, 400, 'teal');
		const model = 'kling/kling-v3-video-generation';
		const switches = { watermark: true };
		const id = small.addTask({ model, first, last: first, seconds: 1, switches });
		const marked = await extractFrame(await download(id, small, 'watermark_video_url'), 'first');
		const plain = await extractFrame(await download(id, small), 'first');
		const { width, height } = await sharp(plain).metadata();
		const corner = { left: width - 4, top: height - 4, width: 4, height: 4 };
		const brightness = async (picture: Buffer): Promise<number> =>
			(await sharp(await sharp(picture).extract(corner).toBuffer()).stats()).channels[0]?.mean ?? 0;
		expect(await difference(plain, first)).toBeLessThan(4);
		expect((await brightness(marked)) - (await brightness(plain))).toBeGreaterThan(100);
	});
});

describe('looking into a video', () => {
	it('throws where there is nothing to see', async () => {
		await expect(readVideo(Buffer.from('no video'))).rejects.toThrow();
		await expect(extractFrame(Buffer.alloc(100), 'first')).rejects.toThrow();
	});
});
