import { defaultOf } from './buildRequest';
import type { Model, SettingValues } from './family';

/** Roughly what will come out: sides in pixels, length in seconds. */
export interface ExpectedVideo {
	readonly width: number;
	readonly height: number;
	readonly seconds?: number;
}

/** Both sides of a video are multiples of this (documented). */
const SIDE_STEP = 16;

/**
 * A forecast of the video by the documented rule: the first frame's shape is kept, the number of pixels is
 * brought near the resolution's, the sides are rounded down to multiples of 16. A measured video was
 * 858×1072, so it is approximate. Undefined where the rule is not documented for the model or the shape is set otherwise.
 */
export function forecastVideo(
	model: Model,
	settings: SettingValues,
	firstFrame: { readonly width: number; readonly height: number },
): ExpectedVideo | undefined {
	const { resolution, ratio, duration } = model.settings;
	if (resolution?.kind !== 'choice') return undefined;
	const shape = settings.ratio ?? (ratio && defaultOf(ratio));
	if (ratio !== undefined && shape !== defaultOf(ratio)) return undefined;
	const chosen = settings.resolution ?? resolution.default;
	const pixels = resolution.choices.find(({ value }) => value === chosen)?.pixels;
	if (pixels === undefined) return undefined;

	const side = (length: number) => Math.floor(length / SIDE_STEP) * SIDE_STEP;
	const aspect = firstFrame.width / firstFrame.height;
	const length =
		settings.duration ?? (duration && defaultOf(duration)) ?? model.family.fixedSeconds;
	return {
		width: side(Math.sqrt(pixels * aspect)),
		height: side(Math.sqrt(pixels / aspect)),
		// A negative length leaves it to the model.
		...(typeof length === 'number' && length > 0 && { seconds: length }),
	};
}
