import { isWithin } from './checkMedia';
import { nameField } from './describe';
import type { Model } from './family';
import type { FrameInput, MediaInputs } from './mediaInput';
import type { ImageHeader } from '../util/mediaInfo';

/**
 * A difference in shape that viewers begin to see; other clients of the API warn from it on too.
 */
const VISIBLE_SHAPE_DIFFERENCE = 0.03;

/** What may turn out otherwise than the user expects, though the service accepts it. */
export function mediaHints(model: Model, { firstFrame, lastFrame }: MediaInputs): string[] {
	const first = headerOf(firstFrame);
	const last = headerOf(lastFrame);
	return [
		...(first ? frameHints(model, nameField(firstFrame), first) : unsizedHint(model, firstFrame)),
		...(last ? frameHints(model, nameField(lastFrame), last) : unsizedHint(model, lastFrame)),
		...(first && last ? shapeHint(first, last) : []),
	];
}

function headerOf(input: FrameInput): ImageHeader | undefined {
	return 'image' in input && input.image.kind === 'image' ? input.image : undefined;
}

function frameHints(model: Model, name: string, image: ImageHeader): string[] {
	const { width, height } = image;
	const sides = model.frames.recommendedSidePixels;
	return [
		...(sides && !(isWithin(sides, width) && isWithin(sides, height))
			? [
					`${name} is ${width}×${height}. One of two sources on ${model.id} allows sides of ${sides.min} to ${sides.max} pixels only; the task may fail, which is not billed.`,
				]
			: []),
		...(image.isRotated
			? [
					`${name} is rotated only by its EXIF orientation, and counts as ${width}×${height} here. Whether the service turns it is not known: save it upright if the video comes out sideways.`,
				]
			: []),
		...(image.isTruncated
			? [
					`${name} holds a ${image.format.toUpperCase()} whose end is missing. The service may refuse it or show a gray area; fetch or save the picture again.`,
				]
			: []),
	];
}

function unsizedHint(model: Model, input: FrameInput): string[] {
	if (!('image' in input) || input.image.kind !== 'unsized') return [];
	const format = input.image.format.toUpperCase();
	return [
		`${nameField(input)} holds a ${format} whose size was not found, so it was not checked against the limits of ${model.id}.`,
	];
}

function shapeHint(first: ImageHeader, last: ImageHeader): string[] {
	const firstShape = first.width / first.height;
	const lastShape = last.width / last.height;
	const difference = Math.max(firstShape, lastShape) / Math.min(firstShape, lastShape) - 1;
	return difference < VISIBLE_SHAPE_DIFFERENCE
		? []
		: [
				`The first frame is ${first.width}×${first.height} (${shape(firstShape)}) and the last ${last.width}×${last.height} (${shape(lastShape)}): their shapes differ. The video has the shape of the first, so the last one will be cropped or squeezed.`,
			];
}

/** Width by height, e.g. "1.78:1", "0.56:1". */
const shape = (ratio: number): string => `${Number(ratio.toFixed(2))}:1`;
