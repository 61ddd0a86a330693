import type { ImageInfo } from '../util/mediaInfo';
import type { BinaryFile } from './binaryFile';
import { describeFileKind } from './fileKind';
import { isImageCutOff } from './imageEnd';
import { IMAGE_HEADER_BYTES, readImageHeader } from './imageHeader';

/**
 * All that the bytes of an image tell. `bytes` are its first ones or all, `totalBytes` is its size.
 */
export function imageInfoOf(bytes: Buffer, totalBytes: number): ImageInfo {
	const info = readImageHeader(bytes);
	switch (info.kind) {
		case 'unknown': {
			const looksLike = describeFileKind(bytes);
			return looksLike === undefined ? info : { kind: 'unknown', looksLike };
		}
		case 'image':
			return isImageCutOff(info.format, bytes, totalBytes) ? { ...info, isTruncated: true } : info;
		case 'unsized':
		case 'truncated':
			return info;
	}
}

/**
 * Reads the header of an image. More than the first bytes of a stored file are read only if its
 * size stands behind long metadata, and never more than `maxBytes`: a larger file is refused for
 * its size anyway.
 */
export async function readImageInfo(file: BinaryFile, maxBytes: number): Promise<ImageInfo> {
	const isSmall = file.bytes <= maxBytes;
	if (file.isInMemory && isSmall) return imageInfoOf(await file.buffer(), file.bytes);
	const info = imageInfoOf(await file.head(IMAGE_HEADER_BYTES), file.bytes);
	return info.kind === 'truncated' && isSmall && file.bytes > IMAGE_HEADER_BYTES
		? imageInfoOf(await file.buffer(), file.bytes)
		: info;
}
