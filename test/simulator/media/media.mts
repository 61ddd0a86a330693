import { extractFrame, readMedia, type MediaFacts } from '../../video/video.mts';
import { fetchMedia, type MediaAccess, type MediaReference } from './fetchMedia.mts';
import {
	checkExtension,
	checkImage,
	checkPixelCounts,
	readImage,
	type ImageFacts,
} from './images.mts';
import type { ImageRules } from '../models/model.mts';
import type { Picture } from '../videos/renderVideo.mts';
import type { Result } from '../tasks/taskError.mts';

/** The pictures that a video is made of, and the length of the clip it continues, in seconds. */
export interface LoadedMedia {
	first: Picture | undefined;
	last: Picture | undefined;
	/** Width by height of what the video begins with; of its end where only that is known. */
	ratio: number | undefined;
	clipSeconds: number;
}

const MB = 1024 * 1024;
const AUDIO = { formats: ['wav', 'mp3'], minSeconds: 2, maxSeconds: 30, maxBytes: 15 * MB };
const CLIP = { formats: ['mov', 'mp4'], minSeconds: 2, maxSeconds: 10, maxBytes: 100 * MB };

/**
 * Fetches all media and checks their formats, sides, ratios and bytes, as the service does before
 * it starts a task (docs/service-facts.md#8-media); each violation has its own error code.
 */
export async function loadMedia(
	references: readonly MediaReference[],
	rules: ImageRules,
	access: MediaAccess,
): Promise<Result<LoadedMedia>> {
	const loaded = await Promise.all(
		references.map(async (reference) => loadFile(reference, rules, access)),
	);
	const media: LoadedMedia = {
		first: undefined,
		last: undefined,
		ratio: undefined,
		clipSeconds: 0,
	};
	const images: ImageFacts[] = [];
	for (const file of loaded) {
		if (!file.ok) return file;
		const { role, image, seconds } = file.value;
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
	const unequal = checkPixelCounts(images, rules);
	return unequal === undefined ? { ok: true, value: media } : { ok: false, error: unequal };
}

interface MediaFile {
	role: MediaReference['role'];
	image: ImageFacts | undefined;
	seconds: number;
}

async function loadFile(
	reference: MediaReference,
	rules: ImageRules,
	access: MediaAccess,
): Promise<Result<MediaFile>> {
	const { role, url } = reference;
	const bytes = await fetchMedia(reference, rules, access);
	if (!Buffer.isBuffer(bytes)) return { ok: false, error: bytes };
	if (role === 'driving_audio' || role === 'first_clip') return loadTimed(role, bytes);

	const image = await readImage(bytes);
	if (image === undefined) {
		return failed('InvalidImage.FileFormat', 'The image cannot be decoded.');
	}
	const error = checkExtension(url, image.format) ?? checkImage(image, rules);
	if (error !== undefined) return { ok: false, error };
	return { ok: true, value: { role, image, seconds: 0 } };
}

async function loadTimed(
	role: 'driving_audio' | 'first_clip',
	bytes: Buffer,
): Promise<Result<MediaFile>> {
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

function failed(code: string, message: string): Result<never> {
	return { ok: false, error: { code, message } };
}
