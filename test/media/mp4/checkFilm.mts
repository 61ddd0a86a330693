import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { decodeVideo, type DecodedVideo, type ReadTrack } from './decodeVideo.mts';

/** Times that have no common timescale are rounded to 0.1 µs. */
const ROUNDING_SECONDS = 1e-6;

const AAC_FRAME_SAMPLES = 1024;

/** AAC-LC frames of silence, mono and stereo, as bytes. */
const SILENCE = ['00c800802380', '210049900219002380'].map((hex) =>
	createHash('sha1').update(Buffer.from(hex, 'hex')).digest('base64'),
);

export interface CheckOptions {
	readonly removeSound?: boolean;
}

/** What was found at the seams, for tables. */
export interface Seams {
	/** How much later than due a clip's first frame comes, at most. */
	readonly gapSeconds: number;
	/** How far the end of a clip's sound lies from that of its picture, at most. */
	readonly soundSeconds: number;
}

/**
 * Holds a film against its clips, each decoded alone: all frames in order, no gap between them, and
 * the sound where it belongs. Throws where they do not agree.
 */
export function checkFilm(film: Buffer, clips: readonly Buffer[], options?: CheckOptions): Seams {
	return checkDecoded(decodeVideo(film), clips.map(decodeVideo), options);
}

/** The same for files that are decoded already. */
export function checkDecoded(
	film: DecodedVideo,
	clips: readonly DecodedVideo[],
	{ removeSound = false }: CheckOptions = {},
): Seams {
	expect(film.frames.map(({ hash }) => hash)).toEqual(
		clips.flatMap(({ frames }) => frames.map(({ hash }) => hash)),
	);
	expectRising(film.video.packets.map(({ dts }) => dts));
	expectRising(film.frames.map(({ pts }) => pts));
	const starts = clipStarts(clips);
	const gapSeconds = checkFrameTimes(film, clips, starts);
	const clipSound = clips.find(({ sound }) => sound !== undefined)?.sound;
	// A film of a picture or two has no room for a whole frame of sound.
	const hasRoom = clipSound && (starts.at(-1) ?? 0) >= 3 * halfFrameSeconds(clipSound);
	const hasSound = film.sound
		? clipSound !== undefined && !removeSound
		: !removeSound && hasRoom === true;
	expect(film.sound !== undefined).toBe(hasSound);
	const soundSeconds = film.sound ? checkSound(film.sound, clips, starts) : 0;
	const halfFrame = film.sound ? halfFrameSeconds(film.sound) : 0;
	const millisecond = 0.001;
	expect(Math.abs(film.durationSeconds - (starts.at(-1) ?? 0))).toBeLessThan(
		halfFrame + millisecond,
	);
	return { gapSeconds, soundSeconds };
}

function expectRising(values: readonly number[]): void {
	const fall = values.findIndex((value, index) => value <= (values[index - 1] ?? -Infinity));
	expect(fall, `a time is not after the one before it: ${values[fall]}`).toBe(-1);
}

/** When each clip begins in a film without gaps, and at the end the film's length. */
function clipStarts(clips: readonly DecodedVideo[]): number[] {
	let start = 0;
	const starts = clips.map(({ video: { packets } }) => {
		const ends = packets.map(({ seconds, durationSeconds }) => seconds + durationSeconds);
		return (start += Math.max(...ends) - firstPicture(packets));
	});
	return [0, ...starts];
}

const firstPicture = (packets: ReadTrack['packets']): number =>
	Math.min(...packets.map(({ seconds }) => seconds));

/** Every frame comes as long after the film's beginning as it should; gives the largest delay. */
function checkFrameTimes(
	film: DecodedVideo,
	clips: readonly DecodedVideo[],
	starts: readonly number[],
): number {
	const due = clips.flatMap(({ frames }, clip) =>
		frames.map(({ seconds }) => (starts[clip] ?? 0) + seconds - (frames[0]?.seconds ?? 0)),
	);
	const late = film.frames.map(({ seconds }, frame) => seconds - (due[frame] ?? NaN));
	expect(Math.max(...late.map(Math.abs))).toBeLessThan(ROUNDING_SECONDS);
	return Math.max(...late);
}

const halfFrameSeconds = ({ timescale }: ReadTrack): number => AAC_FRAME_SAMPLES / timescale / 2;

/** Gives the largest distance from the end of a clip's sound to that of its picture. */
function checkSound(
	sound: ReadTrack,
	clips: readonly DecodedVideo[],
	starts: readonly number[],
): number {
	const { packets } = sound;
	// libav rounds times to samples, the film's and the clip's, and those of pictures to their ticks.
	const roundingSeconds = 2 / sound.timescale;
	const halfFrame = halfFrameSeconds(sound) + roundingSeconds;
	packets.slice(1).forEach(({ pts }, index) => {
		expect(pts - (packets[index]?.pts ?? NaN)).toBe(AAC_FRAME_SAMPLES);
	});
	const last = packets.at(-1);
	const end = (last?.seconds ?? NaN) + AAC_FRAME_SAMPLES / sound.timescale;
	expect(Math.abs(end - (starts.at(-1) ?? NaN))).toBeLessThanOrEqual(halfFrame);
	let largest = 0;
	clips.forEach((clip, index) => {
		const [from, to] = [starts[index] ?? NaN, starts[index + 1] ?? NaN];
		// What is decoded before the film begins is the first clip's; a frame that lies half in one clip
		// and half in the next may be of either.
		const own = packets.filter(({ seconds }) => {
			const middle = seconds + halfFrameSeconds(sound);
			return (middle > from + roundingSeconds || index === 0) && middle < to - roundingSeconds;
		});
		const ownEnd = (own.at(-1)?.seconds ?? NaN) + AAC_FRAME_SAMPLES / sound.timescale;
		if (own.length > 0) largest = Math.max(largest, Math.abs(ownEnd - to));
		checkClipSound(own, clip, from, to, halfFrame + 1 / clip.video.timescale);
	});
	expect(largest).toBeLessThanOrEqual(halfFrame);
	return largest;
}

/** All of a clip's sound that there is room for, each frame in its place, and otherwise silence. */
function checkClipSound(
	own: ReadTrack['packets'],
	clip: DecodedVideo,
	from: number,
	to: number,
	halfFrame: number,
): void {
	const sound = clip.sound?.packets ?? [];
	const begin = firstPicture(clip.video.packets);
	const taken = new Set<string>();
	for (const { hash, seconds } of own) {
		const places = sound.filter((packet) => packet.hash === hash);
		if (places.length === 0) {
			expect(SILENCE, 'a sound frame that neither the clip has nor is silence').toContain(hash);
			continue;
		}
		taken.add(hash);
		const off = places.map((place) => Math.abs(place.seconds - begin - (seconds - from)));
		expect(Math.min(...off)).toBeLessThanOrEqual(halfFrame);
	}
	const fits = sound.filter(({ seconds }) => {
		const start = from + seconds - begin;
		return start >= from + halfFrame && start + 2 * halfFrame <= to - halfFrame;
	});
	expect(fits.filter(({ hash }) => !taken.has(hash))).toEqual([]);
}
