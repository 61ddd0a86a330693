import { beforeAll, describe, expect, it } from 'vitest';
import type { Movie } from '../../../nodes/WanKeyframeVideo/media/mp4/movie.ts';
import { planJoin, type JoinPlan } from '../../../nodes/WanKeyframeVideo/media/mp4/planJoin.ts';
import { readMovie } from '../../../nodes/WanKeyframeVideo/media/mp4/readMovie.ts';
import { scanFile } from '../../../nodes/WanKeyframeVideo/media/mp4/scanFile.ts';
import { repack } from './containers.mts';
import { findBox, parseFile, samplesOf, trackOf } from './editBoxes.mts';
import { encodeClip, SMALL_CLIP, type ClipRecipe } from './encodeClip.mts';
import { joinFiles, sourceOf } from './joinFiles.mts';

const RECIPE: ClipRecipe = { ...SMALL_CLIP, gop: 4 };

async function movieOf(file: Buffer): Promise<Movie> {
	return readMovie(await scanFile(sourceOf(file)), { removeSound: false });
}

function planOf(movies: readonly [Movie, ...Movie[]]): JoinPlan {
	const result = planJoin(movies);
	if (!result.ok) throw new Error(`Refused: ${result.refusal.kind}`);
	return result.value;
}

let movie: Movie;

beforeAll(async () => {
	movie = await movieOf(await encodeClip(RECIPE));
});

describe('a film of more than 4 GB', () => {
	/** The clip as if each of its frames were larger by a factor. */
	function enlarged(factor: number): Movie {
		const { samples } = movie.video;
		let position = 1000;
		const chunks = samples.chunks.map((chunk) => {
			const from = position;
			position += samples.sizes
				.subarray(chunk.firstSample, chunk.firstSample + chunk.samples)
				.reduce((sum, size) => sum + size * factor, 0);
			return { ...chunk, from };
		});
		const sizes = samples.sizes.map((size) => size * factor);
		return {
			...movie,
			sound: undefined,
			video: { ...movie.video, samples: { ...samples, sizes, chunks } },
		};
	}

	const clipBytes = (one: Movie) => one.video.samples.sizes.reduce((sum, size) => sum + size, 0);

	it('has 64-bit positions and a 64-bit size', () => {
		const large = enlarged(1_000_000);
		const clips = Math.ceil((5 * 2 ** 30) / clipBytes(large));
		const { header, bytes } = planOf([large, ...Array.from({ length: clips }, () => large)]);
		expect(bytes).toBeGreaterThan(2 ** 32);
		// The beginning of a box that is not there yet.
		const mdat = header.subarray(-16);
		expect([mdat.readUInt32BE(0), mdat.toString('latin1', 4, 8)]).toEqual([1, 'mdat']);
		expect(Number(mdat.readBigUInt64BE(8))).toBe(16 + bytes - header.length);
		const { body } = findBox(
			trackOf(parseFile(header.subarray(0, -16)), 'vide'),
			'mdia/minf/stbl/co64',
		);
		const last = Number(body.readBigUInt64BE(body.length - 8));
		expect(Number(body.readBigUInt64BE(8))).toBe(header.length);
		expect(last).toBeGreaterThan(2 ** 32);
		expect(last).toBeLessThan(bytes);
	});

	it('has 32-bit positions as long as they do', () => {
		const large = enlarged(1000);
		const clips = Math.floor((2 ** 32 - 2 ** 20) / clipBytes(large));
		const { header, bytes } = planOf([large, ...Array.from({ length: clips - 1 }, () => large)]);
		expect(bytes).toBeLessThan(2 ** 32);
		expect(bytes).toBeGreaterThan(2 ** 32 - 2 ** 24);
		expect(header.readUInt32BE(header.length - 8)).toBe(8 + bytes - header.length);
		expect(header.includes('stco')).toBe(true);
	});
});

