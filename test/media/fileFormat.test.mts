import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { FILE_FORMAT_BYTES, fileFormatOf } from '../../nodes/WanKeyframeVideo/media/fileFormat.ts';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

describe('the format of a sound or a clip', () => {
	it.each([
		['wav', 'RIFF\x24\x08\0\0WAVE'],
		['mp3', 'ID3\x04\0\0\0\0\0\0\0\0'],
		['mp3', '\xff\xfb\x90\x64\0\0\0\0\0\0\0\0'],
		['mp3', '\xff\xf3\x40\xc4\0\0\0\0\0\0\0\0'],
		['mp4', '\0\0\0\x20ftypisom'],
		['mp4', '\0\0\0\x18ftypmp42'],
		['mov', '\0\0\0\x14ftypqt  '],
		['mov', '\0\0\0\x08wide\0\0\0\0'],
		['mov', '\0\0\x10\0moov\0\0\0\0'],
	])('is %s by its first bytes: %j', (format, text) => {
		expect(text).toHaveLength(FILE_FORMAT_BYTES);
		expect(fileFormatOf(bytesOf(text))).toBe(format);
		expect(fileFormatOf(bytesOf(`${text} and more`))).toBe(format);
	});

	it.each([
		['nothing', ''],
		['a picture in RIFF', 'RIFF\0\0\0\0WEBPVP8 '],
		['a film in RIFF', 'RIFF\0\0\0\0AVI LIST'],
		['an AAC stream', '\xff\xf1\x50\x80\0\0\0\0\0\0\0\0'],
		['an MPEG layer II frame', '\xff\xfd\x90\x64\0\0\0\0\0\0\0\0'],
		['a JPEG', '\xff\xd8\xff\xe0\0\x10JFIF\0\x01'],
		['a Matroska film', '\x1a\x45\xdf\xa3\0\0\0\0\0\0\0\0'],
		['an Ogg sound', 'OggS\0\x02\0\0\0\0\0\0'],
		['a FLAC sound', 'fLaC\0\0\0\x22\0\0\0\0'],
		['a page', '<html><body>'],
		['a brand that is cut off', '\0\0\0\x20fty'],
	])('%s is none', (_, text) => {
		expect(fileFormatOf(bytesOf(text))).toBeUndefined();
	});

	it('is none of pictures that sharp makes', async () => {
		const canvas = { width: 8, height: 6, channels: 3, background: '#d60' } as const;
		for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const) {
			const picture = await sharp({ create: canvas }).toFormat(format).toBuffer();
			expect(fileFormatOf(picture), format).toBeUndefined();
		}
	});

	it.each(['heic', 'avif', 'mif1', 'M4A '])('a file of the brand %s is no film', (brand) => {
		expect(fileFormatOf(bytesOf(`\0\0\0\x20ftyp${brand}`))).not.toBe('mp4');
	});

	it('is read from any bytes, however few', () => {
		const beginning = fc.constantFrom('', 'RIFF', 'ID3', '\xff', '\0\0\0\x20ftyp');
		fc.assert(
			fc.property(beginning, fc.uint8Array({ maxLength: 16 }), (text, more) => {
				const bytes = Uint8Array.from([...bytesOf(text), ...more]);
				expect(['mov', 'mp3', 'mp4', 'wav', undefined]).toContain(fileFormatOf(bytes));
			}),
		);
	});
});
