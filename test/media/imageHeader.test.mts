import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import {
	IMAGE_HEADER_BYTES,
	readImageHeader,
	type ImageReading,
} from '../../nodes/WanKeyframeVideo/media/imageHeader.ts';
import { box } from './mp4Boxes.mts';
import {
	AFTER_IHDR,
	bitmap,
	bitmapPictures,
	jpegSegment,
	pngChunk,
	realPictures,
	type Picture,
} from './pictures.mts';

const pictures = [...realPictures, ...bitmapPictures];
const titled = (list: readonly Picture[]) =>
	list.map((picture) => [`${picture.header.format}: ${picture.name}`, picture] as const);

const readingOf = ({ header }: Picture): ImageReading => ({ kind: 'image', ...header });
const UNKNOWN: ImageReading = { kind: 'unknown' };

/** Enough bytes to recognise any format. */
const RECOGNISED = 12;

function pictureOf(format: string, name: string): Picture {
	const found = pictures.find(
		(picture) => picture.header.format === format && picture.name === name,
	);
	if (found === undefined) throw new Error(`There is no ${format} named ${name}`);
	return found;
}

describe('real files', () => {
	it.each(titled(pictures))('%s', (_, picture) => {
		expect(readImageHeader(picture.bytes)).toEqual(readingOf(picture));
	});

	it.each(titled(realPictures))(
		'%s: as an independent reader sees it',
		async (_, { bytes, header }) => {
			const { format, width, height, hasAlpha } = await sharp(bytes).metadata();
			expect({ format, width, height, hasAlpha }).toEqual(header);
		},
	);

	it.each(titled(pictures))(
		'%s: cut off at any length, its size is right or not told',
		(_, picture) => {
			const whole = readingOf(picture);
			const more: ImageReading = { kind: 'truncated', format: picture.header.format };
			// Where the megabyte of profiles ends, all has been seen that can be.
			const { length } = picture.bytes;
			const step = length > 200_000 ? 997 : 1;
			const wrong: unknown[] = [];
			let wasRead = false;
			for (let cut = 0; cut <= length; cut += cut < length - 2000 ? step : 1) {
				const reading = readImageHeader(picture.bytes.subarray(0, cut));
				const isRight = isDeepStrictEqual(reading, whole);
				const isPatient = isDeepStrictEqual(reading, cut < RECOGNISED ? UNKNOWN : more);
				const isEarly = cut < RECOGNISED && isDeepStrictEqual(reading, more);
				if (wasRead ? !isRight : !isRight && !isPatient && !isEarly) wrong.push({ cut, reading });
				wasRead ||= isRight;
			}
			expect(wrong).toEqual([]);
			expect(wasRead).toBe(true);
		},
	);

	it('says of a rare file that the bytes read first are not enough', () => {
		const { bytes } = pictureOf('jpeg', 'a megabyte of profiles');
		const start = bytes.subarray(0, IMAGE_HEADER_BYTES);
		expect(readImageHeader(start)).toEqual({ kind: 'truncated', format: 'jpeg' });
	});

	it('needs 70 bytes of a BMP, 30 of a WebP, 25 of a short lossless one', () => {
		const enough: Partial<Record<string, number>> = { bmp: 70, webp: 30 };
		for (const picture of pictures) {
			const start = picture.bytes.subarray(0, enough[picture.header.format]);
			expect(readImageHeader(start)).toEqual(readingOf(picture));
		}
		const short = pictureOf('webp', '1×1 lossless');
		expect(readImageHeader(short.bytes.subarray(0, 25))).toEqual(readingOf(short));
	});

	it('reads all the others from the bytes read first', () => {
		const rare = pictureOf('jpeg', 'a megabyte of profiles');
		for (const picture of pictures.filter((other) => other !== rare)) {
			const start = picture.bytes.subarray(0, IMAGE_HEADER_BYTES);
			expect(readImageHeader(start)).toEqual(readingOf(picture));
		}
	});
});

const frame = (marker: number, height: number, width: number) =>
	jpegSegment(
		marker,
		Uint8Array.of(8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0),
	);
