export type ImageFormat = 'bmp' | 'jpeg' | 'png' | 'webp';

/** The format that the first bytes of a file tell, whatever its name or declared type; undefined for anything else. */
export function imageFormatOf(bytes: Uint8Array): ImageFormat | undefined {
	const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
	if (text(0, 3) === '\xff\xd8\xff') return 'jpeg';
	if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
	if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
	return text(0, 2) === 'BM' ? 'bmp' : undefined;
}
