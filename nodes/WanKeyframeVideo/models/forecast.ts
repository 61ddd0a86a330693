import type { Model, SettingValues } from './family';
import { defaultOf } from './settings';

/** Roughly what will come out: sides in pixels, length in seconds. */
export interface ExpectedVideo {
	readonly width: number;
	readonly height: number;
	readonly seconds?: number;
}

/** Both sides of a video are multiples of this (documented). */
const SIDE_STEP = 16;

/**
 * A forecast by the documented rule: the first frame's shape is kept, the number of pixels is
 * brought near the resolution's, both sides are rounded down to multiples of 16. Approximate: a
 * measured video was 858×1072. Undefined where the rule is not documented for the model, or another
 * shape was chosen.
 */
export function forecastVideo(
	model: Model,
	settings: SettingValues,
	firstFrame: { readonly width: number; readonly height: number },
): ExpectedVideo | undefined {
	const { resolution, ratio, duration } = model.settings;
	if (resolution?.kind !== 'choice') return undefined;
	const shape = settings.ratio ?? defaultOf(ratio);
	if (shape !== defaultOf(ratio)) return undefined;
	const chosen = settings.resolution ?? resolution.default;
	const pixels = resolution.choices.find(({ value }) => value === chosen)?.pixels;
	if (pixels === undefined) return undefined;

	const side = (length: number) => Math.floor(length / SIDE_STEP) * SIDE_STEP;
	const aspect = firstFrame.width / firstFrame.height;
	const seconds = settings.duration ?? defaultOf(duration) ?? model.fixedSeconds;
	return {
		width: side(Math.sqrt(pixels * aspect)),
		height: side(Math.sqrt(pixels / aspect)),
		// A negative length leaves it to the model.
		...(typeof seconds === 'number' && seconds > 0 && { seconds }),
	};
}