const SOI = Uint8Array.of(0xff, 0xd8);
const jpeg = (...parts: Uint8Array[]) => Buffer.concat([SOI, ...parts]);

const ihdr = (width: number, height: number, colourType: number) => {
	const data = Buffer.alloc(13);
	data.writeUInt32BE(width, 0);
	data.writeUInt32BE(height, 4);
	data.set([8, colourType], 8);
	return pngChunk('IHDR', data);
};
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const png = (...chunks: Uint8Array[]) => Buffer.concat([PNG, ...chunks]);

function changed(picture: Picture, at: number, ...values: number[]): Buffer {
	const bytes = Buffer.from(picture.bytes);
	bytes.set(values, at);
	return bytes;
}

describe('a picture that EXIF asks to turn', () => {
	const orientations = [1, 2, 3, 4, 5, 6, 7, 8];
	const cases = (['jpeg', 'png', 'webp'] as const).flatMap((format) =>
		orientations.map((orientation) => [format, orientation] as const),
	);
	it.each(cases)('%s, orientation %s, has the size that viewers show', async (...row) => {
		const [format, orientation] = row;
		const create = { width: 40, height: 30, channels: 3, background: '#c33' } as const;
		const bytes = await sharp({ create }).withMetadata({ orientation }).toFormat(format).toBuffer();
		const { autoOrient } = await sharp(bytes).metadata();

		expect(readImageHeader(bytes)).toEqual({
			kind: 'image',
			format,
			...autoOrient,
			hasAlpha: false,
			...(orientation >= 5 && { isRotated: true }),
		});
	});

	it('is read as it is stored if its EXIF data is damaged', async () => {
		const create = { width: 40, height: 30, channels: 3, background: '#c33' } as const;
		const bytes = await sharp({ create }).withMetadata({ orientation: 6 }).jpeg().toBuffer();
		const tiff = bytes.indexOf('Exif') + 6;
		fc.assert(
			fc.property(
				fc.integer({ min: 0, max: 40 }),
				fc.integer({ min: 0, max: 255 }),
				(at, value) => {
					const damaged = Buffer.from(bytes);
					damaged[tiff + at] = value;
					const read = readImageHeader(damaged);
					const sides = read.kind === 'image' ? [read.width, read.height].sort() : [];
					expect(sides).toEqual([30, 40]);
				},
			),
		);
	});
});

/** A box of HEIF. */
const heifBox = (type: string, ...parts: Uint8Array[]): Buffer => box(type, Buffer.concat(parts));
const uint32 = (...values: number[]) => {
	const bytes = Buffer.alloc(4 * values.length);
	values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
	return bytes;
};
const ispe = (width: number, height: number) => heifBox('ispe', uint32(0, width, height));
const brands = (...names: string[]) =>
	heifBox('ftyp', Buffer.from(`${names[0] ?? ''}\0\0\0\0${names.slice(1).join('')}`, 'latin1'));
const meta = (...properties: Uint8Array[]) =>
	heifBox(
		'meta',
		uint32(0),
		heifBox('hdlr', uint32(0, 0)),
		heifBox('iprp', heifBox('ipco', ...properties)),
	);

