import type { ParameterSets } from './avc';
import type { Box } from './boxes';
import type { PictureSize, SoundFormat } from './refusal';
import type { SampleTable } from './sampleTable';

export const VIDEO_CODECS = {
	avc1: 'H.264',
	avc3: 'H.264',
	hvc1: 'HEVC',
	hev1: 'HEVC',
} as const;

export type VideoCodec = (typeof VIDEO_CODECS)[keyof typeof VIDEO_CODECS];

interface Track {
	/** Ticks a second. */
	readonly timescale: number;
	readonly samples: SampleTable;
	/** When a sample whose time is 0 is presented, by the edit list; negative for priming. */
	readonly startSeconds: number;
}

export interface VideoTrack extends Track {
	readonly codec: VideoCodec;
	/** Width and height as stored. */
	readonly size: PictureSize;
	/** Rotation (36 bytes) and size (8 bytes) as the track header has them. */
	readonly matrix: Buffer;
	readonly displaySize: Buffer;
	/** Type of the sample entry, for instance `avc1`. */
	readonly entryType: string;
	/** The sample entry's own fields, then the boxes in it. */
	readonly entryFields: Buffer;
	readonly entryBoxes: readonly Box[];
	readonly parameterSets: ParameterSets;
}

export interface SoundTrack extends Track {
	readonly format: SoundFormat;
	readonly entryFields: Buffer;
	/** The `esds` box, by which the sound is decoded. */
	readonly esds: Buffer;
}

/** A clip as its header describes it. */
export interface Movie {
	readonly video: VideoTrack;
	/** Undefined if there is no sound. */
	readonly sound: SoundTrack | undefined;
	/** The `udta` and `meta` boxes of the whole clip, where labels of AI-made media stand. */
	readonly metadata: Buffer;
}
