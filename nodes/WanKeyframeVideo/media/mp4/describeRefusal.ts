import type { JoinRefusal, PictureSize, RefusalReason, SoundFormat } from './refusal';

export interface RefusalText {
	/** A whole sentence about "the clip", to which the caller adds the item and the task ID. */
	readonly message: string;
	/** What the user can do about this reason. Absent if there is nothing but to use the clips. */
	readonly advice?: string;
}

const REMOVE_SOUND = "Turn on 'Remove Sound' to join the clips without sound.";
const SAME_SETTINGS = 'Clips of one model with the same settings can be joined.';

/** Explains a refusal in plain words. */
export function describeRefusal(refusal: JoinRefusal): RefusalText {
	const message = sentenceFor(refusal);
	const advice = adviceFor(refusal);
	return advice === undefined ? { message } : { message, advice };
}

function sentenceFor(reason: RefusalReason): string {
	switch (reason.kind) {
		case 'notMp4':
			return 'The clip is not an MP4 file.';
		case 'truncated':
			return `The file of the clip ends too early: it has ${count(reason.bytes)} of at least ${count(reason.expectedBytes)} bytes.`;
		case 'invalid':
			return `The file of the clip is damaged: ${reason.detail}.`;
		case 'missing':
			return `The file of the clip has no ${PARTS[reason.part]}.`;
		case 'headerTooLarge':
			return `The header of the clip has ${count(reason.bytes)} bytes, more than the ${count(reason.maxBytes)} that can be read.`;
		case 'fragmented':
			return 'The clip is a fragmented MP4 file.';
		case 'encrypted':
			return 'The clip is encrypted.';
		case 'severalTracks':
			return `The clip has ${reason.count} ${reason.media} tracks; only one can be joined.`;
		case 'edited':
			return reason.media === 'video' && reason.hiddenFrames > 0
				? `The clip hides ${reason.hiddenFrames} of its frames by an edit list.`
				: `The clip plays its ${reason.media} in parts, by an edit list.`;
		case 'noKeyFrameFirst':
			return 'The clip does not begin with a key frame.';
		case 'videoCodec':
			return `The video codec of the clip is ${reason.codec}; H.264 and HEVC can be joined.`;
		case 'soundCodec':
			return `The sound of the clip is ${reason.codec}; only AAC-LC with one or two channels can be joined.`;
		case 'unlikeVideoCodec':
			return `The clip is ${reason.codec}, but the first clip is ${reason.firstCodec}.`;
		case 'unlikeSize':
			return `The clip is ${pixels(reason.size)}, but the first clip is ${pixels(reason.firstSize)}.`;
		case 'unlikeDisplay':
			return 'The clip is shown rotated or stretched in another way than the first clip.';
		case 'unlikeEncoding':
			return `The ${reason.codec} encoder settings of the clip are not those of the first clip.`;
		case 'unlikeSound':
			return `The sound of the clip is ${sound(reason.sound)}, but that of the first clip with sound is ${sound(reason.firstSound)}.`;
	}
}

const PARTS = {
	moov: "header ('moov' box)",
	mdat: "media data ('mdat' box)",
	video: 'video track with frames',
} as const;

function adviceFor(reason: RefusalReason): string | undefined {
	switch (reason.kind) {
		case 'soundCodec':
		case 'unlikeSound':
			return REMOVE_SOUND;
		case 'severalTracks':
		case 'edited':
			return reason.media === 'sound' ? REMOVE_SOUND : undefined;
		case 'unlikeSize':
			return 'Use keyframes of one size, one model and one resolution for all clips.';
		case 'unlikeVideoCodec':
		case 'unlikeEncoding':
			return SAME_SETTINGS;
		case 'truncated':
			return 'Download the clip again.';
		default:
			return undefined;
	}
}

const count = (value: number): string => value.toLocaleString('en-US');
const pixels = ({ width, height }: PictureSize): string => `${width} × ${height} pixels`;
const sound = ({ sampleRate, channels }: SoundFormat): string =>
	`${count(sampleRate)} Hz ${channels === 1 ? 'mono' : 'stereo'}`;
