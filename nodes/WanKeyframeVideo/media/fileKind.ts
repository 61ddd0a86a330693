import { brandsOf } from './heif';

export const WEB_PAGE = 'a web page';

/** How binary files begin, and what they are called in a message. */
const SIGNATURES: ReadonlyArray<readonly [beginning: string, kind: string]> = [
	['GIF8', 'a GIF image'],
	['II*\0', 'a TIFF image or a camera raw file'],
	['MM\0*', 'a TIFF image or a camera raw file'],
	['8BPS', 'a Photoshop file'],
	['\xff\x0a', 'a JPEG XL image'],
	['\0\0\0\x0cJXL ', 'a JPEG XL image'],
	['\0\0\x01\0', 'an icon file'],
	['%PDF-', 'a PDF document'],
	['PK\x03\x04', 'a ZIP archive or an Office document'],
	['\x1f\x8b', 'a gzip archive'],
	['ID3', 'an audio file'],
	['OggS', 'an audio file'],
	['fLaC', 'an audio file'],
	['\x1a\x45\xdf\xa3', 'a video'],
];

const RIFF_KINDS: Readonly<Record<string, string>> = { WAVE: 'an audio file', 'AVI ': 'a video' };

/** Texts, behind a byte order mark and spaces. */
const TEXTS: ReadonlyArray<readonly [beginning: RegExp, kind: string]> = [
	[/^<(!doctype\s+html|html|head|body)\b/i, WEB_PAGE],
	[/^(<\?xml[^]*?\?>\s*)?(<!--[^]*?-->\s*)?(<!doctype\s+svg[^]*?>\s*)?<svg\b/i, 'an SVG drawing'],
	[/^<\?xml/i, 'an XML document'],
	[/^[{[]\s*["{[\]}]/, 'JSON text'],
];

/** Enough for an SVG behind its preamble. */
const SNIFFED_BYTES = 2_000;

/**
 * What a file is that is none of the pictures that models take, e.g. "a PDF document"; undefined if
 * unknown.
 */
export function describeFileKind(bytes: Buffer): string | undefined {
	if (bytes.length === 0) return 'an empty file';
	const container = describeContainer(bytes);
	if (container !== undefined) return container;
	const head = bytes.toString('latin1', 0, SNIFFED_BYTES);
	if (head.startsWith('RIFF')) return RIFF_KINDS[head.slice(8, 12)];
	const signature = SIGNATURES.find(([beginning]) => head.startsWith(beginning));
	if (signature !== undefined) return signature[1];
	const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
	return TEXTS.find(([beginning]) => beginning.test(text))?.[1];
}

/** Pictures, sounds and videos share the container of MP4. */
function describeContainer(bytes: Buffer): string | undefined {
	const [brand] = brandsOf(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
	if (brand === undefined) return undefined;
	if (/^avi[fs]$/.test(brand)) return 'an AVIF image';
	return brand.startsWith('M4A') || brand.startsWith('M4B') ? 'an audio file' : 'a video';
}
