import type { ImageFormat, ImageInfo } from '../util/mediaInfo';
import { turnsSides } from './exif';
import { readHeif } from './heif';

export type { ImageHeader, ImageInfo as ImageReading } from '../util/mediaInfo';

/**
 * Bytes to read first where the whole file is not at hand. BMP takes 70 and WebP 30, but JPEG and
 * PNG bound neither the number nor the sum of what may stand before: EXIF is up to 64 KiB, a CMYK
 * profile about 550. Rare files (photos with a depth map) hold more; then `truncated` says so.
 */
export const IMAGE_HEADER_BYTES = 1024 * 1024;

/**
 * Reads format, size in pixels and transparency from the first bytes of a file, whatever its name
 * or declared type. Width and height are those of the picture as EXIF asks to show it, as far as
 * the bytes reach. Of fewer than twelve bytes, those of an image may be `unknown` as well. The
 * rules are those of the specifications: W3C PNG, ITU-T T.81 (JPEG), Microsoft's bitmap headers,
 * RFC 9649 (WebP), RFC 6386 (VP8) and ISO/IEC 23008-12 (HEIF).
 */
export function readImageHeader(bytes: Uint8Array): ImageInfo {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (textAt(view, 0, 8) === '\x89PNG\r\n\x1a\n') return readPng(view);
	if (textAt(view, 0, 3) === '\xff\xd8\xff') return readJpeg(view);
	if (textAt(view, 0, 4) === 'RIFF' && textAt(view, 8, 4) === 'WEBP') return readWebp(view);
	if (textAt(view, 4, 4) === 'ftyp') return readHeif(view);
	return textAt(view, 0, 2) === 'BM' ? readBmp(view) : UNKNOWN;
}

const UNKNOWN: ImageInfo = { kind: 'unknown' };

const truncated = (format: ImageFormat): ImageInfo => ({ kind: 'truncated', format });

/** No side is zero, but for a JPEG whose height is told after the pixels, which few can read. */
function image(format: ImageFormat, width: number, height: number, hasAlpha: boolean): ImageInfo {
	return width > 0 && height > 0 ? { kind: 'image', format, width, height, hasAlpha } : UNKNOWN;
}

/** The image as EXIF data at this position asks to show it. */
function turned(info: ImageInfo, view: DataView, at: number, length: number): ImageInfo {
	if (info.kind !== 'image' || !turnsSides(view, at, length)) return info;
	return { ...info, width: info.height, height: info.width, isRotated: true };
}

/** Bytes as Latin-1 text; empty when they are not all there. */
function textAt(view: DataView, at: number, length: number): string {
	if (at + length > view.byteLength) return '';
	return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, length));
}

/** A signature, then chunks of length (4), type (4), data and checksum (4); IHDR is the first. */
function readPng(view: DataView): ImageInfo {
	const afterIhdr = 33;
	if (view.byteLength < afterIhdr) return truncated('png');
	if (view.getUint32(8) !== 13 || textAt(view, 12, 4) !== 'IHDR') return UNKNOWN;
	const png = (hasAlpha: boolean) => image('png', view.getUint32(16), view.getUint32(20), hasAlpha);
	const colorType = view.getUint8(25);
	// The other color types are made transparent by a tRNS chunk, which must precede the pixels.
	let hasAlpha = colorType === 4 || colorType === 6;
	let exif = { at: 0, length: 0 };
	for (let at = afterIhdr; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
		const type = textAt(view, at + 4, 4);
		if (type === 'tRNS') hasAlpha = true;
		if (type === 'eXIf') exif = { at: at + 8, length: view.getUint32(at) };
		if (type === 'IDAT') return turned(png(hasAlpha), view, exif.at, exif.length);
		if (type === 'IEND') return UNKNOWN;
	}
	return hasAlpha ? png(true) : truncated('png');
}

/** The second byte of JPEG's markers (T.81, table B.1). */
const TEM = 0x01;
const DHT = 0xc4;
const JPG = 0xc8;
const DAC = 0xcc;
const FIRST_RST = 0xd0;
const LAST_RST = 0xd7;

const APP1 = 0xe1;
const EXIF_HEADER = 'Exif\0\0';

/** Segments of marker (2), length (2, counts itself) and data; the frame header has the size. */
function readJpeg(view: DataView): ImageInfo {
	let at = 2;
	let exif = { at: 0, length: 0 };
	while (at + 4 <= view.byteLength) {
		const marker = view.getUint8(at + 1);
		if (view.getUint8(at) !== 0xff || endsJpegHeader(marker)) return UNKNOWN;
		if (marker === 0xff) {
			// Any number of fill bytes may precede a marker.
			at += 1;
		} else if (isStandaloneJpegMarker(marker)) {
			at += 2;
		} else {
			const length = view.getUint16(at + 2);
			const isFrame = isFrameHeader(marker);
			if (length < (isFrame ? 8 : 2)) return UNKNOWN;
			if (isFrame) {
				if (at + 9 > view.byteLength) break;
				const jpeg = image('jpeg', view.getUint16(at + 7), view.getUint16(at + 5), false);
				return turned(jpeg, view, exif.at, exif.length);
			}
			if (marker === APP1 && textAt(view, at + 4, EXIF_HEADER.length) === EXIF_HEADER) {
				exif = { at: at + 4 + EXIF_HEADER.length, length: length - 2 - EXIF_HEADER.length };
			}
			at += 2 + length;
		}
	}
	return truncated('jpeg');
}

