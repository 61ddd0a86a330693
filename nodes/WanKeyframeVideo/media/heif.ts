import type { ImageInfo } from '../util/mediaInfo';

/**
 * Brands of pictures that are coded with HEVC, and of any HEIF picture (ISO/IEC 23008-12, annex B).
 */
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'];
const HEIF_BRANDS = ['mif1', 'msf1'];
const AVIF_BRANDS = ['avif', 'avis'];

const UNKNOWN: ImageInfo = { kind: 'unknown' };

/**
 * Reads a HEIC or HEIF picture: its format by the brands at its beginning, its size from its
 * properties. `unknown` for every other file of this container, films and AVIF among them.
 */
export function readHeif(view: DataView): ImageInfo {
	const format = formatOf(brandsOf(view));
	if (format === undefined) return UNKNOWN;
	const meta = findBox(view, 0, view.byteLength, 'meta');
	if (meta === undefined) return { kind: 'unsized', format };
	if (meta.to > view.byteLength) return { kind: 'truncated', format };
	// The box begins with a version and flags.
	const properties = findBoxes(view, meta.from + 4, meta.to, ['iprp', 'ipco']);
	if (properties === undefined) return { kind: 'unsized', format };

	let size = { width: 0, height: 0 };
	let isTurned = false;
	for (const box of boxes(view, properties.from, properties.to)) {
		if (box.type === 'ispe' && box.to - box.from >= 12) {
			const [width, height] = [view.getUint32(box.from + 4), view.getUint32(box.from + 8)];
			// The picture's tiles and its thumbnail have a size too, and are smaller than itself.
			if (width * height > size.width * size.height) size = { width, height };
		}
		if (box.type === 'irot' && box.to > box.from) isTurned = view.getUint8(box.from) % 2 === 1;
	}
	if (size.width === 0) return { kind: 'unsized', format };
	const { width, height } = isTurned ? { width: size.height, height: size.width } : size;
	return { kind: 'image', format, width, height, hasAlpha: false };
}

function formatOf(brands: readonly string[]): 'heic' | 'heif' | undefined {
	const isOneOf = (known: readonly string[]) => brands.some((brand) => known.includes(brand));
	if (isOneOf(AVIF_BRANDS)) return undefined;
	if (isOneOf(HEIC_BRANDS)) return 'heic';
	return isOneOf(HEIF_BRANDS) ? 'heif' : undefined;
}

/** The major brand and those that the file is compatible with. */
export function brandsOf(view: DataView): string[] {
	const [first] = boxes(view, 0, view.byteLength);
	if (first?.type !== 'ftyp') return [];
	const brands: string[] = [];
	for (let at = first.from; at + 4 <= Math.min(first.to, view.byteLength); at += 4) {
		// Between them stands a version.
		if (at !== first.from + 4) brands.push(textAt(view, at));
	}
	return brands;
}

interface BoxRange {
	readonly type: string;
	/** The first byte of the body, and the one after its last. */
	readonly from: number;
	readonly to: number;
}

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/** The boxes that begin in a range; the last one may reach beyond it. */
function* boxes(view: DataView, from: number, to: number): Generator<BoxRange> {
	const end = Math.min(to, view.byteLength);
	let at = from;
	while (at + HEADER_BYTES <= end) {
		const size32 = view.getUint32(at);
		const headerBytes = size32 === 1 ? LARGE_HEADER_BYTES : HEADER_BYTES;
		if (at + headerBytes > end) return;
		const size = size32 === 1 ? Number(view.getBigUint64(at + HEADER_BYTES)) : size32;
		if (size < headerBytes) return;
		yield { type: textAt(view, at + 4), from: at + headerBytes, to: at + size };
		at += size;
	}
}

function findBox(view: DataView, from: number, to: number, type: string): BoxRange | undefined {
	for (const box of boxes(view, from, to)) if (box.type === type) return box;
	return undefined;
}

/** The box that a path of types leads to, each within the one before. */
function findBoxes(
	view: DataView,
	from: number,
	to: number,
	[type, ...rest]: readonly string[],
): BoxRange | undefined {
	const box = type === undefined ? undefined : findBox(view, from, to, type);
	return box === undefined || rest.length === 0 ? box : findBoxes(view, box.from, box.to, rest);
}

const textAt = (view: DataView, at: number): string =>
	String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
