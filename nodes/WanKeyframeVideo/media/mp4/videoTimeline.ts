import type { VideoTrack } from './movie';
import { RunLengths } from './runLengths';
import type { SampleTable } from './sampleTable';

type TimedTrack = Pick<VideoTrack, 'samples' | 'timescale'>;

/** When each frame of the film is decoded and presented, in ticks of one timescale. */
export interface VideoTimeline {
	readonly timescale: number;
	/** When each clip's first frame is presented, and at the end the film's length. */
	readonly clipStarts: readonly number[];
	/** What presentation lags behind decoding, so that frames can be put in order. */
	readonly mediaTime: number;
	/** Steps from one decoding time to the next. */
	readonly durations: RunLengths;
	/** From decoding to presentation, none negative. */
	readonly offsets: RunLengths;
}

/** As FFmpeg writes it: finer than needed, since some players round times to ticks. */
const MIN_TIMESCALE = 10_000;

/**
 * Above this, times are rounded to 0.1 µs. With frames of 60 s at most, each number of the film fits
 * into 32 bits.
 */
const MAX_TIMESCALE = 10_000_000;

/**
 * Puts the frames of clips one after another: each clip's first frame is presented when the last
 * one before it has stood for its duration. Times are exact, whatever the clips' timescales are, and
 * rounded one by one, so that nothing drifts, where no common timescale exists.
 */
export function joinTimelines(videos: readonly TimedTrack[]): VideoTimeline {
	const timescale = commonTimescale(videos.map(reducedTimescale));
	const clips = videos.map((video) => clipTimes(video, timescale));
	const mediaTime = Math.max(...clips.map(({ reorderDelay }) => reorderDelay));
	const durations = new RunLengths();
	const offsets = new RunLengths();
	const clipStarts = [0];
	let clipStart = 0;
	for (const { decoded, presented, length } of clips) {
		decoded.forEach((time, frame) => {
			durations.add((decoded[frame + 1] ?? length) - time);
			offsets.add((presented[frame] ?? 0) + mediaTime - time);
		});
		clipStart += length;
		clipStarts.push(clipStart);
	}
	return { timescale, clipStarts, mediaTime, durations, offsets };
}

interface ClipTimes {
	/** From the clip's beginning, by decoding order. */
	readonly decoded: Float64Array;
	readonly presented: Float64Array;
	readonly length: number;
	/** The least lag by which no frame is presented before it is decoded. */
	readonly reorderDelay: number;
}

/**
 * Frames are decoded at the times at which frames are presented, in their own order. So clips meet
 * without a gap, whatever lag and last step their own decoding times have.
 */
function clipTimes({ samples, timescale }: TimedTrack, filmTimescale: number): ClipTimes {
	const toFilm = (ticks: number) => Math.round((ticks * filmTimescale) / timescale);
	const ticks = presentationTimes(samples);
	const firstTicks = ticks.reduce((least, time) => Math.min(least, time), Infinity);
	const presented = ticks.map((time) => toFilm(time - firstTicks));
	const decoded = presented.slice().sort();
	// Only a damaged clip has two frames at one time.
	for (let frame = 1; frame < decoded.length; frame += 1) {
		decoded[frame] = Math.max(decoded[frame] ?? 0, (decoded[frame - 1] ?? 0) + 1);
	}
	let reorderDelay = 0;
	let length = (decoded.at(-1) ?? 0) + 1;
	presented.forEach((time, frame) => {
		reorderDelay = Math.max(reorderDelay, (decoded[frame] ?? 0) - time);
		const end = (ticks[frame] ?? 0) + frameTicks(samples, frame) - firstTicks;
		length = Math.max(length, toFilm(end));
	});
	return { decoded, presented, length, reorderDelay };
}

function presentationTimes({ times, offsets, count }: SampleTable): Float64Array {
	return times.subarray(0, count).map((time, frame) => time + (offsets[frame] ?? 0));
}

/** Some writers give the last frame no duration, since nothing follows; it gets its neighbor's. */
function frameTicks({ times, count }: SampleTable, frame: number): number {
	const ticks = (at: number) => (times[at + 1] ?? 0) - (times[at] ?? 0);
	return frame === count - 1 && frame > 0 && ticks(frame) === 0 ? ticks(frame - 1) : ticks(frame);
}

/** The coarsest timescale in which a clip's times are whole numbers. */
function reducedTimescale({ samples, timescale }: TimedTrack): number {
	let divisor = timescale;
	const presented = presentationTimes(samples);
	presented.forEach((time, frame) => {
		divisor = greatestCommonDivisor(divisor, frameTicks(samples, frame));
		divisor = greatestCommonDivisor(divisor, time - (presented[0] ?? 0));
	});
	return timescale / divisor;
}

function commonTimescale(timescales: readonly number[]): number {
	let common = timescales.reduce(leastCommonMultiple, 1);
	while (common < MIN_TIMESCALE) common *= 2;
	return common;
}

/** The largest timescale where there is none below it. */
function leastCommonMultiple(one: number, other: number): number {
	return Math.min(MAX_TIMESCALE, (one / greatestCommonDivisor(one, other)) * other);
}

function greatestCommonDivisor(one: number, other: number): number {
	let [larger, smaller] = [Math.abs(one), Math.abs(other)];
	while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
	return larger;
}
