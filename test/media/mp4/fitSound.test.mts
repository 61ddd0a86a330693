import { expect, it } from 'vitest';
import {
	fitSound,
	type SoundClip,
	type SoundRun,
} from '../../../nodes/WanKeyframeVideo/media/mp4/fitSound.ts';

const FRAME = 1024;

/** Clips one after another, each so many samples long, with frames from a time on. */
function clipsOf(
	...clips: readonly { length: number; firstFrame?: number; frames?: number }[]
): SoundClip[] {
	let start = 0;
	return clips.map(({ length, firstFrame = -FRAME, frames }) => {
		const clip = {
			start,
			end: start + length,
			frames:
				frames === undefined
					? undefined
					: Float64Array.from({ length: frames }, (_, index) => firstFrame + index * FRAME),
		};
		start += length;
		return clip;
	});
}

const silence = (count: number): SoundRun => ({ firstFrame: 'silence', count });
const from = (firstFrame: number, count: number): SoundRun => ({ firstFrame, count });

it('drops what is longer than the picture, and the priming of all clips but the first', () => {
	const length = 10 * FRAME;
	const { clips, primingSamples } = fitSound(
		clipsOf({ length, frames: 13 }, { length, frames: 13 }, { length, frames: 13 }),
	);
	expect(primingSamples).toBe(FRAME);
	expect(clips).toEqual([[from(0, 11)], [from(1, 10)], [from(1, 10)]]);
});

it('keeps the end of the sound within half a frame of the end of each picture', () => {
	// Each picture is 0.4 frames longer than ten: after the second one there is room for one more.
	const length = 10.4 * FRAME;
	const row = clipsOf({ length, frames: 14 }, { length, frames: 14 }, { length, frames: 14 });
	const counts = fitSound(row).clips.map((runs) => runs.reduce((sum, run) => sum + run.count, 0));
	expect(counts).toEqual([11, 11, 10]);
});

it('fills a sound that ends early with silence', () => {
	const { clips } = fitSound(clipsOf({ length: 10 * FRAME, frames: 8 }));
	expect(clips).toEqual([[from(0, 8), silence(3)]]);
});

it('fills a silent clip between clips with sound', () => {
	const length = 4 * FRAME;
	const { clips } = fitSound(clipsOf({ length, frames: 6 }, { length }, { length, frames: 6 }));
	expect(clips).toEqual([[from(0, 5)], [silence(4)], [from(1, 4)]]);
});

it('needs no priming where the first clip is silent', () => {
	const length = 4 * FRAME;
	const { clips, primingSamples } = fitSound(clipsOf({ length }, { length, frames: 6 }));
	expect(primingSamples).toBe(0);
	expect(clips).toEqual([[silence(4)], [from(1, 4)]]);
});

it('keeps two frames of priming, and drops what the edit list cuts off before them', () => {
	const length = 4 * FRAME;
	const two = fitSound(clipsOf({ length, frames: 9, firstFrame: -2 * FRAME }));
	expect(two).toMatchObject({ primingSamples: 2 * FRAME, clips: [[from(0, 6)]] });
	const five = fitSound(clipsOf({ length, frames: 12, firstFrame: -5 * FRAME - 100 }));
	expect(five).toMatchObject({ primingSamples: FRAME + 100, clips: [[from(4, 5)]] });
});

it('begins a sound that comes late to the sample', () => {
	const { clips, primingSamples } = fitSound(
		clipsOf({ length: 10 * FRAME, frames: 20, firstFrame: 2.5 * FRAME }),
	);
	expect(primingSamples).toBe(FRAME / 2);
	expect(clips).toEqual([[silence(3), from(0, 8)]]);
});

it('fills a hole in the sound, and goes on in time behind it', () => {
	const [clip] = clipsOf({ length: 10 * FRAME, frames: 0 });
	const times = [-1, 0, 1, 4, 5, 6, 7, 8, 9].map((frame) => frame * FRAME);
	const { clips } = fitSound([
		{ ...clip, start: 0, end: 10 * FRAME, frames: Float64Array.from(times) },
	]);
	expect(clips).toEqual([[from(0, 3), silence(2), from(3, 6)]]);
});

it('keeps frames together whose times are rounded to milliseconds', () => {
	const rate = 44_100;
	const rounded = (time: number) => (Math.round((time / rate) * 1000) / 1000) * rate;
	// Half a frame off, where rounding would tip each of them to one side or the other.
	const length = 100.5 * FRAME;
	const [one, two] = clipsOf({ length, frames: 103 }, { length, frames: 103 });
	if (one === undefined || two === undefined) throw new Error('There are two clips');
	const { clips } = fitSound([one, { ...two, frames: two.frames?.map(rounded) }]);
	expect(clips[1]).toHaveLength(1);
});

it('cuts the last frame to the end of the picture', () => {
	const { lastFrameSamples, heardSamples } = fitSound(
		clipsOf({ length: 9.75 * FRAME, frames: 14 }),
	);
	expect(lastFrameSamples).toBe(0.75 * FRAME);
	expect(heardSamples).toBe(9.75 * FRAME);
});

it('leaves the last frame whole where the picture is a little longer', () => {
	const { lastFrameSamples, heardSamples } = fitSound(
		clipsOf({ length: 9.25 * FRAME, frames: 14 }),
	);
	expect(lastFrameSamples).toBe(FRAME);
	expect(heardSamples).toBe(9 * FRAME);
});

it('hears nothing in a film that is shorter than half a frame', () => {
	expect(fitSound(clipsOf({ length: 400, frames: 2 })).heardSamples).toBe(0);
});
