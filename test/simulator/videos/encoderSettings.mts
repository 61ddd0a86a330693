/** How a file's sound is made, where it has any. */
export interface SoundSettings {
	sampleRate: number;
	channels: 1 | 2;
	/** How much longer than the picture the sound is; negative: shorter. */
	extraSeconds: number;
}

/** How the MP4 files of the hosted models differ (docs/service-facts.md#12-video-files). */
export interface EncoderSettings {
	/** HEVC falls back to H.264 where the encoder is missing. */
	codec: 'h264' | 'hevc';
	/** Of H.264. */
	profile: 'baseline' | 'main' | 'high';
	/** Of H.264, for instance `5.0`; undefined: as the size needs it. */
	level: string | undefined;
	fps: number;
	/** Frames beyond what the length in seconds makes. */
	extraFrames: number;
	/** B-frames in a row; from two on they are a pyramid. */
	bFrames: number;
	/** Frames from one key frame to the next; Infinity: the first alone is one. */
	keyFrameInterval: number;
	/** In HEVC: later key frames are CRA pictures, with leading frames that depend on the past. */
	openGop: boolean;
	slices: number;
	/** Parameter sets are repeated in front of every key frame. */
	repeatParameterSets: boolean;
	/** `none`: untagged BT.601; `full`: the same with the full range of values. */
	color: 'none' | 'bt709' | 'full';
	/** Constant composition offset in frames, for a file without B-frames. */
	compositionOffset: number;
	/** Ticks a second of the video track; undefined: as the muxer chooses. */
	timescale: number | undefined;
	/** Whether `moov` stands before `mdat`. */
	headerFirst: boolean;
	/** The header is spread over fragments, as a live stream has it. */
	fragmented: boolean;
	/** The label of AI-made media (`AIGC`) in the file's metadata. */
	label: boolean;
	/** Larger values make smaller and coarser files (x264's and x265's CRF). */
	crf: number;
	sound: SoundSettings;
}

const BASE: EncoderSettings = {
	codec: 'h264',
	profile: 'high',
	level: undefined,
	fps: 24,
	extraFrames: 0,
	bFrames: 3,
	keyFrameInterval: Infinity,
	openGop: false,
	slices: 1,
	repeatParameterSets: false,
	color: 'none',
	compositionOffset: 0,
	timescale: undefined,
	headerFirst: false,
	fragmented: false,
	label: false,
	crf: 20,
	sound: { sampleRate: 44_100, channels: 2, extraSeconds: 0 },
};

/** wan2.7. */
export const WAN27_ENCODER: EncoderSettings = {
	...BASE,
	fps: 30,
	slices: 11,
	label: true,
	sound: { sampleRate: 44_100, channels: 2, extraSeconds: 0.038 },
};

/** wan2.6. */
export const WAN26_ENCODER: EncoderSettings = {
	...BASE,
	fps: 30,
	headerFirst: true,
	label: true,
	sound: { sampleRate: 48_000, channels: 2, extraSeconds: 0.015 },
};

/** wan2.1, wan2.2 and wan3.0, of which no file was seen: 30 fps is documented, the rest assumed. */
export const UNSEEN_WAN_ENCODER: EncoderSettings = { ...BASE, fps: 30, label: true };

/** PixVerse. */
export const PIXVERSE_ENCODER: EncoderSettings = {
	...BASE,
	extraFrames: 1,
	keyFrameInterval: 48,
	repeatParameterSets: true,
	color: 'bt709',
	sound: { sampleRate: 16_000, channels: 1, extraSeconds: -0.062 },
};

/** Kling. */
export const KLING_ENCODER: EncoderSettings = {
	...BASE,
	profile: 'main',
	level: '5.0',
	bFrames: 0,
	compositionOffset: 4,
	headerFirst: true,
};

/** Vidu. */
export const VIDU_ENCODER: EncoderSettings = {
	...BASE,
	codec: 'hevc',
	extraFrames: 1,
	keyFrameInterval: 48,
	openGop: true,
	color: 'full',
	headerFirst: true,
	label: true,
	sound: { sampleRate: 48_000, channels: 2, extraSeconds: -0.007 },
};

/** MiniMax: 158 frames were measured where 6 s had been asked for. */
export const MINIMAX_ENCODER: EncoderSettings = { ...BASE, extraFrames: 14 };

/** HappyHorse. */
export const HAPPY_HORSE_ENCODER: EncoderSettings = {
	...BASE,
	extraFrames: 3,
	sound: { sampleRate: 24_000, channels: 2, extraSeconds: 0.1 },
};
