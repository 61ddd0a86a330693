import { readAacFormat } from './aac';
import { readAvcConfiguration } from './avc';
import { Fields, findBox, printable, readBoxes, requireBox, type Box } from './boxes';
import { presentationStart, readEdits } from './editList';
import { readHevcConfiguration } from './hevc';
import { VIDEO_CODECS, type Movie, type SoundTrack, type VideoTrack } from './movie';
import { refuse, refuseInvalid } from './refusal';
import { readSampleTable, type SampleTable } from './sampleTable';
import type { ByteRange, ScannedFile } from './scanFile';

export interface ReadMovieOptions {
	/** Leaves sound aside, whatever it is. */
	readonly removeSound: boolean;
}

/** No clip is longer; bounds the numbers of the film. */
const MAX_CLIP_SECONDS = 60 * 60;

/** No picture stands longer, nor is any shown later after it is decoded. */
const MAX_FRAME_SECONDS = 60;

/** Fields of a sample entry before the boxes in it. */
const VIDEO_ENTRY_BYTES = 78;
const SOUND_ENTRY_BYTES = 28;

/**
 * Reads a clip's header into what joining needs, and checks it. Throws ClipRefusedError for what
 * cannot be joined in itself; whether clips go together is not asked here.
 */
export function readMovie(file: ScannedFile, { removeSound }: ReadMovieOptions): Movie {
	const moov = readBoxes(file.moov, 'moov');
	if (findBox(moov, 'mvex') !== undefined) refuse({ kind: 'fragmented' });
	const movieTimescale = readTimescale(requireBox(moov, 'mvhd', 'moov'));
	const tracks = moov
		.filter(({ type }) => type === 'trak')
		.map((trak) => readTrackBoxes(trak.body, movieTimescale));
	const video = oneTrack(tracks, 'vide', 'video') ?? refuse({ kind: 'missing', part: 'video' });
	const sound = removeSound ? undefined : oneTrack(tracks, 'soun', 'sound');
	const movie: Movie = {
		video: readVideoTrack(video),
		sound: sound && readSoundTrack(sound),
		metadata: Buffer.concat(
			moov.filter(({ type }) => type === 'udta' || type === 'meta').map(({ bytes }) => bytes),
		),
	};
	checkPlaces(movie, file.mediaData);
	return movie;
}

/** A track before it is known to be of use. */
interface TrackBoxes {
	readonly handler: string;
	readonly header: Box;
	readonly timescale: number;
	readonly movieTimescale: number;
	readonly editList: Box | undefined;
	readonly stbl: readonly Box[];
}

function readTrackBoxes(body: Buffer, movieTimescale: number): TrackBoxes {
	const trak = readBoxes(body, 'trak');
	const mdia = readBoxes(requireBox(trak, 'mdia', 'trak').body, 'mdia');
	const minf = readBoxes(requireBox(mdia, 'minf', 'mdia').body, 'minf');
	const edts = findBox(trak, 'edts');
	const handler = new Fields(requireBox(mdia, 'hdlr', 'mdia').body, 'hdlr');
	handler.take(8);
	return {
		handler: handler.take(4).toString('latin1'),
		header: requireBox(trak, 'tkhd', 'trak'),
		timescale: readTimescale(requireBox(mdia, 'mdhd', 'mdia')),
		movieTimescale,
		editList: edts && findBox(readBoxes(edts.body, 'edts'), 'elst'),
		stbl: readBoxes(requireBox(minf, 'stbl', 'minf').body, 'stbl'),
	};
}

/** `mvhd` and `mdhd` have two times before it. */
function readTimescale({ type, body }: Box): number {
	const fields = new Fields(body, type);
	fields.take(fields.version() === 1 ? 16 : 8);
	return fields.u32() || refuseInvalid(`'${type}' has no timescale`);
}

interface FilledTrack extends TrackBoxes {
	readonly samples: SampleTable;
}

/** The only track of a kind that has samples; one without is as good as none. */
function oneTrack(
	tracks: readonly TrackBoxes[],
	handler: string,
	media: 'video' | 'sound',
): FilledTrack | undefined {
	const filled = tracks
		.filter((track) => track.handler === handler)
		.map((track) => ({ ...track, samples: readSampleTable(track.stbl) }))
		.filter(({ samples }) => samples.count > 0);
	if (filled.length > 1) refuse({ kind: 'severalTracks', media, count: filled.length });
	return filled[0];
}

function readVideoTrack(track: FilledTrack): VideoTrack {
	const { samples, timescale } = track;
	const entry = readEntry(track.stbl, 'encv', VIDEO_ENTRY_BYTES);
	checkLengths(samples, timescale);
	if (samples.keyFrames !== undefined && samples.keyFrames[0] !== 0) {
		refuse({ kind: 'noKeyFrameFirst' });
	}
	const fields = new Fields(entry.fields, entry.type);
	fields.take(24);
	const size = { width: fields.u16(), height: fields.u16() };
	const header = new Fields(track.header.body, 'tkhd');
	// Times, track ID and duration; then layer, group and volume.
	header.take(header.version() === 1 ? 32 : 20);
	header.take(16);
	return {
		timescale,
		samples,
		startSeconds: presentationStart(readEdits(track.editList), track, 'video'),
		...readVideoCodec(entry),
		size,
		matrix: header.take(36),
		displaySize: header.take(8),
		entryType: entry.type,
		entryFields: entry.fields,
		entryBoxes: entry.boxes,
	};
}