describe('a HEIF picture', () => {
	const photo = meta(ispe(512, 512), ispe(4032, 3024), ispe(320, 240));
	const size = { width: 4032, height: 3024, hasAlpha: false };

	it('has the size of the largest of its parts', () => {
		const bytes = Buffer.concat([brands('heic', 'mif1', 'heic'), photo, heifBox('mdat')]);
		expect(readImageHeader(bytes)).toEqual({ kind: 'image', format: 'heic', ...size });
	});

	it.each([
		[['mif1', 'heic'], 'heic'],
		[['mif1', 'miaf'], 'heif'],
		[['hevx'], 'heic'],
	] as const)('of the brands %j is a %s', (names, format) => {
		const bytes = Buffer.concat([brands(...names), photo]);
		expect(readImageHeader(bytes)).toEqual({ kind: 'image', format, ...size });
	});

	it.each([[['avif', 'mif1']], [['isom', 'mp41']], [['qt  ']]])(
		'of the brands %j is none',
		(names) => {
			expect(readImageHeader(Buffer.concat([brands(...names), photo]))).toEqual(UNKNOWN);
		},
	);

	it('that is turned by a quarter has the size that viewers show', () => {
		const turned = meta(ispe(4032, 3024), heifBox('irot', Uint8Array.of(3)));
		expect(readImageHeader(Buffer.concat([brands('heic'), turned]))).toMatchObject({
			width: 3024,
			height: 4032,
		});
	});

	it.each([
		['no properties', meta()],
		['no description', heifBox('mdat')],
	])('with %s has no known size', (_, rest) => {
		const bytes = Buffer.concat([brands('heic'), rest]);
		expect(readImageHeader(bytes)).toEqual({ kind: 'unsized', format: 'heic' });
	});

	it('whose description goes on behind the bytes that were read is truncated', () => {
		const bytes = Buffer.concat([brands('heic'), photo]).subarray(0, 60);
		expect(readImageHeader(bytes)).toEqual({ kind: 'truncated', format: 'heic' });
	});
});

describe('files that are no image', () => {
	const idat = pngChunk('IDAT', Buffer.alloc(9));
	const lossy = pictureOf('webp', 'lossy');
	const lossless = pictureOf('webp', 'lossless');
	it.each([
		['nothing', Buffer.alloc(0)],
		['text', Buffer.from('BMW is a car maker, and this is no picture')],
		['GIF', Buffer.from('GIF89a\x10\0\x10\0\x80\0\0 and so on and on')],
		['sound in RIFF', Buffer.from('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0')],
		['PNG whose first chunk is not IHDR', png(pngChunk('CgBI', Buffer.alloc(13)), ihdr(4, 3, 2))],
		['PNG whose IHDR is too long', png(pngChunk('IHDR', Buffer.alloc(14, 1)), idat)],
		['PNG of no width', png(ihdr(0, 3, 2), idat)],
		['PNG of no height', png(ihdr(4, 0, 6), idat)],
		['PNG without pixels', png(ihdr(4, 3, 2), pngChunk('IEND', Buffer.alloc(0)))],
		['JPEG whose height is told after the pixels', jpeg(frame(0xc0, 0, 4))],
		['JPEG of no width', jpeg(frame(0xc0, 4, 0))],
		['JPEG whose pixels come before the size', jpeg(jpegSegment(0xda, Buffer.alloc(6)))],
		['JPEG that ends before the size', jpeg(Uint8Array.of(0xff, 0xd9, 0, 0))],
		['JPEG within a JPEG', jpeg(SOI, frame(0xc0, 4, 3))],
		['JPEG with a segment shorter than its length', jpeg(Uint8Array.of(0xff, 0xe0, 0, 1, 0, 0))],
		[
			'JPEG with a frame too short for a size',
			jpeg(Uint8Array.of(0xff, 0xc0, 0, 7, 8, 0, 1, 0, 1)),
		],
		['JPEG with bytes between segments', jpeg(jpegSegment(0xfe, PNG), PNG, frame(0xc0, 4, 3))],
		['JPEG with a zero for a marker', jpeg(Uint8Array.of(0xff, 0, 0, 4, 0, 0))],
		['BMP of no width', bitmap({ headerLength: 40, width: 0, height: 3 })],
		['BMP of no height', bitmap({ headerLength: 12, width: 3, height: 0 })],
		['BMP of negative width', bitmap({ headerLength: 40, width: -3, height: 3 })],
		['BMP with a header of no known length', bitmap({ headerLength: 41, width: 3, height: 3 })],
		['WebP whose first chunk is another', changed(lossy, 12, 0x41, 0x4c, 0x50, 0x48)],
		['WebP, lossy, that begins between key frames', changed(lossy, 20, 1)],
		['WebP, lossy, without its start code', changed(lossy, 23, 0)],
		['WebP, lossy, of no width', changed(lossy, 26, 0, 0)],
		['WebP, lossless, without its signature', changed(lossless, 20, 0)],
		['WebP, lossless, of a later version', changed(lossless, 24, 0x20)],
	])('%s', (_, bytes) => {
		expect(readImageHeader(bytes)).toEqual(UNKNOWN);
	});
});

