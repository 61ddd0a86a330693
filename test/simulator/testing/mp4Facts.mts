import { boxesIn, type Box } from '../videos/mp4Boxes.mts';

/** A track as the header of an MP4 file describes it. Times in the track's ticks. */
export interface TrackFacts {
	kind: string;
	/** The sample entry, `avc1`. */
	codec: string;
	/** Profile and level of H.264 as the numbers in `avcC`. */
	profile: number | undefined;
	level: number | undefined;
	timescale: number;
	samples: number;
	lastDuration: number;
	keyFrames: number | 'all';
	/** Composition offsets: how many runs of them, and the first. */
	offsets: { runs: number; first: number } | undefined;
	/** Where the track's one edit begins. */
	mediaTime: number | undefined;
	hasColor: boolean;
	hasRollGroups: boolean;
	/** Types of the NAL units of the first sample. */
	firstSample: number[];
}

/** The structure of an MP4 file. */
export interface Mp4Facts {
	boxes: string[];
	header: string[];
	movieTimescale: number;
	tracks: TrackFacts[];
	/** The JSON that marks media as AI-made. */
	label: string | undefined;
}

/** Reads the structure of an MP4 file that is not fragmented. Throws where a box is missing. */
export function readMp4(file: Buffer): Mp4Facts {
	const boxes = boxesIn(file, 0, file.length);
	const moov = named(boxes, 'moov');
	const header = boxesIn(file, moov.content, moov.end);
	return {
		boxes: boxes.map(({ type }) => type),
		header: header.map(({ type }) => type),
		movieTimescale: file.readUInt32BE(named(header, 'mvhd').content + 12),
		tracks: header.filter(({ type }) => type === 'trak').map((track) => readTrack(file, track)),
		label: /\{"Label".*?\}/.exec(file.toString('latin1', moov.start, moov.end))?.[0],
	};
}

function readTrack(file: Buffer, track: Box): TrackFacts {
	const children = (box: Box): Box[] => boxesIn(file, box.content, box.end);
	const mdia = children(named(children(track), 'mdia'));
	const stbl = children(named(children(named(mdia, 'minf')), 'stbl'));
	const table = (type: string): Box | undefined => stbl.find((box) => box.type === type);
	const at = (box: Box, offset: number): number => file.readUInt32BE(box.content + offset);
	const last = (box: Box, entryBytes: number, offset: number): number =>
		at(box, 8 + entryBytes * (at(box, 4) - 1) + offset);

	const stsd = named(stbl, 'stsd');
	const entry = file.subarray(stsd.content + 8, stsd.end);
	const avcC = entry.indexOf('avcC');
	const keyFrames = table('stss');
	const offsets = table('ctts');
	const edits = children(track).find(({ type }) => type === 'edts');
	const edit = edits && named(children(edits), 'elst');
	const chunks = named(stbl, 'stco');
	const kind = file.toString('latin1', named(mdia, 'hdlr').content + 8).slice(0, 4);
	return {
		kind,
		codec: entry.toString('latin1', 4, 8),
		profile: avcC < 0 ? undefined : entry[avcC + 5],
		level: avcC < 0 ? undefined : entry[avcC + 7],
		timescale: at(named(mdia, 'mdhd'), 12),
		samples: at(named(stbl, 'stsz'), 8),
		lastDuration: last(named(stbl, 'stts'), 8, 4),
		keyFrames: keyFrames === undefined ? 'all' : at(keyFrames, 4),
		offsets: offsets && { runs: at(offsets, 4), first: at(offsets, 12) },
		mediaTime: edit && at(edit, 12),
		hasColor: entry.includes('colr'),
		hasRollGroups: table('sgpd') !== undefined && table('sbgp') !== undefined,
		firstSample: kind === 'vide' ? nalTypes(file, at(chunks, 8), at(named(stbl, 'stsz'), 12)) : [],
	};
}

function nalTypes(file: Buffer, from: number, length: number): number[] {
	const types: number[] = [];
	for (let at = from; at + 4 < from + length; at += 4 + file.readUInt32BE(at)) {
		types.push((file[at + 4] ?? 0) & 0x1f);
	}
	return types;
}

function named(boxes: readonly Box[], type: string): Box {
	const box = boxes.find((candidate) => candidate.type === type);
	if (box === undefined) throw new Error(`The file has no ${type}`);
	return box;
}