interface SampleEntry {
	readonly type: string;
	readonly fields: Buffer;
	readonly boxes: readonly Box[];
}

/** The only sample entry of a track. */
function readEntry(stbl: readonly Box[], encryptedType: string, fieldBytes: number): SampleEntry {
	const stsd = new Fields(requireBox(stbl, 'stsd', 'stbl').body, 'stsd');
	stsd.version();
	stsd.u32();
	const entries = readBoxes(stsd.take(stsd.leftBytes), 'stsd');
	const [entry] = entries;
	if (entry === undefined || entries.length > 1) {
		return refuseInvalid(`a track has ${entries.length} sample descriptions`);
	}
	if (entry.type === encryptedType) refuse({ kind: 'encrypted' });
	const type = printable(entry.type).trim();
	const fields = new Fields(entry.body, type);
	const own = fields.take(fieldBytes);
	const boxes = readBoxes(fields.take(fields.leftBytes), type);
	if (findBox(boxes, 'sinf') !== undefined) refuse({ kind: 'encrypted' });
	return { type, fields: own, boxes };
}

function readVideoCodec({ type, boxes }: SampleEntry): Pick<VideoTrack, 'codec' | 'parameterSets'> {
	switch (type) {
		case 'avc1':
		case 'avc3': {
			const configuration = requireBox(boxes, 'avcC', type).body;
			return {
				codec: VIDEO_CODECS[type],
				parameterSets: readAvcConfiguration(configuration),
			};
		}
		case 'hvc1':
		case 'hev1': {
			const configuration = requireBox(boxes, 'hvcC', type).body;
			return {
				codec: VIDEO_CODECS[type],
				parameterSets: readHevcConfiguration(configuration),
			};
		}
		default:
			return refuse({ kind: 'videoCodec', codec: OTHER_CODECS[type] ?? `'${type}'` });
	}
}

const OTHER_CODECS: Readonly<Record<string, string>> = {
	av01: 'AV1',
	mp4v: 'MPEG-4 Visual',
	vp08: 'VP8',
	vp09: 'VP9',
};

function readSoundTrack(track: FilledTrack): SoundTrack {
	const entry = readEntry(track.stbl, 'enca', SOUND_ENTRY_BYTES);
	const esds = findBox(entry.boxes, 'esds');
	if (entry.type !== 'mp4a' || esds === undefined) {
		return refuse({ kind: 'soundCodec', codec: `'${entry.type}'` });
	}
	return {
		timescale: track.timescale,
		samples: track.samples,
		startSeconds: presentationStart(readEdits(track.editList), track, 'sound'),
		format: readAacFormat(esds.body),
		entryFields: entry.fields,
		esds: esds.bytes,
	};
}

/** Keeps the film's numbers within what its boxes can hold. */
function checkLengths({ count, times, offsets }: SampleTable, timescale: number): void {
	const seconds = (times[count] ?? 0) / timescale;
	if (seconds > MAX_CLIP_SECONDS) refuseInvalid(`its frames last ${Math.round(seconds)} s`);
	const maxTicks = MAX_FRAME_SECONDS * timescale;
	const isTooLong = (ticks: number) => Math.abs(ticks) > maxTicks;
	const isOut =
		offsets.some(isTooLong) ||
		offsets.some((_, sample) => isTooLong((times[sample + 1] ?? 0) - (times[sample] ?? 0)));
	if (isOut) refuseInvalid(`a frame stands for more than ${MAX_FRAME_SECONDS} s`);
}

/** Chunks must lie in media data, and no byte may belong to two: the file is copied in one pass. */
function checkPlaces({ video, sound }: Movie, mediaData: readonly ByteRange[]): void {
	const ranges = [video, sound]
		.flatMap((track) => (track === undefined ? [] : chunkRanges(track.samples)))
		// An empty chunk may lie where another one begins.
		.sort((one, other) => one.from - other.from || one.to - other.to);
	let previousTo = 0;
	for (const { from, to } of ranges) {
		if (!mediaData.some((data) => from >= data.from && to <= data.to)) {
			refuseInvalid('its frames lie outside its media data');
		}
		if (from < previousTo) refuseInvalid('its frames overlap in the file');
		previousTo = to;
	}
}

function chunkRanges({ chunks, sizes }: SampleTable): ByteRange[] {
	return chunks.map(({ from, firstSample, samples }) => {
		let to = from;
		for (let sample = firstSample; sample < firstSample + samples; sample += 1) {
			to += sizes[sample] ?? 0;
		}
		return { from, to };
	});
}
