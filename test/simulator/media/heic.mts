import type { Size } from '../videos/size.mts';

const BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1', 'heif']);
const SIZE_BOX = Buffer.from('ispe');

/**
 * The size of a HEIC or HEIF picture: that of the largest image in it. Undefined for any other
 * file, AVIF included, and for one that states no size.
 */
export function readHeicSize(bytes: Buffer): Size | undefined {
	if (!isHeic(bytes)) return undefined;
	let largest: Size | undefined;
	// The properties lie some boxes deep; their name and form are enough to find them.
	for (let at = bytes.indexOf(SIZE_BOX); at >= 0; at = bytes.indexOf(SIZE_BOX, at + 4)) {
		if (at + 16 > bytes.length) break;
		const size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
		const pixels = size.width * size.height;
		if (pixels > (largest === undefined ? 0 : largest.width * largest.height)) largest = size;
	}
	return largest;
}

/** True for a file whose brands say HEIC or HEIF. */
function isHeic(bytes: Buffer): boolean {
	if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return false;
	const end = Math.min(bytes.readUInt32BE(0), bytes.length);
	const brands = [bytes.toString('latin1', 8, 12)];
	for (let at = 16; at + 4 <= end; at += 4) brands.push(bytes.toString('latin1', at, at + 4));
	// An AVIF names mif1 among its brands too.
	return !brands.includes('avif') && brands.some((name) => BRANDS.has(name));
}
