/** What is heard of a film's sound. */
import { expect, it } from 'vitest';
import { silentFrame } from '../../../nodes/WanKeyframeVideo/media/mp4/aac.ts';
import { decodeSound } from './decodeVideo.mts';
import { encodeClip, type ClipRecipe } from './encodeClip.mts';
import { joinFiles } from './joinFiles.mts';

const SILENT: Omit<ClipRecipe, 'seed'> = {
	codec: 'h264',
	width: 64,
	height: 48,
	frames: 12,
	fps: [24, 1],
	bFrames: 0,
	gop: 12,
};

const CHANNELS = [1, 2] as const;

const withSound = (channels: 1 | 2): Omit<ClipRecipe, 'seed'> => ({
	...SILENT,
	sound: { sampleRate: 48_000, channels, seconds: 0.55 },
});

const bytesOf = (channels: 1 | 2): number => silentFrame({ sampleRate: 48_000, channels }).length;

it('has 6 bytes for a frame of silence in mono, and 9 in stereo', () => {
	expect(CHANNELS.map(bytesOf)).toEqual([6, 9]);
});

it.each(CHANNELS)('is silent in a silent clip, with %i channel(s)', async (channels) => {
	const clips = [
		await encodeClip({ ...SILENT, seed: 1 }),
		await encodeClip({ ...withSound(channels), seed: 2 }),
	];
	const parts = decodeSound(await joinFiles(clips));
	const isSilent = (part: Buffer) => part.every((byte) => byte === 0);
	// 0.5 s are 23.4 frames.
	expect(parts.slice(0, 23).every(isSilent)).toBe(true);
	expect(parts.slice(23, 46).some(isSilent)).toBe(false);
});

it.each(CHANNELS)(
	'is, behind a seam, what the clip alone has, with %i channel(s)',
	async (channels) => {
		const [one, two] = [
			await encodeClip({ ...withSound(channels), seed: 1 }),
			await encodeClip({ ...withSound(channels), seed: 2 }),
		];
		const film = decodeSound(await joinFiles([one, two]));
		const alone = decodeSound(two);
		// The first frame behind the seam overlaps with what was before it; then there is room for 22.
		const expected = alone.slice(1, 22);
		const at = film.findIndex((part) => expected[0]?.equals(part));
		expect(at).toBeGreaterThanOrEqual(23);
		expect(at).toBeLessThanOrEqual(25);
		expect(film.slice(at, at + expected.length)).toEqual(expected);
	},
);
