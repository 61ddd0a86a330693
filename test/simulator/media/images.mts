import { createHash } from 'node:crypto';

import sharp from 'sharp';

import { extractFrame } from '../../video/video.mts';
import { readHeicSize } from './heic.mts';
import type { ImageRules } from '../models/model.mts';
import type { Picture } from '../videos/renderVideo.mts';
import type { Size } from '../videos/size.mts';
import type { TaskError } from '../tasks/taskError.mts';
import { plainPicture } from '../videos/videos.mts';

const MB = 1024 * 1024;

/** What the checks need to know of an image. Sides in pixels. */
export interface ImageFacts {
	format: string;
	width: number;
	height: number;
	bytes: number;
	alpha: boolean;
	picture: Picture;
}

/**
 * Format (as sharp names it, `heic` for HEIC and HEIF), size and alpha of an image, or undefined
 * where none can be decoded.
 */
export async function readImage(bytes: Buffer): Promise<ImageFacts | undefined> {
	try {
		const size = readHeicSize(bytes);
		return size === undefined ? await decodeImage(bytes) : await heicFacts(bytes, size);
	} catch {
		return undefined;
	}
}

async function decodeImage(bytes: Buffer): Promise<ImageFacts> {
	// sharp reads no BMP.
	const bitmap = bytes.subarray(0, 2).toString('latin1') === 'BM';
	const picture = bitmap ? await extractFrame(bytes, 'first') : bytes;
	const { format, ...facts } = await decodeOnce(picture);
	return { ...facts, format: bitmap ? 'bmp' : format, bytes: bytes.length, picture };
}

type Decoded = Pick<ImageFacts, 'format' | 'width' | 'height' | 'alpha'>;

/** What decoding has shown, by a hash of the file: clients send the same few pictures again and again. */
const decoded = new Map<string, Promise<Decoded>>();

function decodeOnce(picture: Buffer): Promise<Decoded> {
	const hash = createHash('sha256').update(picture).digest('base64');
	const known = decoded.get(hash) ?? decode(picture);
	decoded.set(hash, known);
	return known;
}

async function decode(picture: Buffer): Promise<Decoded> {
	const { format, width, height, hasAlpha } = await sharp(picture).metadata();
	// The header alone would let a cut file pass.
	await sharp(picture, { failOn: 'truncated' }).resize(8, 8).raw().toBuffer();
	return { format, width, height, alpha: hasAlpha };
}

// There is no decoder for it here, so that a plain picture stands in for its content.
async function heicFacts(bytes: Buffer, size: Size): Promise<ImageFacts> {
	const picture = await plainPicture({ width: 16, height: 16 }, 'slategray');
	return { format: 'heic', ...size, bytes: bytes.length, alpha: false, picture };
}

/** The first rule that an image breaks, or undefined. */
export function checkImage(image: ImageFacts, rules: ImageRules): TaskError | undefined {
	const { width, height } = image;
	const [shorter, longer] = width < height ? [width, height] : [height, width];
	const { minSide = 1, maxSide = Infinity, maxRatio = Infinity } = rules;
	if (!rules.formats.includes(image.format)) {
		return {
			code: 'InvalidFile.Format',
			message: `The image format ${image.format} is not supported.`,
		};
	}
	if (image.format === 'png' && image.alpha && !rules.alpha) {
		return {
			code: 'InvalidFile.Format',
			message: 'PNG images with an alpha channel are not supported.',
		};
	}
	if (image.bytes > rules.maxBytes) {
		return {
			code: 'InvalidFile.Size',
			message: `The image is larger than ${rules.maxBytes / MB} MB.`,
		};
	}
	if (shorter < minSide || longer > maxSide) {
		return {
			code: 'InvalidFile.Resolution',
			message: `The image is ${width}x${height}; its sides must be ${minSide} to ${maxSide} pixels.`,
		};
	}
	if (longer / shorter > maxRatio) {
		return {
			code: 'InvalidFile.AspectRatio',
			message: `The image's aspect ratio must be between 1:${maxRatio} and ${maxRatio}:1.`,
		};
	}
	return undefined;
}

/** Why the frames' pixel counts do not go together, or undefined. */
export function checkPixelCounts(
	images: readonly ImageFacts[],
	rules: ImageRules,
): TaskError | undefined {
	const [first, last] = images;
	if (rules.pixelCounts === undefined || first === undefined || last === undefined)
		return undefined;
	const quotient = (first.width * first.height) / (last.width * last.height);
	if (quotient >= rules.pixelCounts.min && quotient <= rules.pixelCounts.max) return undefined;
	return {
		code: 'InvalidImage.ImageSize',
		message: `The two images' pixel counts must be within ${rules.pixelCounts.min} to ${rules.pixelCounts.max} of each other.`,
	};
}

const EXTENSIONS: Readonly<Record<string, string>> = {
	jpg: 'jpeg',
	jpeg: 'jpeg',
	png: 'png',
	bmp: 'bmp',
	webp: 'webp',
	heic: 'heic',
	heif: 'heic',
};

/** Why the name of an uploaded file does not match its format; other names do not have to. */
export function checkExtension(url: string, format: string): TaskError | undefined {
	if (!url.startsWith('oss://')) return undefined;
	const extension = url.slice(url.lastIndexOf('.') + 1).toLowerCase();
	if (EXTENSIONS[extension] === format) return undefined;
	return {
		code: 'InvalidFile.Format',
		message: `The file's extension does not match its format ${format}.`,
	};
}
