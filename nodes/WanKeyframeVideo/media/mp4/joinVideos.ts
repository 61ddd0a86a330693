import type { Movie } from './movie';
import { planJoin, type JoinPlan } from './planJoin';
import { readMovie, type ReadMovieOptions } from './readMovie';
import { JoinRefusedError, refusalReason, type JoinResult } from './refusal';
import { scanFile } from './scanFile';
import { SequentialReader, type ClipSource } from './sequentialReader';

export interface JoinedFilm extends Pick<JoinPlan, 'seconds' | 'width' | 'height' | 'hasSound'> {
	/** Size of the film's file. */
	readonly bytes: number;
	/**
	 * The film's file from its first byte, as the clips are read. Throws what reading them throws, and
	 * JoinRefusedError where a clip ends earlier than when its header was read.
	 */
	chunks(): AsyncGenerator<Buffer>;
}

/**
 * Joins MP4 clips into one film without encoding anything. Reads every clip once for its header, of
 * which alone it keeps anything, and once more when the film is taken. Clips that cannot be joined
 * are refused before the film begins; I/O failures are thrown as they are.
 */
export async function joinVideos(
	clips: readonly [ClipSource, ...ClipSource[]],
	options: ReadMovieOptions,
): Promise<JoinResult<JoinedFilm>> {
	const movies: Movie[] = [];
	for (const [clip, source] of clips.entries()) {
		try {
			movies.push(readMovie(await scanFile(source), options));
		} catch (thrown) {
			return { ok: false, refusal: { clip, ...refusalReason(thrown) } };
		}
	}
	const [first, ...others] = movies;
	if (first === undefined) throw new RangeError('There are no clips to join');
	const plan = planJoin([first, ...others]);
	if (!plan.ok) return plan;
	const { bytes, seconds, width, height, hasSound } = plan.value;
	return {
		ok: true,
		value: {
			bytes,
			seconds,
			width,
			height,
			hasSound,
			chunks: () => writeFilm(plan.value, clips),
		},
	};
}

/** Header and pieces; each clip is opened when its first piece comes, and closed after its last. */
async function* writeFilm(
	{ header, pieces }: JoinPlan,
	clips: readonly ClipSource[],
): AsyncGenerator<Buffer> {
	let open: { readonly clip: number; readonly reader: SequentialReader } | undefined;
	try {
		yield header;
		for (const piece of pieces) {
			if (piece.kind === 'bytes') {
				yield piece.bytes;
				continue;
			}
			if (open?.clip !== piece.clip) {
				await open?.reader.close();
				const source = clips[piece.clip];
				if (source === undefined) throw new RangeError(`There is no clip ${piece.clip}`);
				open = { clip: piece.clip, reader: await SequentialReader.open(source) };
			}
			await open.reader.skipTo(piece.from);
			yield* open.reader.pieces(piece.to - piece.from);
			const { position } = open.reader;
			if (position < piece.to) {
				const { clip, to: expectedBytes } = piece;
				throw new JoinRefusedError({ clip, kind: 'truncated', bytes: position, expectedBytes });
			}
		}
	} finally {
		await open?.reader.close();
	}
}
