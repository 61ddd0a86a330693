import {
	joinVideos,
	type JoinedFilm,
} from '../../../nodes/WanKeyframeVideo/media/mp4/joinVideos.ts';
import type { JoinResult } from '../../../nodes/WanKeyframeVideo/media/mp4/refusal.ts';
import type { ClipSource } from '../../../nodes/WanKeyframeVideo/media/mp4/sequentialReader.ts';

export interface JoinFilesOptions {
	readonly removeSound?: boolean;
	/** As a store's stream delivers the files. */
	readonly chunkBytes?: number;
}

/** A clip in memory, delivered in chunks. */
export function sourceOf(file: Buffer, chunkBytes = 64 * 1024): ClipSource {
	return {
		bytes: file.length,
		async *open() {
			for (let at = 0; at < file.length; at += chunkBytes) {
				yield await Promise.resolve(file.subarray(at, at + chunkBytes));
			}
		},
	};
}

/** Joins files in memory. */
export async function join(
	files: readonly Buffer[],
	{ removeSound = false, chunkBytes }: JoinFilesOptions = {},
): Promise<JoinResult<JoinedFilm>> {
	const [first, ...others] = files.map((file) => sourceOf(file, chunkBytes));
	if (first === undefined) throw new Error('There is nothing to join');
	return await joinVideos([first, ...others], { removeSound });
}

/** The film's file; throws if the clips are refused. */
export async function joinFiles(
	files: readonly Buffer[],
	options: JoinFilesOptions = {},
): Promise<Buffer> {
	const result = await join(files, options);
	if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.refusal)}`);
	const film = await collect(result.value);
	if (film.length !== result.value.bytes) {
		throw new Error(`The film has ${film.length} bytes, not ${result.value.bytes}`);
	}
	return film;
}

export async function collect(film: JoinedFilm): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of film.chunks()) chunks.push(chunk);
	return Buffer.concat(chunks);
}
