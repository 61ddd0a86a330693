/** A picture's or a video's sides in pixels. */
export interface Size {
	width: number;
	height: number;
}

/** The pixel count that each tier aims at. 720P is documented; the others follow its sides. */
export const TIER_PIXELS: Readonly<Record<string, number>> = {
	'360P': 640 * 360,
	'480P': 832 * 480,
	'540P': 960 * 540,
	'720P': 1280 * 720,
	'1080P': 1920 * 1080,
};

const SIDE_MULTIPLE = 16;
// √(921600·16/9) is 1280 only up to the last bits of a double.
const ROUNDING_SLACK = 1e-6;

/**
 * The size of the video: the frame's ratio (width / height), a pixel count near the tier's, each
 * side rounded down to a multiple of 16 (document, section 3: 750×1000 at 720P gives 816×1104).
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
