import {
	AVMEDIA_TYPE_VIDEO,
	AV_LOG_ERROR,
	AV_PIX_FMT_RGB24,
	Decoder,
	Demuxer,
	type Frame,
	Log,
	Packet,
	type Stream,
	avGetCodecName,
} from 'node-av';
import sharp from 'sharp';
import { convertFrame } from '../simulator/videos/convertFrame.mts';

// The encoder and decoder otherwise write a page of statistics for every file.
Log.setLevel(AV_LOG_ERROR);

/** What a video file says of itself. Sizes in pixels, lengths in seconds. */
export interface VideoFacts {
	width: number;
	height: number;
	seconds: number;
	fps: number;
	/** FFmpeg's short name, `h264`. */
	codec: string;
	/** Pictures, counted by reading the file. */
	frames: number;
	hasAudio: boolean;
}

/** What any media file says of itself: container names as FFmpeg gives them, length in seconds. */
export interface MediaFacts {
	/** For instance `mov,mp4,m4a,3gp,3g2,mj2`, `wav`, `mp3`. */
	format: string;
	seconds: number;
	hasVideo: boolean;
	hasAudio: boolean;
}

/** The container, the length in seconds and the tracks of a media file. Throws if it is none. */
export async function readMedia(source: Buffer | string): Promise<MediaFacts> {
	await using demuxer = await Demuxer.open(source);
	return {
		format: demuxer.formatName,
		seconds: demuxer.duration,
		hasVideo: demuxer.video() !== undefined,
		hasAudio: demuxer.audio() !== undefined,
	};
}

/** Size, length, rate and tracks of a video. Throws if the file has no pictures. */
export async function readVideo(source: Buffer | string): Promise<VideoFacts> {
	await using demuxer = await Demuxer.open(source);
	const stream = videoStream(demuxer);
	let frames = 0;
	for await (const packet of packetsOf(demuxer, stream)) {
		if (packet === null) continue;
		frames += 1;
		packet.free();
	}
	return {
		width: stream.codecpar.width,
		height: stream.codecpar.height,
		seconds: Number(stream.duration) * stream.timeBase.toDouble(),
		fps: stream.avgFrameRate.toDouble(),
		codec: avGetCodecName(stream.codecpar.codecId) ?? 'unknown',
		frames,
		hasAudio: demuxer.audio() !== undefined,
	};
}

/**
 * One picture of a video (or of a still image that FFmpeg can read) as PNG: the first, the last, or
 * the one that is on screen at a time in seconds.
 */
export async function extractFrame(
	source: Buffer | string,
	at: number | 'first' | 'last',
): Promise<Buffer> {
	await using demuxer = await Demuxer.open(source);
	const stream = videoStream(demuxer);
	using decoder = await Decoder.create(stream);
	let wanted: Frame | undefined;
	for await (const frame of decoder.frames(packetsOf(demuxer, stream))) {
		if (frame === null) continue;
		const seconds = Number(frame.pts) * stream.timeBase.toDouble();
		if (typeof at === 'number' && wanted !== undefined && seconds > at + HALF_TICK_SECONDS) {
			frame.free();
			break;
		}
		wanted?.free();
		wanted = frame;
		if (at === 'first') break;
	}
	if (wanted === undefined) throw new Error('The file has no picture that can be decoded');
	try {
		return await toPng(wanted);
	} finally {
		wanted.free();
	}
}

// A picture's time is a rounded multiple of the time base; 1/2 ms is far below any frame's length.
const HALF_TICK_SECONDS = 0.0005;

function videoStream(demuxer: Demuxer): Stream {
	const stream = demuxer.findBestStream(AVMEDIA_TYPE_VIDEO);
	if (stream === undefined) throw new Error('The file has no video track');
	return stream;
}

// Demuxer.packets() needs Promise.withResolvers, which Node 20 does not have. The null at the end lets
// a decoder give out the pictures that it still holds.
async function* packetsOf(demuxer: Demuxer, stream: Stream): AsyncGenerator<Packet | null> {
	const format = demuxer.getFormatContext();
	for (;;) {
		const packet = new Packet();
		packet.alloc();
		if ((await format.readFrame(packet)) < 0) {
			packet.free();
			yield null;
			return;
		}
		if (packet.streamIndex === stream.index) yield packet;
		else packet.free();
	}
}

async function toPng(frame: Frame): Promise<Buffer> {
	const { width, height } = frame;
	const pixels = await convertFrame(frame, { format: AV_PIX_FMT_RGB24 });
	return sharp(pixels, { raw: { width, height, channels: 3 } })
		.png()
		.toBuffer();
}
