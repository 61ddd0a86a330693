import { createHash } from 'node:crypto';
import {
	AV_CHANNEL_LAYOUT_MONO,
	AV_CHANNEL_LAYOUT_STEREO,
	AV_LOG_ERROR,
	AV_LOG_FATAL,
	AV_PIX_FMT_YUV420P,
	AV_SAMPLE_FMT_FLTP,
	AVCOL_PRI_BT709,
	AVCOL_SPC_BT709,
	AVCOL_TRC_BT709,
	Dictionary,
	Encoder,
	FF_ENCODER_AAC,
	FF_ENCODER_LIBX264,
	FF_ENCODER_LIBX265,
	Frame,
	Log,
	Muxer,
	type Packet,
	Rational,
} from 'node-av';

import { MemoryFile } from '../../simulator/videos/memoryFile.mts';

export interface SoundRecipe {
	readonly sampleRate: number;
	readonly channels: 1 | 2;
	readonly seconds: number;
}

/** What a clip is made of. Its pictures and its sound are noise, so that no two frames are alike. */
export interface ClipRecipe {
	readonly seed: number;
	readonly codec: 'h264' | 'hevc';
	readonly width: number;
	readonly height: number;
	readonly frames: number;
	/** Frames a second, as a fraction. */
	readonly fps: readonly [number, number];
	/** Steps between frames vary. */
	readonly irregular?: boolean;
	readonly bFrames: number;
	/** Frames from one key frame to the next at most. */
	readonly gop: number;
	/** Of the encoder, for instance `baseline`. */
	readonly profile?: string;
	/** Further options in the encoder's own form, `name=value:name=value`. */
	readonly encoderParams?: string;
	/** The encoder puts parameter sets in front of key frames too. */
	readonly repeatSets?: boolean;
	readonly bt709?: boolean;
	/** Ticks a second of the video track. */
	readonly timescale?: number;
	readonly sound?: SoundRecipe;
	/** Of libav's muxer. */
	readonly muxerOptions?: Readonly<Record<string, string>>;
	/** Metadata of the whole clip. */
	readonly metadata?: Readonly<Record<string, string>>;
}

/** Small and quick, with all that a join has to take care of: B-frames, key frames within, sound. */
export const SMALL_CLIP: ClipRecipe = {
	seed: 1,
	codec: 'h264',
	width: 64,
	height: 48,
	frames: 12,
	fps: [24, 1],
	bFrames: 2,
	gop: 6,
	sound: { sampleRate: 48_000, channels: 2, seconds: 0.55 },
};

/** Encodes and muxes a clip with libav. */
export async function encodeClip(recipe: ClipRecipe): Promise<Buffer> {
	using video = await videoEncoder(recipe);
	using sound = recipe.sound && (await soundEncoder());
	const file = new MemoryFile();
	const muxer = await Muxer.open(file, {
		format: 'mp4',
		useAsyncWrite: false,
		options: {
			...(recipe.timescale !== undefined && { video_track_timescale: recipe.timescale }),
			...(recipe.metadata && { movflags: 'use_metadata_tags' }),
			...recipe.muxerOptions,
		},
		configure: (format) => {
			if (recipe.metadata) format.metadata = Dictionary.fromObject({ ...recipe.metadata });
		},
	});
	const videoStream = muxer.addStream(video);
	const soundStream = sound && muxer.addStream(sound);
	// The encoders tell of their version and of every odd setting.
	Log.setLevel(AV_LOG_FATAL);
	const tracks = [{ stream: videoStream, packets: await packetsOf(video, pictures(recipe)) }];
	if (recipe.sound && sound && soundStream !== undefined) {
		const packets = await soundPackets(sound, recipe.sound, recipe.seed);
		tracks.push({ stream: soundStream, packets });
	}
	for (const { stream, packet } of inOrder(tracks)) {
		await muxer.writePacket(packet, stream);
		packet.free();
	}
	await muxer.close();
	Log.setLevel(AV_LOG_ERROR);
	return Buffer.from(file.bytes());
}

async function videoEncoder(recipe: ClipRecipe): Promise<Encoder> {
	const { codec, bFrames, gop, profile, repeatSets = false, encoderParams, bt709 } = recipe;
	const params = [
		'log-level=none',
		`keyint=${gop}`,
		// No key frame comes before its time, so that the number of key frames is as asked for.
		'scenecut=0',
		...(repeatSets ? ['repeat-headers=1'] : []),
		...(encoderParams === undefined ? [] : [encoderParams]),
	].join(':');
	const options = {
		threadCount: 1,
		gopSize: gop,
		maxBFrames: bFrames,
		context: {
			width: recipe.width,
			height: recipe.height,
			pixelFormat: AV_PIX_FMT_YUV420P,
			timeBase: timeBaseOf(recipe),
			framerate: new Rational(...recipe.fps),
			...(bt709 && {
				colorSpace: AVCOL_SPC_BT709,
				colorPrimaries: AVCOL_PRI_BT709,
				colorTrc: AVCOL_TRC_BT709,
			}),
		},
	};
	return codec === 'h264'
		? await Encoder.create(FF_ENCODER_LIBX264, {
				...options,
				options: {
					preset: 'ultrafast',
					...(profile !== undefined && { profile }),
					'x264-params': params.replace('log-level=none:', ''),
				},
			})
		: await Encoder.create(FF_ENCODER_LIBX265, {
				...options,
				options: { preset: 'ultrafast', 'x265-params': `${params}:pools=none:frame-threads=1` },
			});
}

