import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

import type { ImageHeader } from '../../nodes/WanKeyframeVideo/media/imageHeader.ts';

export interface Picture {
	readonly name: string;
	readonly bytes: Buffer;
	readonly header: ImageHeader;
}

type Making = readonly [
	name: string,
	format: ImageHeader['format'],
	width: number,
	height: number,
	hasAlpha: boolean,
	bytes: Promise<Buffer> | Buffer,
];

async function make([name, format, width, height, hasAlpha, bytes]: Making): Promise<Picture> {
	return { name, bytes: await bytes, header: { format, width, height, hasAlpha } };
}

/** Noise, so that files have some pixel data; large pictures are plain, as noise takes long. */
function canvas(width: number, height: number, channels: 3 | 4 = 3): Sharp {
	const background = { r: 200, g: 90, b: 30, alpha: 0.5 };
	const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
	const isSmall = width * height < 10_000;
	return channels === 3 && isSmall
		? sharp({ create: { width, height, channels, background, noise } })
		: sharp({ create: { width, height, channels, background } });
}

/** 16 bits a sample. */
const deep = () => {
	const samples = Uint16Array.from({ length: 9 * 7 * 3 }, (_, index) => index * 300);
	return sharp(samples, { raw: { width: 9, height: 7, channels: 3 } }).toColourspace('rgb16');
};

/** An animation: three frames that differ, since equal ones are made one. */
async function frames(channels: 3 | 4): Promise<Buffer> {
	const shades = [1, 2, 3].map((shade) => canvas(31, 17, channels).linear(shade / 3));
	const images = await Promise.all(shades.map((image) => image.png().toBuffer()));
	return sharp(images, { join: { animated: true } })
		.webp({ delay: 50 })
		.toBuffer();
}

/** One chunk of a PNG file. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const framed = Buffer.alloc(body.length + 8);
	framed.writeUInt32BE(data.length, 0);
	body.copy(framed, 4);
	framed.writeUInt32BE(crc32(body), body.length + 4);
	return framed;
}

/** One segment of a JPEG file. */
export function jpegSegment(marker: number, data: Uint8Array): Buffer {
	const framed = Buffer.alloc(data.length + 4);
	framed.writeUInt16BE(0xff00 + marker, 0);
	framed.writeUInt16BE(data.length + 2, 2);
	framed.set(data, 4);
	return framed;
}

async function inserted(image: Sharp, at: number, ...parts: Uint8Array[]): Promise<Buffer> {
	const bytes = await image.toBuffer();
	return Buffer.concat([bytes.subarray(0, at), ...parts, bytes.subarray(at)]);
}

const AFTER_SOI = 2;
export const AFTER_IHDR = 33;

/** What cameras and color management put before the frame header: more than a megabyte. */
const manySegments = Array.from({ length: 17 }, () =>
	jpegSegment(0xe2, Buffer.alloc(65_533, 0xff)),
);

const EXIF = { IFD0: { ImageDescription: 'a long description '.repeat(3000) } };

