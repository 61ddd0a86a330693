/** Turns the pictures of a recording into a video, and a part of them into a moving picture. */
import {
	AV_PIX_FMT_RGB24,
	AV_PIX_FMT_YUV420P,
	Encoder,
	FF_ENCODER_LIBX264,
	Frame,
	Muxer,
	Rational,
} from 'node-av';
import sharp from 'sharp';
import { convertFrame } from '../../test/simulator/videos/convertFrame.mts';
import type { Shot } from './screencast.mts';

/** A screen changes seldom; more pictures a second only make the file larger. */
const VIDEO_FPS = 10;

/** An MP4 of all pictures, each as long on the screen as it was. */
export async function encodeVideo(
	shots: readonly Shot[],
	endMs: number,
	file: string,
	{ width, height }: { width: number; height: number },
): Promise<void> {
	using encoder = await Encoder.create(FF_ENCODER_LIBX264, {
		context: {
			width,
			height,
			pixelFormat: AV_PIX_FMT_YUV420P,
			timeBase: new Rational(1, VIDEO_FPS),
			framerate: new Rational(VIDEO_FPS, 1),
		},
		options: { preset: 'veryfast', crf: 26 },
	});
	const muxer = await Muxer.open(file, { format: 'mp4', options: { movflags: 'faststart' } });
	const stream = muxer.addStream(encoder);
	try {
		for await (const packet of encoder.packets(frames(shots, endMs, width, height))) {
			if (packet === null) continue;
			await muxer.writePacket(packet, stream);
			packet.free();
		}
	} finally {
		await muxer.close();
	}
}

async function* frames(
	shots: readonly Shot[],
	endMs: number,
	width: number,
	height: number,
): AsyncGenerator<Frame | null> {
	const timeBase = { num: 1, den: VIDEO_FPS };
	let shown: Shot | undefined;
	let planes: Buffer = Buffer.alloc((width * height * 3) / 2, 128);
	for (let index = 0; index < (endMs * VIDEO_FPS) / 1000; index += 1) {
		const shot = shots.findLast(({ atMs }) => atMs <= (index * 1000) / VIDEO_FPS) ?? shots[0];
		if (shot !== undefined && shot !== shown) {
			planes = await readPlanes(shot.file, width, height);
			shown = shot;
		}
		const format = AV_PIX_FMT_YUV420P;
		yield Frame.fromVideoBuffer(planes, { width, height, format, pts: BigInt(index), timeBase });
	}
	yield null;
}

async function readPlanes(file: string, width: number, height: number): Promise<Buffer> {
	const rgb = await sharp(file).resize(width, height).removeAlpha().raw().toBuffer();
	using source = Frame.fromVideoBuffer(rgb, {
		width,
		height,
		format: AV_PIX_FMT_RGB24,
		timeBase: { num: 1, den: 1 },
	});
	return await convertFrame(source, { format: AV_PIX_FMT_YUV420P });
}

/** A picture of a moving one, and for how long it stands. */
export interface StandingShot {
	readonly file: string;
	readonly ms: number;
}

/** An animated WebP that begins again and again. */
export async function encodeMovingPicture(
	shots: readonly StandingShot[],
	file: string,
	width: number,
): Promise<void> {
	const pictures = await Promise.all(
		shots.map(async (shot) => await sharp(shot.file).resize({ width }).png().toBuffer()),
	);
	await sharp(pictures, { join: { animated: true } })
		.webp({
			quality: 70,
			effort: 4,
			delay: shots.map(({ ms }) => Math.round(ms)),
			loop: 0,
			minSize: true,
		})
		.toFile(file);
}
