import sharp from 'sharp';

import { extractFrame, readMedia, type MediaFacts } from '../video/video.mts';
import { invalidParameter, type MediumReference, type TaskError } from './createBody.mts';
import { readHeicSize } from './heic.mts';
import type { ImageRules } from './model.mts';
import type { Picture } from './renderVideo.mts';
import type { Size } from './size.mts';
import { plainPicture } from './videos.mts';

/** Gives the bytes behind an `oss://` URL, or why the service cannot have them. */
export type OssReader = (url: string) => Buffer | TaskError;

/** Whose URLs are fetched: this machine's own, or everybody's. */
export type FetchFrom = 'localhost' | 'anywhere';

/** How media are fetched. */
export interface MediaAccess {
	readOss: OssReader;
	/** How long the download of one medium may take, in ms. */
	downloadMs: number;
	/** Whether URLs of other machines are fetched; if not, they cannot be downloaded. */
	fetchFrom: FetchFrom;
}

/** The pictures that a video is made of, and the length of the clip it continues, in seconds. */
export interface LoadedMedia {
	first: Picture | undefined;
	last: Picture | undefined;
	/** Width by height of what the video begins with; of its end where only that is known. */
	ratio: number | undefined;
	clipSeconds: number;
}

/** What the checks look at in an image. Sides in pixels. */
export interface ImageFacts {
	format: string;
	width: number;
	height: number;
	bytes: number;
	alpha: boolean;
	picture: Picture;
}

type Loaded<T> = { ok: true; value: T } | { ok: false; failure: TaskError };

const MB = 1024 * 1024;
const MAX_DATA_URI_CHARACTERS = 10 * MB;
const AUDIO = { formats: ['wav', 'mp3'], minSeconds: 2, maxSeconds: 30, maxBytes: 15 * MB };
const CLIP = { formats: ['mov', 'mp4'], minSeconds: 2, maxSeconds: 10, maxBytes: 100 * MB };

/**
 * Fetches every medium and looks into it, as the service does before it starts a task (document,
 * section 3: formats, sides, ratios, bytes; section 4: what each fault is called).
 */
export async function loadMedia(
	references: readonly MediumReference[],
	rules: ImageRules,
	access: MediaAccess,
): Promise<Loaded<LoadedMedia>> {
	const loaded = await Promise.all(
		references.map(async (reference) => loadMedium(reference, rules, access)),
	);
	const media: LoadedMedia = {
		first: undefined,
		last: undefined,
		ratio: undefined,
		clipSeconds: 0,
	};
	const images: ImageFacts[] = [];
	for (const medium of loaded) {
		if (!medium.ok) return medium;
		const { role, image, seconds } = medium.value;
		if (role === 'first_clip') media.clipSeconds = seconds;
		if (image === undefined) continue;
		images.push(image);
		const ratio = image.width / image.height;
		if (role === 'last_frame') {
			media.last = image.picture;
			media.ratio ??= ratio;
		} else {
			media.first = image.picture;
			media.ratio = ratio;
		}
	}
	const unequal = judgePixelCounts(images, rules);
	return unequal === undefined ? { ok: true, value: media } : { ok: false, failure: unequal };
}

interface Medium {
	role: MediumReference['role'];
	image: ImageFacts | undefined;
	seconds: number;
}

async function loadMedium(
	reference: MediumReference,
	rules: ImageRules,
	access: MediaAccess,
): Promise<Loaded<Medium>> {
	const { role, url } = reference;
	const bytes = await fetchBytes(reference, rules, access);
	if (!Buffer.isBuffer(bytes)) return { ok: false, failure: bytes };
	if (role === 'driving_audio' || role === 'first_clip') return loadTimed(role, bytes);

	const image = await readImage(bytes);
	if (image === undefined) {
		return failed('InvalidImage.FileFormat', 'The image cannot be decoded.');
	}
	const failure = judgeExtension(url, image.format) ?? judgeImage(image, rules);
	if (failure !== undefined) return { ok: false, failure };
	return { ok: true, value: { role, image, seconds: 0 } };
}

