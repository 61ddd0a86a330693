import { BOX_HEADER_BYTES, LARGE_BOX_HEADER_BYTES, printable } from './boxes';
import { refuse, refuseInvalid } from './refusal';
import { SequentialReader, type ClipSource } from './sequentialReader';

/** Positions in a file: the first byte, and the one after the last. */
export interface ByteRange {
	readonly from: number;
	readonly to: number;
}

export interface ScannedFile {
	/** The body of the `moov` box, which describes the tracks. */
	readonly moov: Buffer;
	/** Where the bodies of the `mdat` boxes lie, which hold frames and sound. */
	readonly mediaData: readonly ByteRange[];
}

/** More than the largest tables need; the clips of hosted models have some 10 kB. */
const MAX_MOOV_BYTES = 4 * 1024 * 1024;

/** Far above what files hold at their top level, where a hostile one may have millions. */
const MAX_TOP_BOXES = 1000;

/** What an MP4 or QuickTime file begins with. */
const FIRST_TYPES = [
	'ftyp',
	'moov',
	'mdat',
	'free',
	'skip',
	'wide',
	'uuid',
	'pdin',
	'styp',
	'sidx',
];

/**
 * Walks the boxes of a clip in one pass, and holds nothing but its header, which may stand before or
 * after the media. Throws ClipRefusedError for a file that is no MP4, cut off, fragmented, or whose
 * boxes do not add up.
 */
export async function scanFile(source: ClipSource): Promise<ScannedFile> {
	// A stream that is opened and never read would stay open.
	if (source.bytes < BOX_HEADER_BYTES) refuse({ kind: 'missing', part: 'moov' });
	return await SequentialReader.with(source, async (reader) => {
		const mediaData: ByteRange[] = [];
		let moov: Buffer | undefined;
		// A header takes eight bytes; a shorter rest is filling.
		for (let boxes = 0; source.bytes - reader.position >= BOX_HEADER_BYTES; boxes += 1) {
			if (boxes === MAX_TOP_BOXES) refuseInvalid('the file has too many boxes');
			const { type, from, to } = await readTopHeader(reader, source.bytes);
			if (boxes === 0 && !FIRST_TYPES.includes(type)) refuse({ kind: 'notMp4' });
			if (to > source.bytes) {
				refuse({ kind: 'truncated', bytes: source.bytes, expectedBytes: to });
			}
			if (type === 'moof') refuse({ kind: 'fragmented' });
			if (type === 'mdat') mediaData.push({ from, to });
			if (type === 'moov') {
				if (moov !== undefined) refuseInvalid("the file has two 'moov' boxes");
				moov = await readMoov(reader, to - from, source.bytes);
			}
			// What comes after the last box need not be read, which may be most of the file.
			if (to === source.bytes) break;
			await reader.skipTo(to);
		}
		if (moov === undefined) return refuse({ kind: 'missing', part: 'moov' });
		if (mediaData.length === 0) refuse({ kind: 'missing', part: 'mdat' });
		return { moov, mediaData };
	});
}

async function readTopHeader(
	reader: SequentialReader,
	fileBytes: number,
): Promise<ByteRange & { type: string }> {
	const start = reader.position;
	const header = await takeAll(reader, BOX_HEADER_BYTES, fileBytes);
	const type = header.toString('latin1', 4);
	const size32 = header.readUInt32BE();
	let size = size32;
	if (size32 === 1) {
		const large = await takeAll(reader, LARGE_BOX_HEADER_BYTES - BOX_HEADER_BYTES, fileBytes);
		size = Number(large.readBigUInt64BE());
	} else if (size32 === 0) {
		// The last box may reach to the end of the file without a size.
		size = fileBytes - start;
	}
	if (start + size < reader.position)
		refuseInvalid(`the size of '${printable(type)}' is too small`);
	return { type, from: reader.position, to: start + size };
}

async function readMoov(
	reader: SequentialReader,
	bytes: number,
	fileBytes: number,
): Promise<Buffer> {
	if (bytes > MAX_MOOV_BYTES) {
		refuse({ kind: 'headerTooLarge', bytes, maxBytes: MAX_MOOV_BYTES });
	}
	return await takeAll(reader, bytes, fileBytes);
}

/** Refuses the clip if the stream ends before the size that was given for it. */
async function takeAll(
	reader: SequentialReader,
	bytes: number,
	fileBytes: number,
): Promise<Buffer> {
	const taken = await reader.take(bytes);
	if (taken.length < bytes) {
		refuse({ kind: 'truncated', bytes: reader.position, expectedBytes: fileBytes });
	}
	return taken;
}
