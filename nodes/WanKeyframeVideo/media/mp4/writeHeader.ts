/** Writes the header of a film: `ftyp`, `moov`, and the beginning of `mdat`. */
import { AAC_FRAME_SAMPLES } from './aac';
import { BOX_HEADER_BYTES, LARGE_BOX_HEADER_BYTES } from './boxes';
import type { TrackLayout } from './planLayout';
import type { SoundTrack, VideoTrack } from './movie';
import { RunLengths } from './runLengths';
import type { VideoTimeline } from './videoTimeline';
import { box, fullBox, u16, u32, u32s, u64s } from './writeBoxes';

export interface FilmVideo {
	/** The clip whose sizes and sample entry hold for the film. */
	readonly track: VideoTrack;
	/** The boxes of the film's sample entry. */
	readonly entryBoxes: readonly Buffer[];
	readonly timeline: VideoTimeline;
	readonly layout: TrackLayout;
	/** Undefined if all frames are key frames. */
	readonly keyFrames: readonly number[] | undefined;
}

export interface FilmSound {
	/** The clip whose description holds for the film. */
	readonly track: SoundTrack;
	readonly primingSamples: number;
	readonly lastFrameSamples: number;
	readonly heardSamples: number;
	readonly layout: TrackLayout;
}

export interface Film {
	readonly video: FilmVideo;
	readonly sound: FilmSound | undefined;
	/** `udta` and `meta` boxes as they are. */
	readonly metadata: Buffer;
	/** Bytes of frames and sound. */
	readonly mediaBytes: number;
}

/** Ticks a second of times that concern all tracks. */
const MOVIE_TIMESCALE = 1000;

const UINT32_MAX = 2 ** 32 - 1;

const VIDEO_TRACK_ID = 1;
const SOUND_TRACK_ID = 2;

const UNITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** The film's header; what follows it is the media data alone, so that it plays while it loads. */
export function writeHeader(film: Film): Buffer {
	const start = fileType(film.video.track);
	// Positions depend on the header's length, which does not depend on them.
	const headerBytes = (isLarge: boolean): number =>
		start.length +
		movieBox(film, isLarge, undefined).length +
		(isLarge ? LARGE_BOX_HEADER_BYTES : BOX_HEADER_BYTES);
	const narrowBytes = headerBytes(false);
	const isLarge = narrowBytes + film.mediaBytes > UINT32_MAX;
	return Buffer.concat([
		start,
		movieBox(film, isLarge, isLarge ? headerBytes(true) : narrowBytes),
		mediaDataHeader(film.mediaBytes, isLarge),
	]);
}

function fileType({ codec }: VideoTrack): Buffer {
	const brands = codec === 'H.264' ? 'isomiso2avc1mp41' : 'isomiso2mp41';
	return box('ftyp', Buffer.from('isom'), u32(0x200), Buffer.from(brands));
}

function mediaDataHeader(bytes: number, isLarge: boolean): Buffer {
	const type = Buffer.from('mdat');
	return isLarge
		? Buffer.concat([u32(1), type, u64s([LARGE_BOX_HEADER_BYTES + bytes])])
		: Buffer.concat([u32(BOX_HEADER_BYTES + bytes), type]);
}

/** What the boxes of one track need beyond what is its own. */
interface TrackBox {
	readonly id: number;
	readonly handler: 'vide' | 'soun';
	/** The body of the track header from the layer on. */
	readonly display: Buffer;
	readonly timescale: number;
	/** Ticks of all samples. */
	readonly duration: number;
	/** Ticks that are presented, and the time of the sample that is presented first. */
	readonly presented: number;
	readonly mediaTime: number;
	readonly mediaHeader: Buffer;
	readonly sampleBoxes: readonly Buffer[];
}

function movieBox(film: Film, isLarge: boolean, mediaPosition: number | undefined): Buffer {
	const sampleBoxes = (layout: TrackLayout) => [
		samplesToChunks(layout),
		fullBox('stsz', 0, 0, u32(0, layout.sizes.length), u32s(layout.sizes)),
		chunkPositions(layout, isLarge, mediaPosition),
	];
	const tracks = [videoTrack(film.video, sampleBoxes(film.video.layout))];
	if (film.sound !== undefined) {
		tracks.push(soundTrack(film.sound, sampleBoxes(film.sound.layout)));
	}
	const isLong = tracks.some(({ duration }) => duration > UINT32_MAX);
	const header = fullBox(
		'mvhd',
		isLong ? 1 : 0,
		0,
		times(isLong, 0, 0),
		u32(MOVIE_TIMESCALE),
		times(isLong, Math.max(...tracks.map(movieDuration))),
		u32(0x10000),
		u16(0x100, 0),
		u32(0, 0),
		UNITY_MATRIX,
		u32(0, 0, 0, 0, 0, 0),
		u32(SOUND_TRACK_ID + 1),
	);
	return box('moov', header, ...tracks.map((track) => trackBox(track, isLong)), film.metadata);
}

/** Times of 32 or of 64 bits, by the version of their box. */
const times = (isLong: boolean, ...values: number[]): Buffer =>
	isLong ? u64s(values) : u32(...values);

