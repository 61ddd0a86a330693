import { expect, it } from 'vitest';
import type { SampleTable } from '../../../nodes/WanKeyframeVideo/media/mp4/sampleTable.ts';
import { joinTimelines } from '../../../nodes/WanKeyframeVideo/media/mp4/videoTimeline.ts';

/** A clip by the steps between its frames' decoding times and by their offsets. */
function clip(timescale: number, steps: readonly number[], offsets: readonly number[] = []) {
	const times = new Float64Array(steps.length + 1);
	steps.forEach((step, index) => (times[index + 1] = (times[index] ?? 0) + step));
	const samples: SampleTable = {
		count: steps.length,
		sizes: new Uint32Array(steps.length),
		times,
		offsets: Int32Array.from(steps, (_, index) => offsets[index] ?? 0),
		keyFrames: undefined,
		chunks: [],
	};
	return { timescale, samples };
}

const steady = (frames: number, step: number): number[] =>
	Array.from({ length: frames }, () => step);

it("keeps the clips' own timescale where it is FFmpeg's for their frame rate", () => {
	const clips = [clip(15_360, steady(4, 512)), clip(15_360, steady(6, 512))];
	const { timescale, clipStarts, durations, offsets } = joinTimelines(clips);
	expect(timescale).toBe(15_360);
	expect(clipStarts).toEqual([0, 2048, 5120]);
	expect(durations.flat()).toEqual([10, 512]);
	expect(offsets.isAllZero).toBe(true);
});

it('finds a timescale in which the times of different frame rates are exact', () => {
	const clips = [
		clip(12_288, steady(2, 512)),
		clip(30_000, steady(3, 1001)),
		clip(1000, steady(2, 40)),
	];
	const { timescale, clipStarts } = joinTimelines(clips);
	expect(clipStarts).toEqual([
		0,
		(2 / 24) * timescale,
		(2 / 24 + 3003 / 30_000) * timescale,
		expect.closeTo((2 / 24 + 3003 / 30_000 + 0.08) * timescale, 6),
	]);
	expect(durations(clips)).toEqual([
		2,
		timescale / 24,
		3,
		(timescale * 1001) / 30_000,
		2,
		timescale / 25,
	]);
});

const durations = (clips: Parameters<typeof joinTimelines>[0]): number[] =>
	joinTimelines(clips).durations.flat();

it('rounds each time by itself, so that nothing drifts, where there is no common timescale', () => {
	const frames = 100_000;
	const clips = [clip(999_983, steady(frames, 41_666)), clip(1_000_003, steady(2, 40_001))];
	const { timescale, clipStarts } = joinTimelines(clips);
	expect(timescale).toBe(10_000_000);
	expect(clipStarts[1]).toBe(Math.round(((frames * 41_666) / 999_983) * timescale));
});

it('brings clips with and without B-frames to one base', () => {
	// Decoded I P B B, presented I B B P; then two frames that do not wait.
	const clips = [clip(30, [1, 1, 1, 1], [1, 3, 0, 0]), clip(30, [1, 1])];
	const { timescale, mediaTime, offsets, durations: steps } = joinTimelines(clips);
	const frame = timescale / 30;
	expect(mediaTime).toBe(frame);
	expect(steps.flat()).toEqual([6, frame]);
	expect(offsets.flat()).toEqual([1, frame, 1, 3 * frame, 2, 0, 2, frame]);
});

it('takes back an offset that all frames have', () => {
	const clips = [clip(24, steady(3, 1), [2, 2, 2]), clip(24, steady(3, 1), [5, 5, 5])];
	const { mediaTime, offsets } = joinTimelines(clips);
	expect(mediaTime).toBe(0);
	expect(offsets.isAllZero).toBe(true);
});

it('reads offsets below zero, as some writers have them for B-frames', () => {
	const clips = [clip(30, [1, 1, 1, 1], [0, 2, -1, -1])];
	const { timescale, mediaTime, offsets } = joinTimelines(clips);
	const frame = timescale / 30;
	expect(mediaTime).toBe(frame);
	expect(offsets.flat()).toEqual([1, frame, 1, 3 * frame, 2, 0]);
});

it("gives a last frame without duration its neighbor's", () => {
	const { timescale, clipStarts } = joinTimelines([clip(25, [1, 1, 0]), clip(25, [1])]);
	expect(clipStarts).toEqual([0, (3 / 25) * timescale, (4 / 25) * timescale]);
});

it('lets no two frames be decoded at one time, even where a damaged clip says so', () => {
	const { durations: steps } = joinTimelines([clip(10_000, [0, 0, 0]), clip(10_000, [0])]);
	expect(steps.flat().filter((_, index) => index % 2 === 1)).not.toContain(0);
});