/** Files that `sharp` makes and reads as well. */
export const realPictures: readonly Picture[] = await Promise.all(
	(
		[
			['baseline', 'jpeg', 40, 30, false, canvas(40, 30).jpeg().toBuffer()],
			['1×1', 'jpeg', 1, 1, false, canvas(1, 1).jpeg().toBuffer()],
			['8001×3', 'jpeg', 8001, 3, false, canvas(8001, 3).jpeg().toBuffer()],
			['3×8001', 'jpeg', 3, 8001, false, canvas(3, 8001).jpeg().toBuffer()],
			['6000×4000', 'jpeg', 6000, 4000, false, canvas(6000, 4000).jpeg().toBuffer()],
			['progressive', 'jpeg', 50, 31, false, canvas(50, 31).jpeg({ progressive: true }).toBuffer()],
			['mozjpeg', 'jpeg', 33, 47, false, canvas(33, 47).jpeg({ mozjpeg: true }).toBuffer()],
			['grey', 'jpeg', 20, 10, false, canvas(20, 10).toColourspace('b-w').jpeg().toBuffer()],
			['CMYK', 'jpeg', 20, 10, false, canvas(20, 10).toColourspace('cmyk').jpeg().toBuffer()],
			['4:4:4', 'jpeg', 5, 9, false, canvas(5, 9).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
			['EXIF', 'jpeg', 40, 30, false, canvas(40, 30).withExif(EXIF).jpeg().toBuffer()],
			['ICC', 'jpeg', 40, 30, false, canvas(40, 30).withIccProfile('p3').jpeg().toBuffer()],
			[
				'to be shown upside down',
				'jpeg',
				40,
				30,
				false,
				canvas(40, 30).withMetadata({ orientation: 3 }).jpeg().toBuffer(),
			],
			[
				'fill bytes, standalone markers and an empty comment',
				'jpeg',
				40,
				30,
				false,
				inserted(
					canvas(40, 30).jpeg(),
					AFTER_SOI,
					Uint8Array.of(0xff, 0xff, 0xff, 0x01, 0xff, 0xd3),
					jpegSegment(0xfe, Buffer.alloc(0)),
				),
			],
			[
				'a megabyte of profiles',
				'jpeg',
				40,
				30,
				false,
				inserted(canvas(40, 30).jpeg(), AFTER_SOI, ...manySegments),
			],
			['rgb', 'png', 40, 30, false, canvas(40, 30).png().toBuffer()],
			['1×1', 'png', 1, 1, false, canvas(1, 1).png().toBuffer()],
			['8001×3', 'png', 8001, 3, false, canvas(8001, 3).png().toBuffer()],
			['8000×6000', 'png', 8000, 6000, false, canvas(8000, 6000).png().toBuffer()],
			['rgba', 'png', 40, 30, true, canvas(40, 30, 4).png().toBuffer()],
			['palette', 'png', 40, 30, false, canvas(40, 30).png({ palette: true }).toBuffer()],
			['palette, tRNS', 'png', 40, 30, true, canvas(40, 30, 4).png({ palette: true }).toBuffer()],
			['grey', 'png', 21, 11, false, canvas(21, 11).toColourspace('b-w').png().toBuffer()],
			['grey, alpha', 'png', 21, 11, true, canvas(21, 11, 4).toColourspace('b-w').png().toBuffer()],
			[
				'grey, tRNS',
				'png',
				21,
				11,
				true,
				inserted(
					canvas(21, 11).toColourspace('b-w').png(),
					AFTER_IHDR,
					pngChunk('tRNS', Buffer.alloc(2)),
				),
			],
			[
				'rgb, tRNS',
				'png',
				40,
				30,
				true,
				inserted(canvas(40, 30).png(), AFTER_IHDR, pngChunk('tRNS', Buffer.alloc(6))),
			],
			['16 bits', 'png', 9, 7, false, deep().png().toBuffer()],
			['16 bits, alpha', 'png', 9, 7, true, deep().ensureAlpha().png().toBuffer()],
			['interlaced', 'png', 40, 30, false, canvas(40, 30).png({ progressive: true }).toBuffer()],
			['ICC', 'png', 40, 30, false, canvas(40, 30).withIccProfile('p3').png().toBuffer()],
			['EXIF', 'png', 40, 30, false, canvas(40, 30).withExif(EXIF).png().toBuffer()],
			['lossy', 'webp', 40, 30, false, canvas(40, 30).webp().toBuffer()],
			['1×1 lossy', 'webp', 1, 1, false, canvas(1, 1).webp().toBuffer()],
			['1×1 lossless', 'webp', 1, 1, false, canvas(1, 1).webp({ lossless: true }).toBuffer()],
			['8001×3', 'webp', 8001, 3, false, canvas(8001, 3).webp().toBuffer()],
			['largest', 'webp', 16_383, 2, false, canvas(16_383, 2).webp({ lossless: true }).toBuffer()],
			['lossless', 'webp', 40, 30, false, canvas(40, 30).webp({ lossless: true }).toBuffer()],
			[
				'lossless, alpha',
				'webp',
				40,
				30,
				true,
				canvas(40, 30, 4).webp({ lossless: true }).toBuffer(),
			],
			['lossy, alpha', 'webp', 40, 30, true, canvas(40, 30, 4).webp().toBuffer()],
			['extended', 'webp', 257, 3, false, canvas(257, 3).withIccProfile('p3').webp().toBuffer()],
			[
				'extended, alpha',
				'webp',
				3,
				257,
				true,
				canvas(3, 257, 4).withIccProfile('p3').webp().toBuffer(),
			],
			['animated', 'webp', 31, 17, false, frames(3)],
			['animated, alpha', 'webp', 31, 17, true, frames(4)],
		] satisfies Making[]
	).map(make),
);

interface BitmapFields {
	readonly headerLength: number;
	readonly width: number;
	readonly height: number;
	readonly bits?: number;
	readonly compression?: number;
	readonly alphaMask?: number;
}

/** A bitmap's file and bitmap headers, and some bytes of pixels. */
export function bitmap({
	headerLength,
	width,
	height,
	bits = 24,
	compression = 0,
	alphaMask,
}: BitmapFields): Buffer {
	const file = Buffer.alloc(14 + headerLength + 60, 0xaa).fill(0, 0, 14 + headerLength);
	file.write('BM', 0);
	file.writeUInt32LE(file.length, 2);
	file.writeUInt32LE(14 + headerLength, 10);
	file.writeUInt32LE(headerLength, 14);
	if (headerLength === 12) {
		file.writeUInt16LE(width, 18);
		file.writeUInt16LE(height, 20);
		file.writeUInt16LE(1, 22);
		file.writeUInt16LE(bits, 24);
		return file;
	}
	file.writeInt32LE(width, 18);
	file.writeInt32LE(height, 22);
	file.writeUInt16LE(1, 26);
	file.writeUInt16LE(bits, 28);
	if (headerLength > 16) file.writeUInt32LE(compression, 30);
	if (alphaMask !== undefined) file.writeUInt32LE(alphaMask, 66);
	return file;
}

const BITFIELDS = { bits: 32, compression: 3 };
const OPAQUE = 0;
const TOP_BYTE = 0xff00_0000;

const bitmaps: readonly (readonly [name: string, hasAlpha: boolean, fields: BitmapFields])[] = [
	['core', false, { headerLength: 12, width: 640, height: 480 }],
	['core, largest', false, { headerLength: 12, width: 65_535, height: 65_535 }],
	['OS/2 2.x, short', false, { headerLength: 16, width: 640, height: 480 }],
	[
		'OS/2 2.x, its own field where others have the mask',
		false,
		{ headerLength: 64, width: 9, height: 8, compression: 3, alphaMask: TOP_BYTE },
	],
	['info', false, { headerLength: 40, width: 640, height: 480 }],
	['info, top-down', false, { headerLength: 40, width: 640, height: -480 }],
	['info, 32 bits', false, { headerLength: 40, width: 640, height: 480, bits: 32 }],
	['V2', false, { headerLength: 52, width: 1, height: 1, ...BITFIELDS }],
	['V3', true, { headerLength: 56, width: 8, height: 9, ...BITFIELDS, alphaMask: TOP_BYTE }],
	['V4', false, { headerLength: 108, width: 8, height: 9, ...BITFIELDS, alphaMask: OPAQUE }],
	['V4, mask', true, { headerLength: 108, width: 8, height: 9, ...BITFIELDS, alphaMask: TOP_BYTE }],
	['V4, 24 bits', false, { headerLength: 108, width: 8, height: 9, alphaMask: TOP_BYTE }],
	['V5', false, { headerLength: 124, width: 8001, height: 3, ...BITFIELDS, alphaMask: OPAQUE }],
	['V5, mask', true, { headerLength: 124, width: 3, height: 8, ...BITFIELDS, alphaMask: TOP_BYTE }],
	['V5, top-down', true, { headerLength: 124, width: 3, height: -8, ...BITFIELDS, alphaMask: 1 }],
];

/** `sharp` has no BMP, so these are written from Microsoft's structures. */
export const bitmapPictures: readonly Picture[] = bitmaps.map(([name, hasAlpha, fields]) => ({
	name,
	bytes: bitmap(fields),
	header: { format: 'bmp', width: fields.width, height: Math.abs(fields.height), hasAlpha },
}));
