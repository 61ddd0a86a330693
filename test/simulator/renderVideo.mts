import {
	AVCOL_RANGE_MPEG,
	AVCOL_SPC_SMPTE170M,
	AV_CHANNEL_LAYOUT_STEREO,
	AV_LOG_ERROR,
	AV_PIX_FMT_RGB24,
	AV_PIX_FMT_YUV420P,
	AV_SAMPLE_FMT_FLTP,
	Encoder,
	FF_ENCODER_AAC,
	FF_ENCODER_LIBX264,
	Frame,
	Log,
	Muxer,
	Rational,
	SoftwareScaleContext,
} from 'node-av';
import sharp from 'sharp';

import { MemoryFile } from './memoryFile.mts';
import type { Size } from './size.mts';

// The encoders otherwise write a page of statistics for every video.
Log.setLevel(AV_LOG_ERROR);

/** A decodable picture's bytes, in any format that sharp reads. */
export type Picture = Buffer;

/** What a video is made of. */
export interface VideoContent {
	first: Picture;
	last: Picture;
	size: Size;
	seconds: number;
	fps: number;
	sound: boolean;
}

const SAMPLE_RATE = 48_000;
const SAMPLES_PER_FRAME = 1024;
const TONE_HZ = 220;
const TONE_LEVEL = 0.04;
const FADE_SECONDS = 0.25;

/**
 * An H.264 MP4 that begins with exactly the first picture, ends with exactly the last one and fades
 * from one to the other between; with a soft AAC tone if it has sound.
 */
export async function renderVideo(content: VideoContent): Promise<Buffer> {
	const file = new MemoryFile();
	const [first, last] = await Promise.all([
		readPlanes(content.first, content.size),
		readPlanes(content.last, content.size),
	]);
	using video = await Encoder.create(FF_ENCODER_LIBX264, {
		gopSize: content.fps,
		maxBFrames: 0,
		options: { preset: 'ultrafast', crf: 20 },
		context: {
			width: content.size.width,
			height: content.size.height,
			pixelFormat: AV_PIX_FMT_YUV420P,
			timeBase: new Rational(1, content.fps),
			framerate: new Rational(content.fps, 1),
			colorSpace: AVCOL_SPC_SMPTE170M,
			colorRange: AVCOL_RANGE_MPEG,
		},
	});
	using audio = await Encoder.create(FF_ENCODER_AAC, { bitrate: '64k' });
	const muxer = await Muxer.open(file, { format: 'mp4' });
	try {
		const tracks = [
			encodeInto(muxer, muxer.addStream(video), video, pictures(content, first, last)),
		];
		if (content.sound) {
			tracks.push(encodeInto(muxer, muxer.addStream(audio), audio, tone(content.seconds)));
		}
		await Promise.all(tracks);
	} finally {
		await muxer.close();
	}
	return file.bytes();
}

async function encodeInto(
	muxer: Muxer,
	stream: number,
	encoder: Encoder,
	frames: AsyncIterable<Frame | null>,
): Promise<void> {
	for await (const packet of encoder.packets(frames)) {
		if (packet === null) continue;
		await muxer.writePacket(packet, stream);
		packet.free();
	}
}

async function* pictures(
	{ size, seconds, fps }: VideoContent,
	first: Buffer,
	last: Buffer,
): AsyncGenerator<Frame | null> {
	const count = Math.round(seconds * fps);
	for (let index = 0; index < count; index += 1) {
		const progress = count > 1 ? index / (count - 1) : 0;
		yield Frame.fromVideoBuffer(blend(first, last, progress), {
			width: size.width,
			height: size.height,
			format: AV_PIX_FMT_YUV420P,
			pts: BigInt(index),
			timeBase: { num: 1, den: fps },
		});
	}
	yield null;
}

/** Both pictures laid over each other, byte by byte: 0 is the first alone, 1 the last alone. */
function blend(first: Buffer, last: Buffer, progress: number): Buffer {
	const eased = progress * progress * (3 - 2 * progress);
	const weight = Math.round(256 * eased);
	const mixed = Buffer.allocUnsafe(first.length);
	for (let index = 0; index < mixed.length; index += 1) {
		const from = first[index] ?? 0;
		const to = last[index] ?? 0;
		mixed[index] = (from * (256 - weight) + to * weight + 128) >> 8;
	}
	return mixed;
}

async function* tone(seconds: number): AsyncGenerator<Frame | null> {
	const total = Math.round(seconds * SAMPLE_RATE);
	for (let start = 0; start < total; start += SAMPLES_PER_FRAME) {
		const count = Math.min(SAMPLES_PER_FRAME, total - start);
		const channel = Float32Array.from({ length: count }, (_, offset) =>
			toneAt((start + offset) / SAMPLE_RATE, seconds),
		);
		const left = Buffer.from(channel.buffer);
		yield Frame.fromAudioBuffer(Buffer.concat([left, left]), {
			nbSamples: count,
			format: AV_SAMPLE_FMT_FLTP,
			sampleRate: SAMPLE_RATE,
			channelLayout: AV_CHANNEL_LAYOUT_STEREO,
			timeBase: { num: 1, den: SAMPLE_RATE },
			pts: BigInt(start),
		});
	}
	yield null;
}

function toneAt(atSeconds: number, seconds: number): number {
	const envelope = Math.min(1, atSeconds / FADE_SECONDS, (seconds - atSeconds) / FADE_SECONDS);
	return TONE_LEVEL * envelope * Math.sin(2 * Math.PI * TONE_HZ * atSeconds);
}

/** The picture cut to the size (EXIF ignored) as the three planes of yuv420p, one after another. */
async function readPlanes(picture: Picture, { width, height }: Size): Promise<Buffer> {
	const rgb = await sharp(picture)
		.resize(width, height, { fit: 'cover' })
		.toColourspace('srgb')
		.flatten({ background: 'black' })
		.raw()
		.toBuffer();
	using source = Frame.fromVideoBuffer(rgb, {
		width,
		height,
		format: AV_PIX_FMT_RGB24,
		timeBase: { num: 1, den: 1 },
	});
	using target = new Frame();
	target.alloc();
	target.width = width;
	target.height = height;
	target.format = AV_PIX_FMT_YUV420P;
	target.colorSpace = AVCOL_SPC_SMPTE170M;
	target.getBuffer();
	using scaler = new SoftwareScaleContext();
	scaler.allocContext();
	await scaler.scaleFrame(target, source);
	return target.toBuffer();
}