describe('the rules of the formats', () => {
	const SIZE_MARKERS = [
		0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf,
	];
	const OTHER_MARKERS = [0xc4, 0xc8, 0xcc, 0xdb, 0xdd, 0xe0, 0xe1, 0xe2, 0xed, 0xee, 0xfe];
	const side = fc.integer({ min: 1, max: 65_535 });
	const data = fc.uint8Array({ maxLength: 40 });

	const jpegPart = fc.oneof(
		fc.constant(Uint8Array.of(0xff)),
		fc.constantFrom(0x01, 0xd0, 0xd7).map((marker) => Uint8Array.of(0xff, marker)),
		fc
			.tuple(fc.constantFrom(...OTHER_MARKERS), data)
			.map(([marker, bytes]) => jpegSegment(marker, bytes)),
		// A thumbnail has a size of its own, which is not the picture's.
		fc.constant(jpegSegment(0xe1, jpeg(frame(0xc0, 120, 160)))),
	);

	it('finds the frame of a JPEG behind any segments', () => {
		fc.assert(
			fc.property(
				fc.array(jpegPart, { maxLength: 12 }),
				fc.constantFrom(...SIZE_MARKERS),
				side,
				side,
				(parts, marker, width, height) => {
					expect(readImageHeader(jpeg(...parts, frame(marker, height, width)))).toEqual({
						kind: 'image',
						format: 'jpeg',
						width,
						height,
						hasAlpha: false,
					});
				},
			),
			{ numRuns: 2000 },
		);
	});

	const ancillary = fc
		.tuple(fc.constantFrom('PLTE', 'gAMA', 'iCCP', 'tEXt', 'acTL', 'eXIf', 'bKGD'), data)
		.map(([type, bytes]) => pngChunk(type, bytes));

	it('finds the transparency of a PNG among any chunks', () => {
		fc.assert(
			fc.property(
				fc.array(ancillary, { maxLength: 12 }),
				fc.constantFrom(0, 2, 3, 4, 6),
				fc.boolean(),
				side,
				side,
				(chunks, colourType, hasTransparency, width, height) => {
					const transparency = hasTransparency ? [pngChunk('tRNS', Buffer.alloc(2))] : [];
					const bytes = png(
						ihdr(width, height, colourType),
						...chunks,
						...transparency,
						pngChunk('IDAT', Buffer.from('\0\0\0\0tRNS')),
						pngChunk('tRNS', Buffer.alloc(2)),
					);
					expect(readImageHeader(bytes)).toEqual({
						kind: 'image',
						format: 'png',
						width,
						height,
						hasAlpha: hasTransparency || colourType === 4 || colourType === 6,
					});
				},
			),
			{ numRuns: 2000 },
		);
	});

	it.each([
		['lossy', 26, 0xc000, [16_383, 30]],
		['lossless', 21, 0, [16_384, 30]],
	] as const)(
		'reads a side of a %s WebP from 14 bits alone',
		(name, at, scale, [width, height]) => {
			const bytes = Buffer.from(pictureOf('webp', name).bytes);
			bytes.writeUInt16LE(bytes.readUInt16LE(at) | 0x3fff | scale, at);
			expect(readImageHeader(bytes)).toMatchObject({ kind: 'image', width, height });
		},
	);

	it('reads the sides of an extended WebP from 24 bits', () => {
		const bytes = Buffer.from(pictureOf('webp', 'extended').bytes);
		bytes.set([0x56, 0x34, 0x12, 0xff, 0xff, 0xff], 24);
		expect(readImageHeader(bytes)).toMatchObject({ width: 0x123457, height: 0x1000000 });
	});
});

