import { silentFrame } from './aac';
import { inBandSets } from './avc';
import type { SoundRun } from './fitSound';
import type { Movie } from './movie';
import type { SoundFormat } from './refusal';
import type { SampleTable } from './sampleTable';

/** A part of the film: bytes of a clip's file, or bytes that no clip has. */
export type Piece =
	| {
			readonly kind: 'copy';
			/** Index of the clip. */
			readonly clip: number;
			readonly from: number;
			readonly to: number;
	  }
	| { readonly kind: 'bytes'; readonly bytes: Buffer };

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
export function layOut(
	movies: readonly Movie[],
	sound: SoundPlan | undefined,
	withParameterSets: boolean,
): Layout {
	const film = new MediaData();
	movies.forEach((movie, clip) => {
		const sets = withParameterSets ? inBandSets(movie.video.parameterSets) : undefined;
		const soundRuns = sound?.clips[clip] ?? [];
		film.add(
			videoChunks(movie.video.samples, clip, sets),
			soundChunks(soundRuns, movie.sound?.samples, clip, sound && silentFrame(sound.format)),
		);
	});
	return film;
}

/** A chunk of the film. */
interface NewChunk {
	/** Orders the chunks of a clip: where its first byte lies in the clip's file. */
	filePosition: number;
	/** Where it lies in the film, once that is known. */
	at: number;
	readonly pieces: Piece[];
	readonly sizes: number[];
}

const newChunk = (filePosition: number): NewChunk => ({
	filePosition,
	at: 0,
	pieces: [],
	sizes: [],
});

class MediaData implements Layout {
	readonly pieces: Piece[] = [];
	readonly video: TrackLayout = { sizes: [], chunks: [] };
	readonly sound: TrackLayout = { sizes: [], chunks: [] };
	bytes = 0;

	add(video: NewChunk[], sound: NewChunk[]): void {
		const inFileOrder = [...video, ...sound].sort(
			(one, other) => one.filePosition - other.filePosition,
		);
		for (const chunk of inFileOrder) {
			chunk.at = this.bytes;
			for (const piece of chunk.pieces) {
				addPiece(this.pieces, piece);
				this.bytes += pieceBytes(piece);
			}
		}
		addChunks(this.video, video);
		addChunks(this.sound, sound);
	}
}

function addChunks(track: TrackLayout, chunks: readonly NewChunk[]): void {
	for (const { at, sizes } of chunks) {
		track.chunks.push({ at, samples: sizes.length });
		for (const size of sizes) track.sizes.push(size);
	}
}

/** Bytes that follow each other in a file are one piece. */
function addPiece(pieces: Piece[], piece: Piece): void {
	const last = pieces.at(-1);
	if (
		piece.kind === 'copy' &&
		last?.kind === 'copy' &&
		last.clip === piece.clip &&
		last.to === piece.from
	) {
		pieces[pieces.length - 1] = { ...last, to: piece.to };
	} else if (pieceBytes(piece) > 0) {
		pieces.push(piece);
	}
}

function pieceBytes(piece: Piece): number {
	return piece.kind === 'copy' ? piece.to - piece.from : piece.bytes.length;
}

function videoChunks(samples: SampleTable, clip: number, sets: Buffer | undefined): NewChunk[] {
	const keyFrames = samples.keyFrames && new Set(samples.keyFrames);
	return chunksOf(samples, samplePositions(samples), 0, samples.count, clip, (frame) =>
		keyFrames?.has(frame) === false ? undefined : sets,
	);
}

function soundChunks(
	runs: readonly SoundRun[],
	samples: SampleTable | undefined,
	clip: number,
	silence: Buffer | undefined,
): NewChunk[] {
	const positions = samples && samplePositions(samples);
	const chunks = runs.flatMap(({ firstFrame, count }) => {
		if (firstFrame === 'silence') return silence ? [silentChunk(silence, count)] : [];
		if (samples === undefined || positions === undefined) return [];
		return chunksOf(samples, positions, firstFrame, count, clip);
	});
	// Silence goes beside the sound that follows it; the file of a silent clip comes after it.
	let filePosition = chunks.every(isSilent) ? 0 : Infinity;
	for (const chunk of [...chunks].reverse()) {
		if (isSilent(chunk)) chunk.filePosition = filePosition;
		else filePosition = chunk.filePosition;
	}
	return chunks;
}

const SILENT_POSITION = -1;
const isSilent = ({ filePosition }: NewChunk): boolean => filePosition === SILENT_POSITION;

function silentChunk(frame: Buffer, count: number): NewChunk {
	const chunk = newChunk(SILENT_POSITION);
	const bytes = Buffer.concat(Array.from({ length: count }, () => frame));
	chunk.pieces.push({ kind: 'bytes', bytes });
	for (let index = 0; index < count; index += 1) chunk.sizes.push(frame.length);
	return chunk;
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

/** Samples in a row as chunks: one for all that follow each other in the file. */
function chunksOf(
	{ sizes }: SampleTable,
	positions: Float64Array,
	first: number,
	count: number,
	clip: number,
	prefixOf: (sample: number) => Buffer | undefined = () => undefined,
): NewChunk[] {
	const chunks: NewChunk[] = [];
	let chunk: NewChunk | undefined;
	let previousTo = 0;
	for (let sample = first; sample < first + count; sample += 1) {
		const from = positions[sample] ?? 0;
		const to = from + (sizes[sample] ?? 0);
		if (chunk === undefined || from !== previousTo) {
			chunk = newChunk(from);
			chunks.push(chunk);
		}
		const prefix = prefixOf(sample);
		if (prefix !== undefined) addPiece(chunk.pieces, { kind: 'bytes', bytes: prefix });
		addPiece(chunk.pieces, { kind: 'copy', clip, from, to });
		chunk.sizes.push(to - from + (prefix?.length ?? 0));
		previousTo = to;
	}
	return chunks;
}
