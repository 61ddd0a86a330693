/** Damaged files beside a good one: each is refused, or joined to a film that can be read again. */
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { readMovie } from '../../../nodes/WanKeyframeVideo/media/mp4/readMovie.ts';
import type { JoinRefusal } from '../../../nodes/WanKeyframeVideo/media/mp4/refusal.ts';
import { scanFile } from '../../../nodes/WanKeyframeVideo/media/mp4/scanFile.ts';
import { repetitions } from '../../depth.mts';
import { printSeed, seed } from '../../seed.mts';
import { repack } from './containers.mts';
import { parseFile, samplesOf, trackOf } from './editBoxes.mts';
import { encodeClip, SMALL_CLIP, type ClipRecipe } from './encodeClip.mts';
import { collect, join, sourceOf } from './joinFiles.mts';
import { mutate, mutations, type Mutation } from './mutations.mts';

const FILES = repetitions(10_000);

const MAX_RISE_BYTES = 64 * 2 ** 20;

printSeed('mutated files');

const RECIPE: ClipRecipe = {
	...SMALL_CLIP,
	frames: 9,
	gop: 4,
	sound: { sampleRate: 48_000, channels: 2, seconds: 0.4 },
};

let good: Buffer;
let goodFrames: Buffer[];
let originals: readonly [Buffer, Buffer, Buffer, Buffer];

beforeAll(async () => {
	const { sound: _, ...silent } = RECIPE;
	good = await encodeClip(RECIPE);
	goodFrames = framesOf(good);
	originals = [
		await encodeClip({ ...RECIPE, seed: 2 }),
		repack(await encodeClip({ ...RECIPE, seed: 3 }), { headerFirst: true, chunkLengths: [1, 2] }),
		repack(await encodeClip({ ...RECIPE, seed: 4, encoderParams: 'cabac=1' }), {
			isWide: true,
			extraBoxes: true,
			delayed: true,
		}),
		await encodeClip({ ...silent, seed: 5 }),
	];
});

const framesOf = (file: Buffer): Buffer[] => samplesOf(trackOf(parseFile(file), 'vide'), file);

interface MutatedClip {
	readonly original: number;
	readonly mutations: readonly Mutation[];
	readonly isFirst: boolean;
	readonly removeSound: boolean;
}

const mutatedClip: fc.Arbitrary<MutatedClip> = fc.record({
	original: fc.integer({ min: 0, max: 3 }),
	mutations,
	isFirst: fc.boolean(),
	removeSound: fc.integer({ min: 0, max: 5 }).map((value) => value === 0),
});

const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;

it(
	`refuses or joins each of ${FILES} mutated files, within 64 MB`,
	{ timeout: 180_000 },
	async () => {
		const outcomes = new Map<JoinRefusal['kind'] | 'joined', number>();
		let mostBytes = 0;
		await fc.assert(
			fc.asyncProperty(mutatedClip, async ({ original, isFirst, removeSound, ...one }) => {
				const damaged = mutate(originals[original] ?? originals[0], one.mutations);
				const files = isFirst ? [damaged, good] : [good, damaged];
				const before = peakBytes();
				const result = await join(files, { removeSound });
				const film = result.ok ? await collect(result.value) : undefined;
				mostBytes = Math.max(mostBytes, peakBytes() - before);
				expect(mostBytes).toBeLessThan(MAX_RISE_BYTES);
				const outcome = result.ok ? 'joined' : result.refusal.kind;
				outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
				if (film !== undefined) await checkMutated(film, isFirst);
			}),
			{ seed, numRuns: FILES, endOnFailure: true },
		);
		const mb = Math.round(mostBytes / 2 ** 20);
		console.log(`Mutated files (${mb} MB at most):`, Object.fromEntries(outcomes));
		expect(outcomes.size).toBeGreaterThan(8);
	},
);

/** A film of whatever there was can be read again, and has the good clip's frames. */
async function checkMutated(film: Buffer, isFirst: boolean): Promise<void> {
	const { video } = readMovie(await scanFile(sourceOf(film)), { removeSound: false });
	const { times, count } = video.samples;
	expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
	expect(count).toBeGreaterThan(goodFrames.length);
	const frames = framesOf(film);
	const kept = isFirst ? frames.slice(-goodFrames.length) : frames.slice(0, goodFrames.length);
	// Parameter sets may stand in front.
	const ends = kept.map((frame, index) => frame.subarray(-(goodFrames[index]?.length ?? 0)));
	expect(Buffer.concat(ends).equals(Buffer.concat(goodFrames))).toBe(true);
}