describe('anything', () => {
	const RUNS = { numRuns: 10_000 };

	function isSound(reading: ImageReading): boolean {
		if (reading.kind !== 'image') return reading.kind === 'truncated' || reading.kind === 'unknown';
		const isSide = (side: number) => Number.isInteger(side) && side > 0;
		return isSide(reading.width) && isSide(reading.height);
	}

	/** The same bytes amid others: a reading that differs has looked at these. */
	function amid(bytes: Uint8Array, filler: number, before: number): Uint8Array {
		const buffer = new Uint8Array(bytes.length + before + 64).fill(filler);
		buffer.set(bytes, before);
		return buffer.subarray(before, before + bytes.length);
	}

	/** Alone in its buffer, a read past the end throws. */
	function isReadSoundly(bytes: Uint8Array, filler: number, before: number): boolean {
		const alone = new Uint8Array(bytes);
		const reading = readImageHeader(alone);
		return (
			isSound(reading) &&
			isDeepStrictEqual(reading, readImageHeader(amid(bytes, filler, before))) &&
			isDeepStrictEqual(alone, new Uint8Array(bytes))
		);
	}

	const filler = fc.nat({ max: 255 });
	const before = fc.nat({ max: 20 });
	// Long files cost too much to copy so often, and what is past their headers is not looked at.
	const bases = pictures.map(({ bytes, header }) => ({ header, bytes: bytes.subarray(0, 3000) }));
	const base = fc.constantFrom(...bases);

	it('random bytes', () => {
		const start = fc.constantFrom(
			Buffer.alloc(0),
			...bases.flatMap(({ bytes }) => [3, 12, 16, 20].map((length) => bytes.subarray(0, length))),
			png(ihdr(4, 3, 2)),
		);
		const bytes = fc.tuple(start, fc.uint8Array({ maxLength: 120 }));
		fc.assert(
			fc.property(bytes, filler, before, (parts, ...around) =>
				isReadSoundly(Buffer.concat(parts), ...around),
			),
			RUNS,
		);
	});

	it('files cut off', () => {
		const cut = fc.oneof(fc.nat({ max: 80 }), fc.nat({ max: 3000 }));
		fc.assert(
			fc.property(base, cut, filler, before, ({ bytes }, length, ...around) =>
				isReadSoundly(bytes.subarray(0, length), ...around),
			),
			RUNS,
		);
	});

	it('files with bytes changed, and then cut off', () => {
		const at = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 3000 }));
		const value = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
		const changes = fc.array(fc.tuple(at, value), { minLength: 1, maxLength: 8 });
		const cut = fc.option(fc.nat({ max: 3000 }), { nil: undefined });
		fc.assert(
			fc.property(base, changes, cut, filler, before, ({ bytes }, list, length, ...around) => {
				const copy = Buffer.from(bytes.subarray(0, length));
				for (const [index, byte] of list) if (index < copy.length) copy[index] = byte;
				return isReadSoundly(copy, ...around);
			}),
			RUNS,
		);
	});

	it.each([
		['fill bytes', jpeg(Buffer.alloc(20_000_000, 0xff))],
		['standalone markers', jpeg(Buffer.alloc(20_000_000, Uint8Array.of(0xff, 0xd0)))],
		['empty segments', jpeg(Buffer.alloc(20_000_000, Uint8Array.of(0xff, 0xe0, 0, 2)))],
		[
			'empty chunks',
			png(ihdr(4, 3, 2), Buffer.alloc(20_000_000, pngChunk('teXt', SOI.subarray(2)))),
		],
	])('20 MB of %s', (_, bytes) => {
		expect(readImageHeader(bytes)).toMatchObject({ kind: 'truncated' });
	});

	it('a chunk that claims to be of 4 GB', () => {
		const bytes = Buffer.concat([png(ihdr(4, 3, 2)), pngChunk('teXt', SOI)]);
		bytes.writeUInt32BE(0xffff_ffff, AFTER_IHDR);
		expect(readImageHeader(bytes)).toEqual({ kind: 'truncated', format: 'png' });
	});
});
