import { AAC_FRAME_SAMPLES } from './aac';

/** A clip as far as its sound goes; times in sound samples, those of clips within the film. */
export interface SoundClip {
	readonly start: number;
	readonly end: number;
	/** When each of its AAC frames begins, from the clip's start; undefined for a silent clip. */
	readonly frames: Float64Array | undefined;
}

/** Frames in a row: of the clip, from an index on, or of silence. */
export interface SoundRun {
	readonly firstFrame: number | 'silence';
	readonly count: number;
}

export interface FittedSound {
	/** Samples at the beginning that are decoded and not heard. */
	readonly primingSamples: number;
	/** For each clip what stands in its place. */
	readonly clips: readonly (readonly SoundRun[])[];
	/** Samples of the last frame that count: it does not outlast the picture. */
	readonly lastFrameSamples: number;
	/** Samples that are heard. */
	readonly heardSamples: number;
}

/**
 * Fits sound to the picture in whole AAC frames. Every clip has as many as bring the end of the
 * sound within half a frame of the end of its picture; too many are dropped, too few made up by
 * silence. The priming of all clips but the first is dropped: it would take the place of sound.
 */
export function fitSound(clips: readonly SoundClip[]): FittedSound {
	const primingSamples = primingFor(Math.round(clips[0]?.frames?.[0] ?? 0));
	const frameAt = (time: number) => Math.round((time + primingSamples) / AAC_FRAME_SAMPLES);
	let slot = 0;
	const fitted = clips.map(({ start, end, frames = NO_FRAMES }) => {
		const picker = new FramePicker(frames);
		for (; slot < frameAt(end); slot += 1) {
			picker.addFrameAt(slot * AAC_FRAME_SAMPLES - primingSamples - start);
		}
		return picker.runs;
	});
	const wholeSamples = slot * AAC_FRAME_SAMPLES - primingSamples;
	const heardSamples = Math.min(wholeSamples, Math.round(clips.at(-1)?.end ?? 0));
	return {
		primingSamples,
		clips: fitted,
		lastFrameSamples: AAC_FRAME_SAMPLES - (wholeSamples - heardSamples),
		heardSamples,
	};
}

const NO_FRAMES = new Float64Array(0);

/** What encoders have before the first sample that is heard: one frame or two (measured). */
const MAX_PRIMING_FRAMES = 2;

/**
 * Keeps the first clip's sound where it is, to the sample: the film begins with the clip's first
 * frame, or earlier by whole frames where that is heard only later, or later where much is cut off.
 */
function primingFor(firstFrame: number): number {
	const framesBefore =
		firstFrame > 0
			? Math.ceil(firstFrame / AAC_FRAME_SAMPLES)
			: Math.min(0, MAX_PRIMING_FRAMES - Math.ceil(-firstFrame / AAC_FRAME_SAMPLES));
	return framesBefore * AAC_FRAME_SAMPLES - firstFrame;
}

/**
 * By what the step between frames varies where times are rounded to milliseconds. Where all frames are
 * half a frame off, each of them would otherwise be dropped or be preceded by silence.
 */
const ROUNDING_SAMPLES = 64;

/** The index of the frame that follows a run; undefined after silence. */
function nextInRun({ firstFrame, count }: SoundRun): number | undefined {
	return firstFrame === 'silence' ? undefined : firstFrame + count;
}

/** Picks for one place after another the frame that belongs there. */
class FramePicker {
	readonly runs: { readonly firstFrame: number | 'silence'; count: number }[] = [];
	private next = 0;

	constructor(private readonly frames: Float64Array) {}

	addSilence(): void {
		const last = this.runs.at(-1);
		if (last?.firstFrame === 'silence') last.count += 1;
		else this.runs.push({ firstFrame: 'silence', count: 1 });
	}

	/** The nearest frame to a time; silence where there is none. */
	addFrameAt(time: number): void {
		const reach = AAC_FRAME_SAMPLES / 2 + (this.isContiguous() ? ROUNDING_SAMPLES : 0);
		while (this.startOfNext() < time - reach) this.next += 1;
		if (this.startOfNext() > time + reach) return this.addSilence();
		const last = this.runs.at(-1);
		if (last !== undefined && nextInRun(last) === this.next) last.count += 1;
		else this.runs.push({ firstFrame: this.next, count: 1 });
		this.next += 1;
	}

	/** Whether the next frame follows upon the one that was added last. */
	private isContiguous(): boolean {
		const last = this.runs.at(-1);
		const step = this.startOfNext() - (this.frames[this.next - 1] ?? 0);
		return (
			last !== undefined &&
			nextInRun(last) === this.next &&
			Math.abs(step - AAC_FRAME_SAMPLES) <= ROUNDING_SAMPLES
		);
	}

	private startOfNext(): number {
		return this.frames[this.next] ?? Infinity;
	}
}