describe('what is copied', () => {
	it('is each clip once, forward, and nothing that is not used', async () => {
		const files = [
			await encodeClip(RECIPE),
			repack(await encodeClip({ ...RECIPE, seed: 2 }), { chunkLengths: [1, 3, 2] }),
		];
		const [one, two] = await Promise.all(files.map(movieOf));
		if (one === undefined || two === undefined) throw new Error('There are two clips');
		const { pieces, bytes, header } = planOf([one, two]);
		let previous = { clip: 0, to: 0 };
		let copied = 0;
		for (const piece of pieces) {
			if (piece.kind === 'bytes') continue;
			expect(piece.clip).toBeGreaterThanOrEqual(previous.clip);
			if (piece.clip === previous.clip) expect(piece.from).toBeGreaterThan(previous.to);
			expect(piece.to).toBeGreaterThan(piece.from);
			copied += piece.to - piece.from;
			previous = piece;
		}
		expect(copied).toBe(bytes - header.length);
		expect(copied).toBeLessThan(files.reduce((sum, file) => sum + file.length, 0));
	});

	it('is one piece where a clip is used as it is', () => {
		const silent = { ...movie, sound: undefined };
		const { pieces } = planOf([silent]);
		const soundless = movie.sound === undefined ? 1 : movie.video.samples.chunks.length;
		expect(pieces.length).toBeLessThanOrEqual(soundless);
	});
});

describe('parameter sets', () => {
	const setsOf = (one: Movie) => one.video.parameterSets.sets;
	const other: ClipRecipe = { ...RECIPE, seed: 3, encoderParams: 'cabac=1' };

	/** The types of the NAL units of a frame. */
	function unitTypes(frame: Buffer): number[] {
		const types: number[] = [];
		for (let at = 0; at < frame.length; at += 4 + frame.readUInt32BE(at)) {
			types.push(frame.readUInt8(at + 4) & 0b11111);
		}
		return types;
	}

	const SPS = 7;
	const PPS = 8;

	it('are left out of frames where all clips have the same', async () => {
		const files = [await encodeClip(RECIPE), await encodeClip({ ...RECIPE, seed: 2 })];
		const film = await joinFiles(files);
		const frames = samplesOf(trackOf(parseFile(film), 'vide'), film);
		const types = frames.flatMap(unitTypes);
		expect([types.includes(SPS), types.includes(PPS)]).toEqual([false, false]);
	});

	it('stand in front of each key frame of all clips where one clip has others', async () => {
		const files = [
			await encodeClip(RECIPE),
			await encodeClip(other),
			await encodeClip({ ...RECIPE, seed: 4 }),
		];
		const film = await joinFiles(files);
		const boxes = parseFile(film);
		const video = trackOf(boxes, 'vide');
		const keyFrames = findBox(video, 'mdia/minf/stbl/stss').body;
		const frames = samplesOf(video, film);
		const withSets = frames.flatMap((frame, index) =>
			unitTypes(frame)[0] === SPS && unitTypes(frame)[1] === PPS ? [index + 1] : [],
		);
		expect(withSets).toHaveLength(9);
		expect(withSets.map((_, index) => keyFrames.readUInt32BE(8 + 4 * index))).toEqual(withSets);
		const setsInFront = withSets.map((number) => {
			const frame = frames[number - 1] ?? Buffer.alloc(0);
			return frame.subarray(4, 4 + frame.readUInt32BE(0));
		});
		const movies = await Promise.all(files.map(movieOf));
		expect(setsInFront).toEqual(
			movies.flatMap((one) => [setsOf(one)[0], setsOf(one)[0], setsOf(one)[0]]),
		);
	});
});

describe('the film', () => {
	it('tells its length and size', () => {
		expect(planOf([movie, movie])).toMatchObject({
			seconds: 1,
			width: 64,
			height: 48,
			hasSound: true,
		});
	});

	it('names no key frames where all frames of all clips are', async () => {
		const all = await movieOf(
			repack(await encodeClip({ ...RECIPE, gop: 1 }), { withoutKeyFrameList: true }),
		);
		expect(planOf([all, all]).header.includes('stss')).toBe(false);
		expect(planOf([all, movie]).header.includes('stss')).toBe(true);
	});

	it('keeps what describes the color where all clips agree on it', async () => {
		const [colored, plain] = await Promise.all(
			[true, false].map(async (bt709) => await movieOf(await encodeClip({ ...RECIPE, bt709 }))),
		);
		if (colored === undefined || plain === undefined) throw new Error('There are two clips');
		expect(planOf([colored, colored]).header.includes('colr')).toBe(true);
		expect(planOf([colored, plain]).header.includes('colr')).toBe(false);
		expect(planOf([plain, colored]).header.includes('colr')).toBe(false);
	});
});
