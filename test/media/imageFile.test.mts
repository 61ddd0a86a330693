import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { fileOf, type BinaryFile } from '../../nodes/WanKeyframeVideo/media/binaryFile.ts';
import { imageInfoOf, readImageInfo } from '../../nodes/WanKeyframeVideo/media/imageFile.ts';
import { box } from './mp4Boxes.mts';
import { bitmap, jpegSegment, realPictures } from './pictures.mts';

const MEGABYTE = 1024 * 1024;

describe('a picture whose end is missing', () => {
	it.each(realPictures.map((picture) => [picture.header.format, picture.name, picture] as const))(
		'is told from a whole one: %s, %s',
		(_format, _name, { bytes, header }) => {
			expect(imageInfoOf(bytes, bytes.length)).toEqual({ kind: 'image', ...header });
			const cut = bytes.subarray(0, bytes.length - 3);
			expect(imageInfoOf(cut, cut.length)).toEqual({ kind: 'image', ...header, isTruncated: true });
		},
	);

	it('is told by the size that a bitmap names', () => {
		const bytes = bitmap({ headerLength: 40, width: 640, height: 480 });
		expect(imageInfoOf(bytes, bytes.length)).not.toHaveProperty('isTruncated');
		expect(imageInfoOf(bytes, bytes.length - 1)).toHaveProperty('isTruncated', true);
		bytes.writeUInt32LE(0, 2);
		expect(imageInfoOf(bytes, bytes.length - 1)).not.toHaveProperty('isTruncated');
	});

	it('is not looked for in a file of which only the beginning was read, unless it names its size', async () => {
		const create = { width: 64, height: 64, channels: 3, background: '#c33' } as const;
		const read = async (format: 'png' | 'jpeg' | 'webp') => {
			const bytes = await sharp({ create }).toFormat(format).toBuffer();
			return imageInfoOf(bytes.subarray(0, bytes.length - 9), bytes.length - 3);
		};
		expect(await read('png')).not.toHaveProperty('isTruncated');
		expect(await read('jpeg')).not.toHaveProperty('isTruncated');
		expect(await read('webp')).toHaveProperty('isTruncated', true);
	});

	it('has its end behind the thumbnail in its metadata', async () => {
		const create = { width: 64, height: 64, channels: 3, background: '#c33' } as const;
		const thumbnail = await sharp({ create }).jpeg().toBuffer();
		const photo = Buffer.concat([
			thumbnail.subarray(0, 2),
			jpegSegment(0xe2, thumbnail),
			thumbnail.subarray(2),
		]);
		expect(imageInfoOf(photo, photo.length)).not.toHaveProperty('isTruncated');
		const cut = photo.subarray(0, photo.length - 2);
		expect(imageInfoOf(cut, cut.length)).toHaveProperty('isTruncated', true);
	});
});

describe('a file that is no picture', async () => {
	const canvas = { width: 8, height: 6, channels: 3, background: '#d60' } as const;
	it.each<[string, Buffer]>([
		['a GIF image', await sharp({ create: canvas }).gif().toBuffer()],
		['a TIFF image or a camera raw file', await sharp({ create: canvas }).tiff().toBuffer()],
		['an AVIF image', box('ftyp', Buffer.from('avif\0\0\0\0mif1'))],
		['a video', box('ftyp', Buffer.from('isom\0\0\0\0mp41'))],
		['an audio file', box('ftyp', Buffer.from('M4A \0\0\0\0mp42'))],
		['an audio file', Buffer.from('RIFF\x24\x08\0\0WAVEfmt ')],
		['a PDF document', Buffer.from('%PDF-1.7')],
		['a web page', Buffer.from('\n<!DOCTYPE html><html lang="en">')],
		['an SVG drawing', Buffer.from('<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="a">')],
		['an SVG drawing', Buffer.from('<svg viewBox="0 0 1 1"/>')],
		['an XML document', Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code>')],
		['JSON text', Buffer.from('{"code": "AccessDenied"}')],
		['an empty file', Buffer.alloc(0)],
	])('is called what it is: %s', (looksLike, bytes) => {
		expect(imageInfoOf(bytes, bytes.length)).toEqual({ kind: 'unknown', looksLike });
	});

	it('is unknown where nothing tells', () => {
		const bytes = Buffer.from('Dear all, please find the picture attached');
		expect(imageInfoOf(bytes, bytes.length)).toEqual({ kind: 'unknown' });
	});
});

describe('of a file that n8n stores', () => {
	/** Endless metadata, and how much of it was read. */
	function endless(bytes: number) {
		let readBytes = 0;
		const segment = jpegSegment(0xe2, Buffer.alloc(65_533));
		const read = async (length: number) => {
			readBytes += length;
			const segments = Buffer.concat(Array(Math.ceil(length / segment.length)).fill(segment));
			return Buffer.concat([Uint8Array.of(0xff, 0xd8), segments]).subarray(0, length);
		};
		const file: BinaryFile = {
			identity: 'filesystem-v2:1',
			bytes,
			isInMemory: false,
			head: read,
			buffer: async () => await read(bytes),
			open: async () => await Promise.reject(new Error('Nobody opens it')),
		};
		return { file, readBytes: () => readBytes };
	}

	it('only the first megabyte is read if it is larger than the model accepts', async () => {
		const { file, readBytes } = endless(400 * MEGABYTE);
		expect(await readImageInfo(file, 20 * MEGABYTE)).toEqual({ kind: 'truncated', format: 'jpeg' });
		expect(readBytes()).toBe(MEGABYTE);
	});

	it('the rest is read once if the size of the picture stands behind long metadata', async () => {
		const { file, readBytes } = endless(3 * MEGABYTE);
		expect(await readImageInfo(file, 20 * MEGABYTE)).toEqual({ kind: 'truncated', format: 'jpeg' });
		expect(readBytes()).toBe(4 * MEGABYTE);
	});
});

it('a picture in memory is looked through to its end', async () => {
	const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
	const create = { width: 800, height: 800, channels: 3, background: '#c33', noise } as const;
	const bytes = await sharp({ create }).png({ compressionLevel: 0 }).toBuffer();
	expect(bytes.length).toBeGreaterThan(MEGABYTE);

	expect(await readImageInfo(await fileOf(bytes), 20 * MEGABYTE)).not.toHaveProperty('isTruncated');
	const cut = await fileOf(bytes.subarray(0, bytes.length / 2));
	expect(await readImageInfo(cut, 20 * MEGABYTE)).toHaveProperty('isTruncated', true);
});