/** Ticks of the movie, rounded up, so that no frame is cut off. */
function movieDuration({ presented, timescale }: TrackBox): number {
	return Math.ceil((presented * MOVIE_TIMESCALE) / timescale);
}

function videoTrack(
	{ track, entryBoxes, timeline, keyFrames }: FilmVideo,
	sampleBoxes: readonly Buffer[],
): TrackBox {
	const { timescale, mediaTime, durations, offsets, clipStarts } = timeline;
	const filmTicks = clipStarts.at(-1) ?? 0;
	return {
		id: VIDEO_TRACK_ID,
		handler: 'vide',
		display: Buffer.concat([u16(0, 0, 0, 0), track.matrix, track.displaySize]),
		timescale,
		duration: filmTicks,
		presented: filmTicks,
		mediaTime,
		mediaHeader: fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)),
		sampleBoxes: [
			descriptions(track.entryType, track.entryFields, ...entryBoxes),
			runTable('stts', durations),
			...(keyFrames === undefined
				? []
				: [
						fullBox('stss', 0, 0, u32(keyFrames.length), u32s(keyFrames.map((frame) => frame + 1))),
					]),
			...(offsets.isAllZero ? [] : [runTable('ctts', offsets)]),
			...sampleBoxes,
		],
	};
}

function soundTrack(
	{ track, primingSamples, lastFrameSamples, heardSamples, layout }: FilmSound,
	sampleBoxes: readonly Buffer[],
): TrackBox {
	const durations = new RunLengths();
	for (let frame = 1; frame < layout.sizes.length; frame += 1) durations.add(AAC_FRAME_SAMPLES);
	durations.add(lastFrameSamples);
	return {
		id: SOUND_TRACK_ID,
		handler: 'soun',
		// Full volume.
		display: Buffer.concat([u16(0, 0, 0x100, 0), UNITY_MATRIX, u32(0, 0)]),
		timescale: track.format.sampleRate,
		duration: primingSamples + heardSamples,
		presented: heardSamples,
		mediaTime: primingSamples,
		mediaHeader: fullBox('smhd', 0, 0, u16(0, 0)),
		sampleBoxes: [
			descriptions('mp4a', track.entryFields, track.esds),
			runTable('stts', durations),
			...sampleBoxes,
			// Whoever seeks decodes one frame before the one that is wanted.
			fullBox('sgpd', 1, 0, Buffer.from('roll'), u32(2, 1), u16(0xffff)),
			fullBox('sbgp', 0, 0, Buffer.from('roll'), u32(1, layout.sizes.length, 1)),
		],
	};
}

function runTable(type: string, runs: RunLengths): Buffer {
	return fullBox(type, 0, 0, u32(runs.length), u32s(runs.flat()));
}

function trackBox(track: TrackBox, isLong: boolean): Buffer {
	const version = isLong ? 1 : 0;
	const { id, handler, display, timescale, duration, mediaTime } = track;
	const movieTicks = movieDuration(track);
	const isEnabledInMovie = 3;
	return box(
		'trak',
		fullBox(
			'tkhd',
			version,
			isEnabledInMovie,
			times(isLong, 0, 0),
			u32(id, 0),
			times(isLong, movieTicks),
			u32(0, 0),
			display,
		),
		box(
			'edts',
			fullBox('elst', version, 0, u32(1), times(isLong, movieTicks, mediaTime), u32(0x10000)),
		),
		box(
			'mdia',
			fullBox(
				'mdhd',
				version,
				0,
				times(isLong, 0, 0),
				u32(timescale),
				times(isLong, duration),
				u16(UNDETERMINED_LANGUAGE, 0),
			),
			handlerBox(handler),
			box('minf', track.mediaHeader, selfContained(), box('stbl', ...track.sampleBoxes)),
		),
	);
}

/** "und" in five bits a letter. */
const UNDETERMINED_LANGUAGE = 0x55c4;

function handlerBox(handler: TrackBox['handler']): Buffer {
	const name = handler === 'vide' ? 'VideoHandler' : 'SoundHandler';
	return fullBox(
		'hdlr',
		0,
		0,
		u32(0),
		Buffer.from(handler),
		u32(0, 0, 0),
		Buffer.from(`${name}\0`),
	);
}

/** Says that the media are in the same file. */
function selfContained(): Buffer {
	return box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
}

function descriptions(type: string, ...parts: readonly Buffer[]): Buffer {
	return fullBox('stsd', 0, 0, u32(1), box(type, ...parts));
}

/** An entry wherever the number of samples a chunk changes. */
function samplesToChunks({ chunks }: TrackLayout): Buffer {
	const entries: number[] = [];
	chunks.forEach(({ samples }, index) => {
		if (chunks[index - 1]?.samples !== samples) entries.push(index + 1, samples, 1);
	});
	return fullBox('stsc', 0, 0, u32(entries.length / 3), u32s(entries));
}

/** Without a position only the length of the box is right. */
function chunkPositions(
	{ chunks }: TrackLayout,
	isLarge: boolean,
	mediaPosition: number | undefined,
): Buffer {
	const positions = chunks.map(({ at }) => (mediaPosition === undefined ? 0 : mediaPosition + at));
	return isLarge
		? fullBox('co64', 0, 0, u32(positions.length), u64s(positions))
		: fullBox('stco', 0, 0, u32(positions.length), u32s(positions));
}