async function loadTimed(
	role: 'driving_audio' | 'first_clip',
	bytes: Buffer,
): Promise<Loaded<Medium>> {
	const limits = role === 'driving_audio' ? AUDIO : CLIP;
	if (bytes.length > limits.maxBytes) {
		return failed('InvalidFile.Size', `The ${role} is larger than ${limits.maxBytes / MB} MB.`);
	}
	const facts = await readMedia(bytes).catch((): MediaFacts | undefined => undefined);
	if (!facts?.format.split(',').some((name) => limits.formats.includes(name))) {
		return failed('InvalidFile.Format', `The ${role} must be ${limits.formats.join(' or ')}.`);
	}
	if (facts.seconds < limits.minSeconds || facts.seconds > limits.maxSeconds) {
		return failed(
			'InvalidFile.Duration',
			`The ${role} must last ${limits.minSeconds} to ${limits.maxSeconds} seconds.`,
		);
	}
	if (role === 'driving_audio') {
		return { ok: true, value: { role, image: undefined, seconds: facts.seconds } };
	}
	if (!facts.hasVideo) return failed('InvalidFile.Format', 'The first_clip has no pictures.');
	const image = await readImage(await extractFrame(bytes, 'first'));
	return { ok: true, value: { role, image, seconds: facts.seconds } };
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
	const { format, width, height, hasAlpha } = await sharp(picture).metadata();
	// The header alone would let a cut file pass.
	await sharp(picture, { failOn: 'truncated' }).resize(8, 8).raw().toBuffer();
	return {
		format: bitmap ? 'bmp' : format,
		width,
		height,
		bytes: bytes.length,
		alpha: hasAlpha,
		picture,
	};
}
// There is no decoder for it here, so that a plain picture stands in for its content.
async function heicFacts(bytes: Buffer, size: Size): Promise<ImageFacts> {
	const picture = await plainPicture({ width: 16, height: 16 }, 'slategray');
	return { format: 'heic', ...size, bytes: bytes.length, alpha: false, picture };
}

/** The first rule that an image breaks, or undefined. */
export function judgeImage(image: ImageFacts, rules: ImageRules): TaskError | undefined {
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

function judgePixelCounts(images: readonly ImageFacts[], rules: ImageRules): TaskError | undefined {
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

// Only an uploaded file's name is bound to its content (document, section 6).
function judgeExtension(url: string, format: string): TaskError | undefined {
	if (!url.startsWith('oss://')) return undefined;
	const extension = url.slice(url.lastIndexOf('.') + 1).toLowerCase();
	if (EXTENSIONS[extension] === format) return undefined;
	return {
		code: 'InvalidFile.Format',
		message: `The file's extension does not match its format ${format}.`,
	};
}

async function fetchBytes(
	{ role, url }: MediumReference,
	rules: ImageRules,
	access: MediaAccess,
): Promise<Buffer | TaskError> {
	const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
	switch (scheme) {
		case 'oss':
			return access.readOss(url);
		case 'http':
		case 'https':
			return download(url, access);
		case 'data': {
			const image = role === 'first_frame' || role === 'last_frame';
			return image && rules.dataUri
				? readDataUri(url)
				: { code: 'InvalidURL', message: `A data URI is not supported for ${role}.` };
		}
		default:
			return { code: 'InvalidURL', message: `The URL of ${role} is invalid.` };
	}
}

function readDataUri(url: string): Buffer | TaskError {
	if (url.length > MAX_DATA_URI_CHARACTERS) {
		return { code: 'InvalidFile.Size', message: 'The data URI is longer than 10 MB.' };
	}
	const comma = url.indexOf(',');
	if (!/^data:image\/[a-z0-9.+-]+;base64$/i.test(url.slice(0, Math.max(0, comma)))) {
		return { code: 'InvalidURL', message: 'The data URI must begin with data:image/…;base64,' };
	}
	return Buffer.from(url.slice(comma + 1), 'base64');
}

async function download(url: string, access: MediaAccess): Promise<Buffer | TaskError> {
	const { downloadMs, fetchFrom } = access;
	if (fetchFrom === 'localhost' && !isLocal(url))
		return invalidParameter(`Failed to download ${url}`);
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(downloadMs) });
		if (!response.ok) {
			await response.body?.cancel();
			return invalidParameter(`Failed to download ${url}`);
		}
		return Buffer.from(await response.arrayBuffer());
	} catch (error) {
		return downloadFailure(url, error);
	}
}

function isLocal(url: string): boolean {
	return URL.canParse(url) && ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);
}

function downloadFailure(url: string, error: unknown): TaskError {
	const cause = error instanceof Error ? error.cause : undefined;
	const refused = cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
	if (refused)
		return { code: 'InvalidURL.ConnectionRefused', message: `Connection refused: ${url}` };
	if (error instanceof Error && error.name === 'TimeoutError') {
		return { code: 'InvalidURL.Timeout', message: `Download timed out: ${url}` };
	}
	return invalidParameter(`Failed to download ${url}`);
}

function failed(code: string, message: string): { ok: false; failure: TaskError } {
	return { ok: false, failure: { code, message } };
}
