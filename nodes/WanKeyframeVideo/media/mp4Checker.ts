/** What the check of a file finds. */
export type Mp4Verdict =
	| { readonly kind: 'complete' }
	/** It does not begin as an MP4 does. */
	| { readonly kind: 'notMp4' }
	/** It ends before its last box does. */
	| { readonly kind: 'cutOff'; readonly expectedBytes: number }
	/** What stands where a box must begin is none. */
	| { readonly kind: 'invalid'; readonly atByte: number }
	/** Its boxes add up, but one that every video needs is not among them. */
	| { readonly kind: 'missing'; readonly box: string }
	/** Its last box reaches "to the end of the file", wherever that is. */
	| { readonly kind: 'openEnded' };

/** Follows the boxes of an MP4 (ISO/IEC 14496-12) through its bytes, and holds none of them. */
export interface Mp4Checker {
	/** The next bytes of the file, in pieces of any size. */
	push(chunk: Uint8Array): void;
	/** Bytes that were pushed. */
	bytes(): number;
	/** True as soon as the file cannot be an MP4. */
	isNotMp4(): boolean;
	/** What the file is, if it ends here. */
	verdict(): Mp4Verdict;
}

/** Size and type; a size of 1 is followed by the real one in 64 bits. */
const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/** Every MP4 begins with the first, as the downloads of all models do; a video needs the others. */
const FIRST_BOX = 'ftyp';
const NEEDED_BOXES = ['moov', 'mdat'];

/** Some writers pad the end of a file with zeros, which then stand where a box would. */
const PADDING = '\0\0\0\0';

/** Begins at the first byte of a file. Boxes within boxes are not looked at. */
export function createMp4Checker(): Mp4Checker {
	const types = new Set<string>();
	const header = Buffer.alloc(LARGE_HEADER_BYTES);
	let headerBytes = 0;
	let position = 0;
	let boxStart = 0;
	/** Where the box ends, or undefined while its header is read. */
	let boxEnd: number | undefined;
	let end: 'notMp4' | 'invalid' | 'openEnded' | 'padding' | undefined;

	/** How many bytes of a header are needed, by those that are there. */
	const neededBytes = () =>
		headerBytes >= HEADER_BYTES && header.readUInt32BE(0) === 1 ? LARGE_HEADER_BYTES : HEADER_BYTES;

	const readHeader = (): void => {
		const type = header.toString('latin1', 4, HEADER_BYTES);
		if (types.size === 0 && type !== FIRST_BOX) {
			end = 'notMp4';
			return;
		}
		const size32 = header.readUInt32BE(0);
		const size = size32 === 1 ? Number(header.readBigUInt64BE(HEADER_BYTES)) : size32;
		if (size === 0) end = type === PADDING ? 'padding' : 'openEnded';
		else if (size < headerBytes) end = 'invalid';
		else boxEnd = boxStart + size;
		types.add(type);
	};

	return {
		push(chunk) {
			let at = 0;
			while (at < chunk.length && end === undefined) {
				if (boxEnd === undefined) {
					const taken = chunk.subarray(at, at + neededBytes() - headerBytes);
					header.set(taken, headerBytes);
					headerBytes += taken.length;
					at += taken.length;
					if (headerBytes === neededBytes()) readHeader();
				} else {
					at = Math.min(chunk.length, boxEnd - position);
				}
				if (boxEnd !== undefined && position + at === boxEnd) {
					boxStart = boxEnd;
					boxEnd = undefined;
					headerBytes = 0;
				}
			}
			position += chunk.length;
		},

		bytes: () => position,

		isNotMp4: () => end === 'notMp4',

		verdict() {
			if (end === 'notMp4' || types.size === 0) return { kind: 'notMp4' };
			if (end === 'invalid') return { kind: 'invalid', atByte: boxStart };
			if (boxEnd !== undefined) return { kind: 'cutOff', expectedBytes: boxEnd };
			// A rest that is shorter than a header is filling, if it holds nothing.
			if (end === undefined && header.subarray(0, headerBytes).some((byte) => byte !== 0)) {
				return { kind: 'cutOff', expectedBytes: boxStart + neededBytes() };
			}
			const missing = NEEDED_BOXES.find((box) => !types.has(box));
			if (missing !== undefined) return { kind: 'missing', box: missing };
			return end === 'openEnded' ? { kind: 'openEnded' } : { kind: 'complete' };
		},
	};
}
