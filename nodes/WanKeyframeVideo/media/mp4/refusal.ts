/** Pixels. */
export interface PictureSize {
	readonly width: number;
	readonly height: number;
}

/** Samples a second, and 1 or 2 channels. */
export interface SoundFormat {
	readonly sampleRate: number;
	readonly channels: number;
}

/** Why a clip cannot be part of a film. Sizes of files in bytes. */
export type RefusalReason =
	| { readonly kind: 'notMp4' }
	/** A box reaches beyond the end of the file. */
	| { readonly kind: 'truncated'; readonly bytes: number; readonly expectedBytes: number }
	/** Boxes or tables contradict each other; `detail` is a clause, for instance "… has no 'stsz'". */
	| { readonly kind: 'invalid'; readonly detail: string }
	| { readonly kind: 'missing'; readonly part: 'moov' | 'mdat' | 'video' }
	| { readonly kind: 'headerTooLarge'; readonly bytes: number; readonly maxBytes: number }
	| { readonly kind: 'fragmented' }
	| { readonly kind: 'encrypted' }
	| {
			readonly kind: 'severalTracks';
			readonly media: 'video' | 'sound';
			readonly count: number;
	  }
	/** The edit list hides frames, or plays parts in another order or speed. */
	| { readonly kind: 'edited'; readonly media: 'video' | 'sound'; readonly hiddenFrames: number }
	| { readonly kind: 'noKeyFrameFirst' }
	| { readonly kind: 'videoCodec'; readonly codec: string }
	| { readonly kind: 'soundCodec'; readonly codec: string }
	| { readonly kind: 'unlikeVideoCodec'; readonly codec: string; readonly firstCodec: string }
	| { readonly kind: 'unlikeSize'; readonly size: PictureSize; readonly firstSize: PictureSize }
	/** Same size in pixels, but turned or stretched otherwise. */
	| { readonly kind: 'unlikeDisplay' }
	/** Parameter sets that one track cannot hold side by side. */
	| { readonly kind: 'unlikeEncoding'; readonly codec: string }
	| {
			readonly kind: 'unlikeSound';
			readonly sound: SoundFormat;
			readonly firstSound: SoundFormat;
			/** Index of the first clip that has sound. */
			readonly firstClip: number;
	  };

/** A clip that cannot be joined: its index in the row of clips, and why. */
export type JoinRefusal = { readonly clip: number } & RefusalReason;

export type JoinResult<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly refusal: JoinRefusal };

/** Thrown while one clip is read, which does not know its index. */
export class ClipRefusedError extends Error {
	constructor(readonly reason: RefusalReason) {
		super(`The clip cannot be joined: ${reason.kind}`);
	}
}

/** The reason for which a clip was refused; anything else that was thrown is thrown again. */
export function refusalReason(thrown: unknown): RefusalReason {
	if (thrown instanceof ClipRefusedError) return thrown.reason;
	throw thrown;
}

/** Thrown while the film is written, by when it is too late for a result. */
export class JoinRefusedError extends Error {
	constructor(readonly refusal: JoinRefusal) {
		super(`Clip ${refusal.clip + 1} cannot be joined: ${refusal.kind}`);
	}
}

export function refuse(reason: RefusalReason): never {
	throw new ClipRefusedError(reason);
}

export function refuseInvalid(detail: string): never {
	return refuse({ kind: 'invalid', detail });
}
