import {
	AVCOL_PRI_BT709,
	AVCOL_RANGE_JPEG,
	AVCOL_RANGE_MPEG,
	AVCOL_RANGE_UNSPECIFIED,
	AVCOL_SPC_BT709,
	AVCOL_SPC_SMPTE170M,
	AVCOL_SPC_UNSPECIFIED,
	AVCOL_TRC_BT709,
	AV_CHANNEL_LAYOUT_MONO,
	AV_CHANNEL_LAYOUT_STEREO,
	AV_LOG_ERROR,
	AV_PIX_FMT_RGB24,
	AV_PIX_FMT_YUV420P,
	AV_SAMPLE_FMT_FLTP,
	Codec,
	Dictionary,
	Encoder,
	FF_ENCODER_AAC,
	FF_ENCODER_LIBX264,
	FF_ENCODER_LIBX265,
	Frame,
	Log,
	Muxer,
	Rational,
	type Packet,
} from 'node-av';
import sharp from 'sharp';

import { convertFrame } from './convertFrame.mts';
import type { EncoderSettings, SoundSettings } from './encoderSettings.mts';
import { MemoryFile } from './memoryFile.mts';
import { moveHeaderFirst } from './mp4Boxes.mts';
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
	sound: boolean;
	/** A light patch in the lower right corner. */
	watermark: boolean;
	encoder: EncoderSettings;
}

/** Stands in the label of a rendered file for what names the clip; 32 characters. */
export const PRODUCE_ID = '0'.repeat(32);

// In all files that were seen; times of the movie are milliseconds.
const MOVIE_TIMESCALE = 1000;
const TONE_HZ = 220;
const TONE_LEVEL = 0.04;
const FADE_SECONDS = 0.25;
const SAMPLES_PER_FRAME = 1024;

/**
 * An MP4 that begins with exactly the first picture, ends with exactly the last one and fades from
 * one to the other between; with a soft AAC tone if it has sound.
 */
export async function renderVideo(content: VideoContent): Promise<Buffer> {
	const { encoder: settings, seconds, sound } = content;
	const file = new MemoryFile();
	const [first, last] = await Promise.all([
		readPlanes(content.first, content),
		readPlanes(content.last, content),
	]);
	const frames = Math.round(seconds * settings.fps) + settings.extraFrames;
	using video = await createVideoEncoder(content, frames);
	using audio = await Encoder.create(FF_ENCODER_AAC, { context: { bitRate: '64k' } });
	const muxer = await Muxer.open(file, {
		format: 'mp4',
		options: muxerOptions(settings),
		configure: (format) => {
			if (settings.label) format.metadata = Dictionary.fromObject({ AIGC: aigcLabel() });
		},
	});
	try {
		const pictures = packetsOf(video, fade(first, last, frames, content));
		const picture = delayed(pictures, BigInt(settings.compositionOffset));
		const tracks = [writeInto(muxer, muxer.addStream(video), picture)];
		if (sound) {
			const { sampleRate, extraSeconds } = settings.sound;
			const samples = Math.round((frames / settings.fps + extraSeconds) * sampleRate);
			const tones = packetsOf(audio, tone(samples, settings.sound));
			tracks.push(writeInto(muxer, muxer.addStream(audio), endingWith(tones, samples)));
		}
		await Promise.all(tracks);
	} finally {
		await muxer.close();
	}
	return settings.headerFirst && !settings.fragmented
		? moveHeaderFirst(file.bytes())
		: file.bytes();
}

function muxerOptions({ label, fragmented, timescale }: EncoderSettings) {
	const flags = [
		...(label ? ['use_metadata_tags'] : []),
		...(fragmented ? ['frag_keyframe', 'empty_moov', 'default_base_moof'] : []),
	];
	return {
		movie_timescale: MOVIE_TIMESCALE,
		...(flags.length > 0 && { movflags: flags.join('+') }),
		...(timescale !== undefined && { video_track_timescale: timescale }),
	};
}

function aigcLabel(): string {
	return JSON.stringify({
		Label: '1',
		ContentProducer: '000000000000000000000000000000',
		ProduceID: PRODUCE_ID,
		ReservedCode1: '',
		ContentPropagator: '',
		PropagateID: '',
		ReservedCode2: '',
	});
}

