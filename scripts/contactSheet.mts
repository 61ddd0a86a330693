/** One picture that shows how a video goes: its first frame, three in between, its last. */
import sharp from 'sharp';
import { extractFrame, readVideo } from '../test/video/video.mts';

const TILE_WIDTH = 360;
const GAP = 16;
const LABEL_HEIGHT = 34;
const BACKGROUND = '#15181f';

/** Draws the contact sheet of a video file as PNG. */
export async function contactSheet(video: Buffer): Promise<Buffer> {
	const { width, height, seconds } = await readVideo(video);
	const tileHeight = Math.round((TILE_WIDTH * height) / width);
	const moments = [
		{ at: 'first' as const, label: '0.0 s' },
		...[0.25, 0.5, 0.75].map((share) => ({
			at: share * seconds,
			label: `${(share * seconds).toFixed(1)} s`,
		})),
		{ at: 'last' as const, label: `${seconds.toFixed(1)} s` },
	];
	const tiles = await Promise.all(
		moments.map(async ({ at, label }, index) => {
			const left = GAP + index * (TILE_WIDTH + GAP);
			const picture = await sharp(await extractFrame(video, at))
				.resize(TILE_WIDTH, tileHeight, { fit: 'fill' })
				.png()
				.toBuffer();
			return [
				{ input: picture, left, top: GAP },
				{ input: labelPicture(label), left, top: GAP + tileHeight },
			];
		}),
	);
	return await sharp({
		create: {
			width: GAP + moments.length * (TILE_WIDTH + GAP),
			height: GAP + tileHeight + LABEL_HEIGHT,
			channels: 3,
			background: BACKGROUND,
		},
	})
		.composite(tiles.flat())
		.png()
		.toBuffer();
}

function labelPicture(label: string): Buffer {
	return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${TILE_WIDTH}"
		height="${LABEL_HEIGHT}"><text x="${TILE_WIDTH / 2}" y="23" text-anchor="middle"
		font-family="sans-serif" font-size="17" fill="#c9d1e0">${label}</text></svg>`);
}