/** True for the markers that no length and no data follow. */
export function isStandaloneJpegMarker(marker: number): boolean {
	return marker === TEM || (marker >= FIRST_RST && marker <= LAST_RST);
}

/** SOF0 to SOF15, among which three codes mean something else. */
function isFrameHeader(marker: number): boolean {
	return (marker & 0xf0) === 0xc0 && marker !== DHT && marker !== JPG && marker !== DAC;
}

/** SOI, EOI and SOS cannot stand before the frame header, and 0 is no marker at all. */
function endsJpegHeader(marker: number): boolean {
	return marker === 0 || (marker >= 0xd8 && marker <= 0xda);
}

/** Lengths of the bitmap headers that have the four color masks within: V3, V4 and V5. */
const MASKED_BMP_HEADERS = [56, 108, 124];
/** Those without: Windows, V2, and OS/2 2.x, short and long. */
const OTHER_BMP_HEADERS = [16, 40, 52, 64];
const BMP_CORE_HEADER = 12;
const BI_BITFIELDS = 3;

/** A file header of 14 bytes, then a bitmap header that begins with its own length and the size. */
function readBmp(view: DataView): ImageInfo {
	if (view.byteLength < 26) return truncated('bmp');
	const headerLength = view.getUint32(14, true);
	if (headerLength === BMP_CORE_HEADER) {
		return image('bmp', view.getUint16(18, true), view.getUint16(20, true), false);
	}
	const hasMasks = MASKED_BMP_HEADERS.includes(headerLength);
	if (!hasMasks && !OTHER_BMP_HEADERS.includes(headerLength)) return UNKNOWN;
	if (hasMasks && view.byteLength < 70) return truncated('bmp');
	// Not the bit depth: the fourth byte of a 32-bit BI_RGB pixel is unused. Nor the mask alone: only
	// BI_BITFIELDS gives it a meaning, and encoders fill it in for 24-bit pictures as well.
	const hasAlpha =
		hasMasks && view.getUint32(30, true) === BI_BITFIELDS && view.getUint32(66, true) !== 0;
	// A negative height says that the top row comes first.
	return image('bmp', view.getInt32(18, true), Math.abs(view.getInt32(22, true)), hasAlpha);
}

/** Byte 20 is the first of the first chunk's data; VP8L and VP8X hold sides less one. */
function readWebp(view: DataView): ImageInfo {
	const chunk = textAt(view, 12, 4);
	if (view.byteLength < (chunk === 'VP8L' ? 25 : 30)) return truncated('webp');
	switch (chunk) {
		case 'VP8 ': {
			const isKeyFrame = (view.getUint8(20) & 1) === 0 && textAt(view, 23, 3) === '\x9d\x01\x2a';
			// The upper two bits of either side ask for scaling, which no decoder of WebP does.
			const side = (at: number) => view.getUint16(at, true) & 0x3fff;
			return isKeyFrame ? image('webp', side(26), side(28), false) : UNKNOWN;
		}
		case 'VP8L': {
			const bits = view.getUint32(21, true);
			const isVersion0 = view.getUint8(20) === 0x2f && bits >>> 29 === 0;
			const hasAlpha = ((bits >>> 28) & 1) === 1;
			return isVersion0
				? image('webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, hasAlpha)
				: UNKNOWN;
		}
		case 'VP8X': {
			const width = (view.getUint32(24, true) & 0xffffff) + 1;
			const height = (view.getUint32(26, true) >>> 8) + 1;
			const webp = image('webp', width, height, (view.getUint8(20) & 0x10) !== 0);
			return turnedWebp(webp, view);
		}
		default:
			return UNKNOWN;
	}
}

/** The EXIF chunk of a WebP file follows its pixels, so it is found in small files only. */
function turnedWebp(webp: ImageInfo, view: DataView): ImageInfo {
	for (let at = 12; at + 8 <= view.byteLength; ) {
		const length = view.getUint32(at + 4, true);
		if (textAt(view, at, 4) === 'EXIF') {
			// Some writers begin it as JPEG does.
			const skipped = textAt(view, at + 8, EXIF_HEADER.length) === EXIF_HEADER ? 6 : 0;
			return turned(webp, view, at + 8 + skipped, length - skipped);
		}
		// Chunks are of even length.
		at += 8 + length + (length % 2);
	}
	return webp;
}
