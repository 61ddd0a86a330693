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

/** The size of a video of this resolution and ratio (width / height), of at most so many pixels. */
export function sizeOf(resolution: string, ratio: number, maxPixels: number): Size {
	return videoSize(ratio, Math.min(RESOLUTION_PIXELS[resolution] ?? Infinity, maxPixels));
}
