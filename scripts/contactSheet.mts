/** Pictures of a video side by side, to see at a glance how it goes. */
import sharp from 'sharp';
import { extractFrame, readVideo } from '../test/video/video.mts';

const TILE_WIDTH = 360;
const GAP = 16;
const LABEL_HEIGHT = 34;
const BACKGROUND = '#15181f';

export interface Tile {
	picture: Buffer;
	label: string;
}

/** Draws the contact sheet of a video file as PNG: its first frame, three in between, its last. */
export async function contactSheet(video: Buffer): Promise<Buffer> {
	const { width, height, seconds } = await readVideo(video);
	const moments = [
		{ at: 'first' as const, label: '0.0 s' },
		...[0.25, 0.5, 0.75].map((share) => ({
			at: share * seconds,
			label: `${(share * seconds).toFixed(1)} s`,
		})),
		{ at: 'last' as const, label: `${seconds.toFixed(1)} s` },
	];
	const tiles = moments.map(async ({ at, label }) => ({
		picture: await extractFrame(video, at),
		label,
	}));
	return await pictureSheet([await Promise.all(tiles)], width / height);
}

/** Draws rows of labeled pictures of one shape as PNG. */
export async function pictureSheet(rows: Tile[][], shape: number): Promise<Buffer> {
	const tileHeight = Math.round(TILE_WIDTH / shape);
	const rowHeight = GAP + tileHeight + LABEL_HEIGHT;
	const tiles = await Promise.all(
		rows.flatMap((row, rowIndex) =>
			row.map(async ({ picture, label }, index) => {
				const left = GAP + index * (TILE_WIDTH + GAP);
				const top = GAP + rowIndex * rowHeight;
				const input = await sharp(picture)
					.resize(TILE_WIDTH, tileHeight, { fit: 'fill' })
					.png()
					.toBuffer();
				return [
					{ input, left, top },
					{ input: labelPicture(label), left, top: top + tileHeight },
				];
			}),
		),
	);
	return await sharp({
		create: {
			width: GAP + Math.max(...rows.map(({ length }) => length)) * (TILE_WIDTH + GAP),
			height: rows.length * rowHeight,
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
