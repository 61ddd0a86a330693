import type { FileFormat } from '../util/mediaInfo';

/** Bytes that `fileFormatOf` needs. */
export const FILE_FORMAT_BYTES = 12;

/**
 * The format of a sound or a clip by its first bytes, whatever its name or declared type; undefined
 * for anything else. By the formats' specifications: RIFF/WAVE, ID3 or an MPEG audio frame, ISO
 * base media.
 */
export function fileFormatOf(bytes: Uint8Array): FileFormat | undefined {
	const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
	if (text(0, 4) === 'RIFF' && text(8, 12) === 'WAVE') return 'wav';
	if (text(0, 3) === 'ID3' || isMpegAudioFrame(bytes)) return 'mp3';
	if (text(4, 8) === 'ftyp') return formatOfBrand(text(8, 12));
	// QuickTime files older than the brand begin with one of their atoms.
	return ['moov', 'mdat', 'wide', 'free', 'skip'].includes(text(4, 8)) ? 'mov' : undefined;
}

/** Brands of pictures and of sound alone, which share their container with films. */
const NO_FILM = ['avif', 'avis', 'heic', 'heix', 'heim', 'heis', 'mif1', 'msf1', 'M4A ', 'M4B '];

function formatOfBrand(brand: string): FileFormat | undefined {
	if (NO_FILM.includes(brand)) return undefined;
	return brand === 'qt  ' ? 'mov' : 'mp4';
}

/**
 * Eleven bits of sync, then a version and a layer that are not reserved; layer III is what MP3 is.
 */
function isMpegAudioFrame([first = 0, second = 0]: Uint8Array): boolean {
	const isSync = first === 0xff && (second & 0xe0) === 0xe0;
	const version = (second >> 3) & 0b11;
	const layer = (second >> 1) & 0b11;
	return isSync && version !== 0b01 && layer === 0b01;
}
