/** Clips like those of hosted models, joined with their like. */
import { beforeAll, describe, expect, it } from 'vitest';
import { checkFilm } from './checkFilm.mts';
import { decodeVideo } from './decodeVideo.mts';
import { findBox, parseFile, trackOf } from './editBoxes.mts';
import { encodeClip } from './encodeClip.mts';
import { joinFiles } from './joinFiles.mts';
import { MODEL_CLIPS, MODEL_NAMES, modelClip, type ModelName } from './modelClips.mts';

/** The third is the first once more. */
const clipsOf = async (name: ModelName): Promise<[Buffer, Buffer, Buffer]> => [
	await modelClip(name, 1),
	await modelClip(name, 2),
	await modelClip(name, 1),
];

it.each(MODEL_NAMES)('joins three clips like those of %s', { timeout: 60_000 }, async (name) => {
	const clips = await clipsOf(name);
	const { gapSeconds, soundSeconds } = checkFilm(await joinFiles(clips), clips);
	const inMs = (seconds: number) => `${(seconds * 1000).toFixed(2)} ms`;
	console.log(`${name}: gap ${inMs(gapSeconds)}, sound off by ${inMs(soundSeconds)}`);
});

describe('three clips of wan2.7, whose sound is 38 ms longer than the picture', () => {
	let clips: [Buffer, Buffer, Buffer];
	let film: Buffer;

	beforeAll(async () => {
		clips = await clipsOf('wan2.7');
		film = await joinFiles(clips);
	});

	it('are like the files that the service gives', () => {
		const boxes = parseFile(clips[0]);
		expect(boxes.map(({ type }) => type)).toEqual(['ftyp', 'free', 'mdat', 'moov']);
		const video = trackOf(boxes, 'vide');
		expect(findBox(video, 'edts/elst').body.readUInt32BE(12)).toBe(1024);
		expect(findBox(video, 'mdia/minf/stbl/stss').body.readUInt32BE(4)).toBe(1);
		const sound = trackOf(boxes, 'soun');
		expect(findBox(sound, 'mdia/minf/stbl/stsz').body.readUInt32BE(8)).toBe(218);
		expect(findBox(sound, 'edts/elst').body.readUInt32BE(12)).toBe(1024);
		const steps = findBox(sound, 'mdia/minf/stbl/stts').body;
		expect([8, 12, 16, 20].map((at) => steps.readUInt32BE(at))).toEqual([217, 1024, 1, 992]);
	});

	it('become exactly 15 s, with a frame every thirtieth of a second', () => {
		const { frames, durationSeconds } = decodeVideo(film);
		expect(frames.map(({ seconds }) => seconds)).toEqual(
			Array.from({ length: 450 }, (_, frame) => expect.closeTo(frame / 30, 9)),
		);
		expect(durationSeconds).toBe(15);
	});

	it('have the header first, and one entry each where clips are alike', () => {
		const boxes = parseFile(film);
		expect(boxes.map(({ type }) => type)).toEqual(['ftyp', 'moov', 'mdat']);
		const tables = findBox(trackOf(boxes, 'vide'), 'mdia/minf/stbl').children ?? [];
		expect(findBox(tables, 'stts').body.readUInt32BE(4)).toBe(1);
		expect(findBox(tables, 'stsd').body.readUInt32BE(4)).toBe(1);
	});

	it("keep the first clip's metadata with its label byte for byte", () => {
		const [first] = clips;
		const label = findBox(parseFile(first), 'moov/udta').body;
		expect(label.includes('AIGC')).toBe(true);
		expect(findBox(parseFile(film), 'moov/udta').body).toEqual(label);
	});

	it('have no priming but at the very beginning', () => {
		const { sound } = decodeVideo(film);
		expect(sound?.packets[0]?.pts).toBe(-1024);
		const primings = clips.map((clip) => decodeVideo(clip).sound?.packets[0]?.hash);
		const places = sound?.packets.flatMap(({ hash }, at) => (primings.includes(hash) ? [at] : []));
		expect(places).toEqual([0]);
	});
});

describe('clips of different models', () => {
	it('join where they differ in nothing but parameter sets', { timeout: 60_000 }, async () => {
		const clips = [
			await modelClip('Hailuo', 1),
			await modelClip('Kling', 2),
			await modelClip('a low-cost model', 1),
			await modelClip('Hailuo', 2),
		];
		checkFilm(await joinFiles(clips), clips);
	});

	it('fill a silent clip beside clips with sound with silence', async () => {
		const clips = [
			await modelClip('Hailuo', 1),
			await modelClip('Veo', 1),
			await modelClip('Kling', 2),
			await modelClip('Veo', 2),
		];
		checkFilm(await joinFiles(clips), clips);
	});

	it('take the label of a later clip if the first has none', async () => {
		const { metadata } = MODEL_CLIPS['wan2.7'].clip;
		const labeled = await encodeClip({ ...MODEL_CLIPS.Hailuo.clip, seed: 3, metadata });
		const film = await joinFiles([await modelClip('Hailuo', 1), labeled]);
		expect(findBox(parseFile(film), 'moov/udta')).toMatchObject({
			body: findBox(parseFile(labeled), 'moov/udta').body,
		});
	});
});
