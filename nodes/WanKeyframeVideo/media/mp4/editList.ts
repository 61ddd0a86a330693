import { Fields, type Box } from './boxes';
import { refuse } from './refusal';
import type { SampleTable } from './sampleTable';

/** One entry of an edit list. */
interface Edit {
	/** Ticks of the movie's timescale; 0 reaches to the end. */
	readonly duration: number;
	/** Ticks of the track's timescale; undefined for a time in which nothing is presented. */
	readonly mediaTime: number | undefined;
	readonly isNormalSpeed: boolean;
}

/** Reads the body of an `elst` box; no box has no edits. */
export function readEdits(elst: Box | undefined): Edit[] {
	if (elst === undefined) return [];
	const fields = new Fields(elst.body, 'elst');
	const isLong = fields.version() === 1;
	return Array.from({ length: fields.count(isLong ? 20 : 12) }, () => {
		const duration = isLong ? fields.u64() : fields.u32();
		const mediaTime = isLong ? readLongTime(fields) : fields.i32();
		return {
			duration,
			mediaTime: mediaTime < 0 ? undefined : mediaTime,
			isNormalSpeed: fields.u32() === NORMAL_SPEED,
		};
	});
}

/** 1.0 as a fixed-point number. */
const NORMAL_SPEED = 0x10000;

function readLongTime(fields: Fields): number {
	return fields.i32() * 2 ** 32 + fields.u32();
}

interface EditedTrack {
	readonly timescale: number;
	readonly movieTimescale: number;
	readonly samples: SampleTable;
}

/**
 * When a sample whose time is 0 is presented, in seconds: a delay, less what is cut off at the
 * beginning. Throws ClipRefusedError for a list with more than one part, and for one that hides
 * frames of the video: a joined track would show them.
 */
export function presentationStart(
	edits: readonly Edit[],
	track: EditedTrack,
	media: 'video' | 'sound',
): number {
	const parts = edits.filter(({ mediaTime }) => mediaTime !== undefined);
	const [part] = parts;
	if (part?.mediaTime === undefined) return 0;
	if (parts.length > 1 || edits.at(-1) !== part || !part.isNormalSpeed) {
		refuse({ kind: 'edited', media, hiddenFrames: 0 });
	}
	if (media === 'video') {
		const hiddenFrames = countHidden(part.mediaTime, part.duration, track);
		if (hiddenFrames > 0) refuse({ kind: 'edited', media, hiddenFrames });
	}
	const delay = edits.slice(0, -1).reduce((sum, { duration }) => sum + duration, 0);
	return delay / track.movieTimescale - part.mediaTime / track.timescale;
}

/** Frames that begin before or after the part; a tick of the movie's coarser time is rounding. */
function countHidden(
	mediaTime: number,
	duration: number,
	{ timescale, movieTimescale, samples: { offsets, times } }: EditedTrack,
): number {
	const ticks = timescale / movieTimescale;
	const from = mediaTime - ticks;
	const to = duration === 0 ? Infinity : mediaTime + (duration + 1) * ticks;
	return offsets.filter((offset, sample) => {
		const time = (times[sample] ?? 0) + offset;
		return time < from || time >= to;
	}).length;
}
