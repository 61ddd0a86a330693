import {
	Frame,
	SoftwareScaleContext,
	type AVColorRange,
	type AVColorSpace,
	type AVPixelFormat,
} from 'node-av';

/** What the pixels of a frame are to be. */
export interface PixelSettings {
	format: AVPixelFormat;
	colorSpace?: AVColorSpace;
	colorRange?: AVColorRange;
}

/** The frame's pixels in another format, of the same size; planes one after another. */
export async function convertFrame(
	source: Frame,
	{ format, colorSpace, colorRange }: PixelSettings,
): Promise<Buffer> {
	using scaler = new SoftwareScaleContext();
	scaler.allocContext();
	using target = new Frame();
	target.alloc();
	target.width = source.width;
	target.height = source.height;
	target.format = format;
	if (colorSpace !== undefined) target.colorSpace = colorSpace;
	if (colorRange !== undefined) target.colorRange = colorRange;
	target.getBuffer();
	await scaler.scaleFrame(target, source);
	return target.toBuffer();
}