const soundEncoder = async (): Promise<Encoder> =>
	await Encoder.create(FF_ENCODER_AAC, { bitrate: '48k', options: { aac_pns: false } });

/** Irregular times are whole numbers of a quarter of a frame. */
const TICKS_A_FRAME = 4;

const timeBaseOf = ({ fps: [num, den] }: ClipRecipe): Rational =>
	new Rational(den, num * TICKS_A_FRAME);

function* pictures(recipe: ClipRecipe): Generator<Frame> {
	const { width, height, frames, irregular = false, seed } = recipe;
	const { num, den } = timeBaseOf(recipe);
	const steps = randomBytes(`steps ${seed}`, frames);
	let pts = 0;
	for (let index = 0; index < frames; index += 1) {
		const duration = irregular ? 1 + ((steps[index] ?? 0) % (2 * TICKS_A_FRAME)) : TICKS_A_FRAME;
		const frame = Frame.fromVideoBuffer(picture(width, height, `${seed} ${index}`), {
			width,
			height,
			format: AV_PIX_FMT_YUV420P,
			pts: BigInt(pts),
			timeBase: { num, den },
		});
		frame.duration = BigInt(duration);
		yield frame;
		pts += duration;
	}
}

/** Blocks of random gray: cheap to encode, and unlike any other picture. */
function picture(width: number, height: number, seed: string): Buffer {
	const planes = Buffer.alloc((width * height * 3) / 2, 128);
	const block = 16;
	const columns = Math.ceil(width / block);
	const grays = randomBytes(`picture ${seed}`, columns * Math.ceil(height / block));
	for (let row = 0; row < height; row += 1) {
		for (let column = 0; column < columns; column += 1) {
			const at = row * width + column * block;
			const end = row * width + Math.min((column + 1) * block, width);
			planes.fill(grays[Math.floor(row / block) * columns + column] ?? 0, at, end);
		}
	}
	return planes;
}

function randomBytes(seed: string, bytes: number): Buffer {
	return createHash('shake256', { outputLength: bytes }).update(seed).digest();
}

const AAC_FRAME_SAMPLES = 1024;

/** Whole frames: what is left over at the end would be lost in node-av's buffer. */
function* noise({ sampleRate, channels, seconds }: SoundRecipe, seed: number): Generator<Frame> {
	const frames = Math.ceil(Math.round(seconds * sampleRate) / AAC_FRAME_SAMPLES);
	const frameBytes = AAC_FRAME_SAMPLES * channels;
	const bytes = randomBytes(`sound ${seed}`, frames * frameBytes);
	for (let frame = 0; frame < frames; frame += 1) {
		const part = bytes.subarray(frame * frameBytes, (frame + 1) * frameBytes);
		const values = Float32Array.from(part, (byte) => byte / 255 - 0.5);
		yield Frame.fromAudioBuffer(Buffer.from(values.buffer), {
			nbSamples: AAC_FRAME_SAMPLES,
			format: AV_SAMPLE_FMT_FLTP,
			sampleRate,
			channelLayout: channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO,
			timeBase: { num: 1, den: sampleRate },
			pts: BigInt(frame * AAC_FRAME_SAMPLES),
		});
	}
}

/** The AAC frames of a sound, the last of which is cut to the sound's end. */
async function soundPackets(
	encoder: Encoder,
	recipe: SoundRecipe,
	seed: number,
): Promise<Packet[]> {
	const packets = await packetsOf(encoder, noise(recipe, seed));
	const overhang = Math.round(recipe.seconds * recipe.sampleRate) % AAC_FRAME_SAMPLES;
	const last = packets.at(-1);
	if (last !== undefined && overhang > 0) last.duration = BigInt(overhang);
	return packets;
}

// Not packetsSync(), after which the process crashes as it ends (node-av 6.1.1).
async function packetsOf(encoder: Encoder, frames: Iterable<Frame>): Promise<Packet[]> {
	const packets: Packet[] = [];
	for await (const packet of encoder.packets(asAsync(frames))) {
		if (packet !== null) packets.push(packet);
	}
	return packets;
}

/** The end is marked by null. */
async function* asAsync<T>(values: Iterable<T>): AsyncGenerator<T | null> {
	for (const value of values) yield await Promise.resolve(value);
	yield null;
}

interface TrackPackets {
	readonly stream: number;
	readonly packets: Packet[];
}

function inOrder(tracks: readonly TrackPackets[]): { stream: number; packet: Packet }[] {
	const seconds = ({ dts, timeBase }: Packet) => (Number(dts) * timeBase.num) / timeBase.den;
	return tracks
		.flatMap(({ stream, packets }) => packets.map((packet) => ({ stream, packet })))
		.sort((one, other) => seconds(one.packet) - seconds(other.packet));
}
