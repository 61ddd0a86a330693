/**
 * Clips as hosted models give them, as far as the container and the encoding go: small pictures, but
 * the lengths, rates, offsets, orders of boxes and lengths of sound that were read from their files.
 */
import { editFile, findBox, newBox, putHeaderFirst, trackOf, type BoxNode } from './editBoxes.mts';
import { encodeClip, type ClipRecipe } from './encodeClip.mts';

interface ModelClip {
	readonly clip: Omit<ClipRecipe, 'seed'>;
	/** What libav's muxer writes otherwise. */
	readonly edit?: (boxes: BoxNode[]) => void;
}

const SIZE = { width: 64, height: 48 };

/** x265 writes beyond its memory when pictures are smaller than its blocks of 64. */
const HEVC_SIZE = { width: 128, height: 96 };

/** Tall enough for eleven slices. */
const SLICED_SIZE = { width: 64, height: 180 };

/** Two B-frames between others at least, so that the first picture waits for two frames. */
const PYRAMID = 'b-pyramid=normal:bframes=3:b-adapt=0';

const ONE_KEY_FRAME = { gop: 1000 };

/** A label as Chinese rules demand it; each clip has a number of its own. */
const LABEL = { AIGC: '{"Label":"1","ContentProducer":"001","ProduceID":"f3c1"}' };

const H264_24 = {
	codec: 'h264',
	...SIZE,
	fps: [24, 1],
	bFrames: 3,
	...ONE_KEY_FRAME,
	profile: 'high',
	encoderParams: PYRAMID,
	timescale: 12_288,
} as const;

export const MODEL_CLIPS = {
	'wan2.7': {
		clip: {
			...H264_24,
			...SLICED_SIZE,
			frames: 150,
			fps: [30, 1],
			encoderParams: `slices=11:${PYRAMID}`,
			timescale: 15_360,
			sound: { sampleRate: 44_100, channels: 2, seconds: 222_176 / 44_100 },
			metadata: LABEL,
		},
	},
	'wan2.6': {
		clip: {
			...H264_24,
			...SLICED_SIZE,
			frames: 150,
			fps: [30, 1],
			timescale: 15_360,
			sound: { sampleRate: 48_000, channels: 2, seconds: 5.015 },
			metadata: LABEL,
		},
		edit: putHeaderFirst,
	},
	HappyHorse: {
		clip: {
			...H264_24,
			frames: 123,
			sound: { sampleRate: 24_000, channels: 2, seconds: 123 / 24 + 0.121 },
		},
		edit: shortenSoundDuration,
	},
	'HappyHorse, sound at 44.1 kHz': {
		clip: {
			...H264_24,
			frames: 123,
			sound: { sampleRate: 44_100, channels: 2, seconds: 123 / 24 + 0.081 },
		},
	},
	'PixVerse, mono': {
		clip: {
			...H264_24,
			frames: 121,
			gop: 48,
			repeatSets: true,
			bt709: true,
			sound: { sampleRate: 16_000, channels: 1, seconds: 121 / 24 - 0.062 },
		},
	},
	'PixVerse, stereo': {
		clip: {
			...H264_24,
			frames: 121,
			gop: 48,
			bt709: true,
			sound: { sampleRate: 32_000, channels: 2, seconds: 121 / 24 + 0.022 },
		},
	},
	Kling: {
		clip: {
			...H264_24,
			frames: 121,
			profile: 'main',
			bFrames: 0,
			encoderParams: 'bframes=0',
			timescale: 24_576,
		},
		edit: (boxes: BoxNode[]) => {
			delayAllFrames(boxes, 2048);
			putHeaderFirst(boxes);
		},
	},
	Vidu: {
		clip: {
			codec: 'hevc',
			...HEVC_SIZE,
			frames: 121,
			fps: [24, 1],
			bFrames: 3,
			gop: 24,
			encoderParams: 'open-gop=1:bframes=3:range=full',
			timescale: 12_288,
			sound: { sampleRate: 48_000, channels: 2, seconds: 121 / 24 - 0.007 },
			metadata: LABEL,
			muxerOptions: { brand: 'isom' },
		},
		edit: putHeaderFirst,
	},
	Hailuo: { clip: { ...H264_24, frames: 141 } },
	Veo: {
		clip: {
			...H264_24,
			frames: 192,
			sound: { sampleRate: 48_000, channels: 2, seconds: 8 + 1024 / 48_000 },
		},
		edit: (boxes: BoxNode[]) => {
			// Two frames of priming, of which libav writes one.
			findBox(trackOf(boxes, 'soun'), 'edts/elst').body.writeUInt32BE(2048, 12);
			boxes.splice(1, 0, newBox('uuid', Buffer.alloc(3000, 'c2pa')));
		},
	},
	'a low-cost model': {
		clip: {
			...H264_24,
			frames: 121,
			bFrames: 0,
			profile: 'baseline',
			encoderParams: 'cabac=0:bframes=0',
		},
	},
} as const satisfies Record<string, ModelClip>;

export type ModelName = keyof typeof MODEL_CLIPS;

export const MODEL_NAMES = Object.keys(MODEL_CLIPS).filter(isModelName);

function isModelName(name: string): name is ModelName {
	return name in MODEL_CLIPS;
}

/** What was made already: a clip takes half a second. */
const made = new Map<string, Promise<Buffer>>();

/** A clip of a model; another seed gives other pictures and another sound. */
export async function modelClip(name: ModelName, seed: number): Promise<Buffer> {
	const key = `${name} ${seed}`;
	const clip = made.get(key) ?? makeClip(name, seed);
	made.set(key, clip);
	return await clip;
}

async function makeClip(name: ModelName, seed: number): Promise<Buffer> {
	const { clip, edit }: ModelClip = MODEL_CLIPS[name];
	const file = await encodeClip({ ...clip, seed });
	return edit ? editFile(file, edit) : file;
}

/** As an encoder without B-frames writes it that might have had some. */
function delayAllFrames(boxes: BoxNode[], ticks: number): void {
	const video = trackOf(boxes, 'vide');
	const tables = findBox(video, 'mdia/minf/stbl').children ?? [];
	const offsets = Buffer.alloc(16);
	offsets.writeUInt32BE(1, 4);
	offsets.writeUInt32BE(findBox(tables, 'stsz').body.readUInt32BE(8), 8);
	offsets.writeUInt32BE(ticks, 12);
	tables.push(newBox('ctts', offsets));
	findBox(video, 'edts/elst').body.writeUInt32BE(ticks, 12);
}

/** One file said a frame less than its tables have. */
function shortenSoundDuration(boxes: BoxNode[]): void {
	const { body } = findBox(trackOf(boxes, 'soun'), 'mdia/mdhd');
	body.writeUInt32BE(body.readUInt32BE(16) - 1024, 16);
}
