import sharp, { type Sharp } from 'sharp';

/** Mean absolute difference of two pictures, 0 (equal) to 255, after fitting the second to the first. */
export async function pictureDifference(first: Buffer, second: Buffer): Promise<number> {
	const { data, info } = await pixels(sharp(first));
	const { width, height } = info;
	const other = await pixels(sharp(second).resize(width, height, { fit: 'fill' }));
	let sum = 0;
	for (const [index, value] of data.entries()) sum += Math.abs(value - (other.data[index] ?? 0));
	return sum / data.length;
}

async function pixels(picture: Sharp) {
	return await picture
		.removeAlpha()
		.toColourspace('srgb')
		.raw()
		.toBuffer({ resolveWithObject: true });
}
