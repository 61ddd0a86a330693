import type { ImageFormat } from '../util/mediaInfo';
import { isStandaloneJpegMarker } from './imageHeader';

/**
 * True if a picture certainly ends too early. `bytes` are its first bytes or all of them,
 * `totalBytes` is its size: WEBP and BMP say their own size at their beginning, PNG and JPEG are
 * looked through to the mark at their end where all bytes are there.
 */
export function isImageCutOff(format: ImageFormat, bytes: Buffer, totalBytes: number): boolean {
	const isFullyRead = bytes.length >= totalBytes;
	switch (format) {
		case 'webp':
			return bytes.length >= 8 && bytes.readUInt32LE(4) + 8 > totalBytes;
		case 'bmp':
			// Some writers leave it 0.
			return bytes.length >= 6 && bytes.readUInt32LE(2) > totalBytes;
		case 'png':
			return isFullyRead && !hasPngEnd(bytes);
		case 'jpeg':
			return isFullyRead && !hasJpegEnd(bytes);
		case 'heic':
		case 'heif':
			return false;
	}
}

const PNG_SIGNATURE_BYTES = 8;

/** Chunks of length (4), type (4), data and checksum (4), the last of which is IEND. */
function hasPngEnd(bytes: Buffer): boolean {
	let at = PNG_SIGNATURE_BYTES;
	while (at + 12 <= bytes.length) {
		if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return true;
		at += 12 + bytes.readUInt32BE(at);
	}
	return false;
}

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/** The mark follows the first scan; before, in a segment, it may be that of a thumbnail. */
function hasJpegEnd(bytes: Buffer): boolean {
	let at = 2;
	while (at + 4 <= bytes.length) {
		const marker = bytes.readUInt8(at + 1);
		if (bytes.readUInt8(at) !== 0xff) return true;
		if (marker === START_OF_SCAN) return bytes.includes(END_OF_IMAGE, at);
		if (marker === 0xff) at += 1;
		else at += isStandaloneJpegMarker(marker) ? 2 : 2 + bytes.readUInt16BE(at + 2);
	}
	return false;
}
