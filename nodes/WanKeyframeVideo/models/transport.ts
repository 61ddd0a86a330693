import { MEGABYTE } from './describe';
import type { MediaRole, Model } from './family';
import {
	isFrame,
	type FileInput,
	type FrameInput,
	type Transport,
	type TransportOption,
} from './mediaInput';

/** Characters of a data URI as a whole: 10 MiB (documented). */
export const MAX_DATA_URI_LENGTH = 10 * MEGABYTE;

/** Longer than the head of any image data URI, e.g. `data:image/jpeg;base64,`. */
const DATA_URI_HEAD_LENGTH = 32;

/**
 * Up to here an image is sent inside the request, above it is uploaded (recommended by
 * docs/service-facts.md, section 3).
 */
export const MAX_AUTOMATIC_INLINE_BYTES = 7 * MEGABYTE;

/** The largest file that the temporary store accepts (documented). */
export const MAX_UPLOAD_BYTES = 100 * MEGABYTE;

/** How a binary of so many bytes is sent. */
export function transportFor(
	model: Model,
	role: MediaRole,
	bytes: number,
	option: TransportOption,
): Transport {
	if (option !== 'auto') return option;
	const mayBeInline = isFrame(role) && model.frames.allowsDataUri;
	return mayBeInline && bytes <= MAX_AUTOMATIC_INLINE_BYTES ? 'dataUri' : 'upload';
}

/** How the file is sent; sounds and clips are never inside the request. */
export const transportOf = (
	model: Model,
	role: MediaRole,
	input: (FrameInput | FileInput) & { kind: 'binary' },
): Transport =>
	transportFor(model, role, input.file.bytes, 'transport' in input ? input.transport : 'upload');

/** The length of the data URI that so many bytes become, in characters; at most a few too many. */
export function dataUriLength(bytes: number): number {
	return DATA_URI_HEAD_LENGTH + 4 * Math.ceil(bytes / 3);
}
