/** Formats of pictures that the bytes of a file tell apart; each is also the extension of its files. */
export type ImageFormat = 'bmp' | 'heic' | 'heif' | 'jpeg' | 'png' | 'webp';

/** Formats of sounds and clips, likewise. */
export type FileFormat = 'mov' | 'mp3' | 'mp4' | 'wav';

/** What an image file says of itself before its pixels. */
export interface ImageHeader {
	readonly format: ImageFormat;
	/** Pixels as a viewer shows them: where the file asks for a rotation (EXIF), after it. */
	readonly width: number;
	readonly height: number;
	/** True if pixels may be transparent, whether or not one is. */
	readonly hasAlpha: boolean;
	/** Present where width and height are exchanged by a rotation that the file asks for. */
	readonly isRotated?: true;
	/** Present where the end of the file is missing. */
	readonly isTruncated?: true;
}

/** What is known of an image from the bytes that were read. */
export type ImageInfo =
	| ({ readonly kind: 'image' } & ImageHeader)
	/** The format is known, but the file does not tell its size in the usual place. */
	| { readonly kind: 'unsized'; readonly format: ImageFormat }
	/** The bytes end before the header does: more of the file is needed, or it is cut off. */
	| { readonly kind: 'truncated'; readonly format: ImageFormat }
	/** No image that is known; `looksLike` names what it is instead, e.g. "a PDF document". */
	| { readonly kind: 'unknown'; readonly looksLike?: string };