async function createVideoEncoder(
	{ size, encoder: settings }: VideoContent,
	frames: number,
): Promise<Encoder> {
	const isHevc = settings.codec === 'hevc' && Codec.findEncoderByName(FF_ENCODER_LIBX265) !== null;
	const { fps, color, keyFrameInterval, bFrames, slices, crf, level, profile } = settings;
	const context = {
		width: size.width,
		height: size.height,
		pixelFormat: AV_PIX_FMT_YUV420P,
		timeBase: new Rational(1, fps),
		framerate: new Rational(fps, 1),
		gopSize: Math.min(keyFrameInterval, frames + 1),
		maxBFrames: bFrames,
		colorSpace: color === 'bt709' ? AVCOL_SPC_BT709 : AVCOL_SPC_UNSPECIFIED,
		colorRange: COLOR_RANGES[color],
		...(color === 'bt709' && { colorPrimaries: AVCOL_PRI_BT709, colorTrc: AVCOL_TRC_BT709 }),
	};
	const repeat = `repeat-headers=${Number(settings.repeatParameterSets)}`;
	if (isHevc) {
		const parameters = [
			repeat,
			`open-gop=${Number(settings.openGop)}`,
			`slices=${slices}`,
			'b-adapt=0',
			'scenecut=0',
			'log-level=error',
			// Small pictures need small units, and one thread is enough for them.
			...(Math.min(size.width, size.height) < 64 ? ['ctu=16'] : []),
			'pools=1',
			'frame-threads=1',
		];
		return Encoder.create(FF_ENCODER_LIBX265, {
			context,
			configure: (codec) => {
				codec.codecTag = 'hvc1';
			},
			options: { preset: 'ultrafast', crf, 'x265-params': parameters.join(':') },
		});
	}
	const parameters = [
		repeat,
		`slices=${slices}`,
		// What the fastest preset leaves out decides the profile.
		`cabac=${Number(profile !== 'baseline')}`,
		`8x8dct=${Number(profile === 'high')}`,
		`b-pyramid=${bFrames > 1 ? 'normal' : 'none'}`,
		'b-adapt=0',
		'scenecut=0',
	];
	return Encoder.create(FF_ENCODER_LIBX264, {
		context,
		options: {
			preset: 'ultrafast',
			profile,
			crf,
			'x264-params': parameters.join(':'),
			...(level !== undefined && { level }),
		},
	});
}

const COLOR_RANGES = {
	none: AVCOL_RANGE_UNSPECIFIED,
	bt709: AVCOL_RANGE_MPEG,
	full: AVCOL_RANGE_JPEG,
} as const;

async function* packetsOf(
	encoder: Encoder,
	frames: AsyncIterable<Frame | null>,
): AsyncGenerator<Packet> {
	for await (const packet of encoder.packets(frames)) if (packet !== null) yield packet;
}

/** Packets that are decoded so many frames before they are shown. */
async function* delayed(packets: AsyncIterable<Packet>, frames: bigint): AsyncGenerator<Packet> {
	for await (const packet of packets) {
		if (frames > 0n) packet.dts = packet.pts - frames;
		yield packet;
	}
}

/** Packets of sound, the last one as short as the number of samples leaves it. */
async function* endingWith(
	packets: AsyncIterable<Packet>,
	samples: number,
): AsyncGenerator<Packet> {
	for await (const packet of packets) {
		const left = BigInt(samples) - packet.pts;
		if (left < packet.duration) packet.duration = left;
		yield packet;
	}
}

async function writeInto(
	muxer: Muxer,
	stream: number,
	packets: AsyncIterable<Packet>,
): Promise<void> {
	for await (const packet of packets) {
		await muxer.writePacket(packet, stream);
		packet.free();
	}
}

async function* fade(
	first: Buffer,
	last: Buffer,
	count: number,
	{ size, encoder: { fps } }: VideoContent,
): AsyncGenerator<Frame | null> {
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

/** Whole AAC frames: the encoder loses a last one that is shorter. */
async function* tone(
	samples: number,
	{ sampleRate, channels }: SoundSettings,
): AsyncGenerator<Frame | null> {
	for (let start = 0; start < samples; start += SAMPLES_PER_FRAME) {
		const values = Float32Array.from({ length: SAMPLES_PER_FRAME }, (_, offset) =>
			toneAt((start + offset) / sampleRate, samples / sampleRate),
		);
		const channel = Buffer.from(values.buffer);
		yield Frame.fromAudioBuffer(Buffer.concat(Array<Buffer>(channels).fill(channel)), {
			nbSamples: SAMPLES_PER_FRAME,
			format: AV_SAMPLE_FMT_FLTP,
			sampleRate,
			channelLayout: channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO,
			timeBase: { num: 1, den: sampleRate },
			pts: BigInt(start),
		});
	}
	yield null;
}

function toneAt(atSeconds: number, seconds: number): number {
	const left = Math.max(0, seconds - atSeconds);
	const envelope = Math.min(1, atSeconds / FADE_SECONDS, left / FADE_SECONDS);
	return TONE_LEVEL * envelope * Math.sin(2 * Math.PI * TONE_HZ * atSeconds);
}

/** The picture cut to the size (EXIF ignored) as the three planes of yuv420p, one after another. */
async function readPlanes(
	picture: Picture,
	{ size: { width, height }, watermark, encoder: { color } }: VideoContent,
): Promise<Buffer> {
	const resized = sharp(picture)
		.resize(width, height, { fit: 'cover' })
		.toColourspace('srgb')
		.flatten({ background: 'black' });
	const marked = watermark ? resized.composite([await watermarkFor(width, height)]) : resized;
	using source = Frame.fromVideoBuffer(await marked.removeAlpha().raw().toBuffer(), {
		width,
		height,
		format: AV_PIX_FMT_RGB24,
		timeBase: { num: 1, den: 1 },
	});
	return await convertFrame(source, {
		format: AV_PIX_FMT_YUV420P,
		colorSpace: color === 'bt709' ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M,
		colorRange: color === 'full' ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG,
	});
}

async function watermarkFor(width: number, height: number) {
	const background = { r: 255, g: 255, b: 255, alpha: 0.7 };
	const patch = { width: Math.ceil(width / 5), height: Math.ceil(height / 10) };
	const input = await sharp({ create: { ...patch, channels: 4, background } })
		.png()
		.toBuffer();
	return { input, gravity: 'southeast' };
}
