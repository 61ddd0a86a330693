const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/** Orientations 5 to 8 turn the picture by 90 degrees, so that its sides are exchanged. */
const FIRST_ROTATED_ORIENTATION = 5;
const LAST_ROTATED_ORIENTATION = 8;

/**
 * True if EXIF data asks viewers to turn the picture by 90 degrees. `at` is where its TIFF header
 * begins, of which at most `length` bytes are read (CIPA DC-008, TIFF 6.0). False for anything that
 * is damaged.
 */
export function turnsSides(view: DataView, at: number, length: number): boolean {
	const end = Math.min(at + length, view.byteLength);
	if (at + 8 > end) return false;
	const isLittleEndian = view.getUint16(at) === 0x4949;
	if (!isLittleEndian && view.getUint16(at) !== 0x4d4d) return false;
	const directory = at + view.getUint32(at + 4, isLittleEndian);
	if (directory + 2 > end) return false;
	const entries = view.getUint16(directory, isLittleEndian);
	for (let index = 0; index < entries; index++) {
		const entry = directory + 2 + index * ENTRY_BYTES;
		if (entry + ENTRY_BYTES > end) return false;
		if (view.getUint16(entry, isLittleEndian) !== ORIENTATION_TAG) continue;
		if (view.getUint16(entry + 2, isLittleEndian) !== SHORT) return false;
		const orientation = view.getUint16(entry + 8, isLittleEndian);
		return orientation >= FIRST_ROTATED_ORIENTATION && orientation <= LAST_ROTATED_ORIENTATION;
	}
	return false;
}
