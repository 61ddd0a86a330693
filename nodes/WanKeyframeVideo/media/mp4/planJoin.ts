import { areSameSets } from './avc';
import { findMismatch } from './findMismatch';
import { fitSound, type FittedSound, type SoundClip } from './fitSound';
import { planLayout, type Piece, type SoundPlan } from './planLayout';
import type { Movie, SoundTrack, VideoTrack } from './movie';
import type { JoinResult } from './refusal';
import { joinTimelines, type VideoTimeline } from './videoTimeline';
import { writeHeader } from './writeHeader';

/** A film to be put together: the header, then the pieces one after another. */
export interface JoinPlan {
	readonly header: Buffer;
	readonly pieces: readonly Piece[];
	/** Size of the whole film. */
	readonly bytes: number;
	/** Length of the picture. */
	readonly seconds: number;
	readonly width: number;
	readonly height: number;
	readonly hasSound: boolean;
}

/**
 * Plans a film of one clip or more, in their order, from their headers alone. The pictures follow
 * each other without a gap, the sound is fitted to them, and every frame stays as it is. The first
 * clip that does not go with those before it is refused.
 */
export function planJoin(movies: readonly [Movie, ...Movie[]]): JoinResult<JoinPlan> {
	const refusal = findMismatch(movies);
	if (refusal !== undefined) return { ok: false, refusal };
	const [{ video: first }] = movies;
	const timeline = joinTimelines(movies.map(({ video }) => video));
	const sound = planSound(movies, timeline);
	const layout = planLayout(movies, sound, needSetsInBand(movies));
	const header = writeHeader({
		video: {
			track: first,
			entryBoxes: sharedEntryBoxes(movies),
			timeline,
			layout: layout.video,
			keyFrames: joinKeyFrames(movies),
		},
		sound: sound && { ...sound, layout: layout.sound },
		metadata: chooseMetadata(movies),
		mediaBytes: layout.bytes,
	});
	return {
		ok: true,
		value: {
			header,
			pieces: layout.pieces,
			bytes: header.length + layout.bytes,
			seconds: (timeline.clipStarts.at(-1) ?? 0) / timeline.timescale,
			width: first.size.width,
			height: first.size.height,
			hasSound: sound !== undefined,
		},
	};
}

/**
 * If clips differ, each of them brings its own sets, the first one too: a player that seeks
 * back into it has those of another clip in the decoder. A track with two descriptions would not
 * do: Chromium stops at the second (measured).
 */
function needSetsInBand(movies: readonly [Movie, ...Movie[]]): boolean {
	const [{ video: first }] = movies;
	return movies.some(({ video }) => !areSameSets(video.parameterSets, first.parameterSets));
}

interface PlannedSound extends SoundPlan, FittedSound {
	readonly track: SoundTrack;
	readonly clips: FittedSound['clips'];
}

/** Undefined if no clip has sound, or the film is too short for any. */
function planSound(movies: readonly Movie[], timeline: VideoTimeline): PlannedSound | undefined {
	const track = movies.find(({ sound }) => sound !== undefined)?.sound;
	if (track === undefined) return undefined;
	const { clipStarts, timescale } = timeline;
	const { sampleRate } = track.format;
	const samplesAt = (ticks = 0) => (ticks * sampleRate) / timescale;
	const clips = movies.map(
		({ video, sound }, clip): SoundClip => ({
			start: samplesAt(clipStarts[clip]),
			end: samplesAt(clipStarts[clip + 1]),
			frames: sound && soundTimes(sound, video),
		}),
	);
	const fitted = fitSound(clips);
	return fitted.heardSamples > 0 ? { track, format: track.format, ...fitted } : undefined;
}

/** When AAC frames begin, in sound samples from the moment that the first picture is presented. */
function soundTimes(sound: SoundTrack, video: VideoTrack): Float64Array {
	const delaySeconds = sound.startSeconds - firstPictureSeconds(video);
	const { times, count, offsets } = sound.samples;
	return times
		.subarray(0, count)
		.map(
			(time, frame) =>
				((time + (offsets[frame] ?? 0)) / sound.timescale + delaySeconds) * sound.format.sampleRate,
		);
}

function firstPictureSeconds({ samples, timescale, startSeconds }: VideoTrack): number {
	let first = Infinity;
	samples.offsets.forEach((offset, frame) => {
		first = Math.min(first, (samples.times[frame] ?? 0) + offset);
	});
	return startSeconds + first / timescale;
}

function joinKeyFrames(movies: readonly Movie[]): number[] | undefined {
	if (movies.every(({ video }) => video.samples.keyFrames === undefined)) return undefined;
	const keyFrames: number[] = [];
	let firstFrame = 0;
	for (const { video } of movies) {
		const { keyFrames: own, count } = video.samples;
		const frames = own ?? Uint32Array.from({ length: count }, (_, frame) => frame);
		for (const frame of frames) keyFrames.push(firstFrame + frame);
		firstFrame += count;
	}
	return keyFrames;
}

/** Holds the decoder's configuration; the first clip's stays whether or not the others have it. */
const CONFIGURATIONS = ['avcC', 'hvcC'];

/**
 * The first clip's boxes as far as they hold for all: where clips differ in color or bit rate,
 * players go by the frames themselves.
 */
function sharedEntryBoxes([first, ...others]: readonly [Movie, ...Movie[]]): Buffer[] {
	return first.video.entryBoxes
		.filter(
			({ type, bytes }) =>
				CONFIGURATIONS.includes(type) ||
				others.every(({ video }) => video.entryBoxes.some((box) => box.bytes.equals(bytes))),
		)
		.map(({ bytes }) => bytes);
}

/** The label of AI-made media that Chinese rules demand. */
const AI_LABEL = 'AIGC';

/** The first clip's, byte for byte; a later clip's if that one alone has the label. */
function chooseMetadata(movies: readonly [Movie, ...Movie[]]): Buffer {
	const labeled = movies.find(({ metadata }) => metadata.includes(AI_LABEL));
	return (labeled ?? movies[0]).metadata;
}
