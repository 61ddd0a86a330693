import type { LoadedMedia } from '../media/media.mts';
import type { ServedModel } from '../models/model.mts';
import { sizeOf, type VideoPlan } from '../videos/videoPlan.mts';
import type { VideoRequest } from './createBody.mts';

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
