import type { VideoRequest } from './createBody.mts';
import type { LoadedMedia } from './media.mts';
import type { ServedModel } from './model.mts';
import { RESOLUTION_PIXELS, videoSize, type Size } from './size.mts';
import type { Picture } from './renderVideo.mts';

/** The video that a task makes: settled parameters, sizes in pixels, lengths in seconds. */
export interface VideoPlan {
	prompt: string;
	resolution: string;
	seconds: number;
	/** Seconds of the clip that the video continues, else 0. */
	clipSeconds: number;
	size: Size;
	ratio: string;
	switches: Readonly<Record<string, boolean>>;
	sound: boolean;
	/** Undefined where the create brought none. */
	first: Picture | undefined;
	last: Picture | undefined;
}

/** Of a task whose body or media are bad. */
export const NO_VIDEO: VideoPlan = {
	prompt: '',
	resolution: '',
	seconds: 0,
	clipSeconds: 0,
	size: { width: 16, height: 16 },
	ratio: '',
	switches: {},
	sound: false,
	first: undefined,
	last: undefined,
};

const WIDE = 16 / 9;

/** The video that a checked body and its media ask for, of at most so many pixels. */
export function planVideo(
	request: VideoRequest,
	media: LoadedMedia,
	model: ServedModel,
	maxPixels: number,
): VideoPlan {
	const ratio = request.ratio === 'adaptive' ? (media.ratio ?? WIDE) : quotient(request.ratio);
	const { prompt, resolution, seconds, switches, sound } = request;
	return {
		prompt,
		resolution,
		seconds,
		clipSeconds: media.clipSeconds,
		size: sizeOf(resolution, ratio, maxPixels),
		ratio: nearestRatio(ratio, model.ratios ?? []),
		switches,
		sound,
		first: media.first,
		last: media.last,
	};
}

/** The size of a video of this resolution and ratio (width / height), of at most so many pixels. */
export function sizeOf(resolution: string, ratio: number, maxPixels: number): Size {
	return videoSize(ratio, Math.min(RESOLUTION_PIXELS[resolution] ?? Infinity, maxPixels));
}

/** `16:9` as a number. */
function quotient(ratio: string): number {
	const [width = 1, height = 1] = ratio.split(':').map(Number);
	return width / height;
}

function nearestRatio(ratio: number, names: readonly string[]): string {
	const distance = (name: string): number => Math.abs(Math.log(quotient(name) / ratio));
	const [nearest = ''] = names
		.filter((name) => name.includes(':'))
		.sort((one, other) => distance(one) - distance(other));
	return nearest;
}
