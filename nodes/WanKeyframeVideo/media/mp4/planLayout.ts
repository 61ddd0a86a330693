import { silentFrame } from './aac';
import { inBandSets } from './avc';
import type { SoundRun } from './fitSound';
import type { Movie } from './movie';
import type { SoundFormat } from './refusal';
import type { SampleTable } from './sampleTable';

/** A part of the film: bytes of a clip's file, or bytes that no clip has. */
export type Piece = CopyPiece | BytesPiece;

interface CopyPiece {
	readonly kind: 'copy';
	/** Index of the clip. */
	readonly clip: number;
	readonly from: number;
	readonly to: number;
}

interface BytesPiece {
	readonly kind: 'bytes';
	readonly bytes: Buffer;
}

/** Where the samples of one track lie in the film's media data. */
export interface TrackLayout {
	/** Bytes of each sample. */
	readonly sizes: number[];
	/** For each chunk its position in the media data, and how many samples it has. */
	readonly chunks: { readonly at: number; readonly samples: number }[];
}

export interface Layout {
	readonly pieces: readonly Piece[];
	readonly bytes: number;
	readonly video: TrackLayout;
	readonly sound: TrackLayout;
}

/** How the sound of all clips is put together. */
export interface SoundPlan {
	readonly format: SoundFormat;
	readonly clips: readonly (readonly SoundRun[])[];
}

/**
 * Arranges the media data of the film clip by clip, each in the order of its file, so that every
 * file is read once and forward, and sound stays as near to its picture as it was. Parameter sets
 * go in front of key frames if the clips do not share them.
 */
export function planLayout(
	movies: readonly Movie[],
	sound: SoundPlan | undefined,
	withParameterSets: boolean,
): Layout {
	const film = new MediaData();
	movies.forEach((movie, clip) => {
		const sets = withParameterSets ? inBandSets(movie.video.parameterSets) : undefined;
		const video = new TrackSource(clip, movie.video.samples, sets);
		const soundSource = movie.sound && new TrackSource(clip, movie.sound.samples);
		const silence = sound && silentFrame(sound.format);
		film.add(
			video.chunks(0, movie.video.samples.count),
			silence ? soundChunks(sound.clips[clip] ?? [], soundSource, silence) : [],
		);
	});
	return film;
}

/** Samples of a clip, in a row both in the film and in the clip's file; or frames of silence. */
interface NewChunk {
	readonly source: TrackSource | Buffer;
	readonly firstSample: number;
	samples: number;
	/** Orders the chunks of a clip: where its first byte lies in the clip's file. */
	filePosition: number;
	/** Where it lies in the film, once that is known. */
	at: number;
}

/** A track of a clip, as its samples are taken over into the film. */
class TrackSource {
	private readonly positions: Float64Array;
	private readonly keyFrames: ReadonlySet<number> | undefined;

	constructor(
		readonly clip: number,
		private readonly samples: SampleTable,
		/** Goes in front of key frames. */
		private readonly prefix?: Buffer,
	) {
		this.positions = samplePositions(samples);
		this.keyFrames = prefix && samples.keyFrames && new Set(samples.keyFrames);
	}

	/** Samples in a row, as one chunk for all that follow each other in the file. */
	chunks(first: number, count: number): NewChunk[] {
		const chunks: NewChunk[] = [];
		let previousTo = -1;
		for (let sample = first; sample < first + count; sample += 1) {
			const from = this.positionOf(sample);
			const last = chunks.at(-1);
			if (last !== undefined && from === previousTo) last.samples += 1;
			else
				chunks.push({ source: this, firstSample: sample, samples: 1, filePosition: from, at: 0 });
			previousTo = this.endOf(sample);
		}
		return chunks;
	}

	/** Undefined where nothing goes in front. */
	prefixOf(sample: number): Buffer | undefined {
		return this.keyFrames?.has(sample) === false ? undefined : this.prefix;
	}

	positionOf(sample: number): number {
		return this.positions[sample] ?? 0;
	}

	endOf(sample: number): number {
		return this.positionOf(sample) + (this.samples.sizes[sample] ?? 0);
	}

	/** With what goes in front. */
	sizeOf(sample: number): number {
		return (this.samples.sizes[sample] ?? 0) + (this.prefixOf(sample)?.length ?? 0);
	}
}

function samplePositions({ chunks, sizes, count }: SampleTable): Float64Array {
	const positions = new Float64Array(count);
	for (const { from, firstSample, samples } of chunks) {
		let at = from;
		for (let sample = firstSample; sample < firstSample + samples; sample += 1) {
			positions[sample] = at;
			at += sizes[sample] ?? 0;
		}
	}
	return positions;
}

function soundChunks(
	runs: readonly SoundRun[],
	source: TrackSource | undefined,
	silence: Buffer,
): NewChunk[] {
	const chunks = runs.flatMap(({ firstFrame, count }): NewChunk[] =>
		firstFrame === 'silence'
			? [{ source: silence, firstSample: 0, samples: count, filePosition: 0, at: 0 }]
			: (source?.chunks(firstFrame, count) ?? []),
	);
	// Silence goes beside the sound that follows it, or behind the sound of a clip, or in front of a
	// clip that has none.
	let filePosition = chunks.every(isSilent) ? 0 : Infinity;
	for (const chunk of [...chunks].reverse()) {
		if (isSilent(chunk)) chunk.filePosition = filePosition;
		else filePosition = chunk.filePosition;
	}
	return chunks;
}

const isSilent = ({ source }: NewChunk): boolean => Buffer.isBuffer(source);

class MediaData implements Layout {
	readonly pieces: (BytesPiece | (CopyPiece & { to: number }))[] = [];
	readonly video: TrackLayout = { sizes: [], chunks: [] };
	readonly sound: TrackLayout = { sizes: [], chunks: [] };
	bytes = 0;

	/** Adds the chunks of a clip, given in the order of their samples. */
	add(video: readonly NewChunk[], sound: readonly NewChunk[]): void {
		const inFileOrder = [...video, ...sound].sort(
			(one, other) => one.filePosition - other.filePosition,
		);
		for (const chunk of inFileOrder) {
			chunk.at = this.bytes;
			this.addPieces(chunk);
		}
		addChunks(this.video, video);
		addChunks(this.sound, sound);
	}

	private addPieces({ source, firstSample, samples }: NewChunk): void {
		if (Buffer.isBuffer(source)) {
			return this.addBytes(Buffer.alloc(source.length * samples, source));
		}
		for (let sample = firstSample; sample < firstSample + samples; sample += 1) {
			const prefix = source.prefixOf(sample);
			if (prefix !== undefined) this.addBytes(prefix);
			this.addCopy(source.clip, source.positionOf(sample), source.endOf(sample));
		}
	}

	private addBytes(bytes: Buffer): void {
		this.pieces.push({ kind: 'bytes', bytes });
		this.bytes += bytes.length;
	}

	/** Bytes that follow each other in a file are one piece. */
	private addCopy(clip: number, from: number, to: number): void {
		if (from === to) return;
		const last = this.pieces.at(-1);
		if (last?.kind === 'copy' && last.clip === clip && last.to === from) last.to = to;
		else this.pieces.push({ kind: 'copy', clip, from, to });
		this.bytes += to - from;
	}
}

function addChunks(track: TrackLayout, chunks: readonly NewChunk[]): void {
	for (const { source, firstSample, samples, at } of chunks) {
		track.chunks.push({ at, samples });
		for (let sample = firstSample; sample < firstSample + samples; sample += 1) {
			track.sizes.push(Buffer.isBuffer(source) ? source.length : source.sizeOf(sample));
		}
	}
}
