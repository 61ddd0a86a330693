/** A picture's or a video's sides in pixels. */
export interface Size {
	width: number;
	height: number;
}

/**
 * The pixel count that each resolution aims at. That of 720P is documented, that of 768P follows
 * from a documented sample of 1344×768; the others are those of their usual sides.
 */
export const RESOLUTION_PIXELS: Readonly<Record<string, number>> = {
	'360P': 640 * 360,
	'480P': 832 * 480,
	'540P': 960 * 540,
	'720P': 1280 * 720,
	'768P': 1344 * 768,
	'1080P': 1920 * 1080,
	'2K': 2560 * 1440,
	'4K': 3840 * 2160,
};

const SIDE_MULTIPLE = 16;
// √(921600·16/9) is 1280 only up to the last bits of a double.
const ROUNDING_SLACK = 1e-6;

/**
 * The size of a video: the frame's ratio (width / height), a pixel count near the resolution's,
 * each side rounded down to a multiple of 16 (docs/service-facts.md#9-output-size).
 */
export function videoSize(ratio: number, pixels: number): Size {
	return {
		width: roundDown(Math.sqrt(pixels * ratio)),
		height: roundDown(Math.sqrt(pixels / ratio)),
	};
}

function roundDown(side: number): number {
	const multiples = Math.floor((side + ROUNDING_SLACK) / SIDE_MULTIPLE);
	return Math.max(1, multiples) * SIDE_MULTIPLE;
}
