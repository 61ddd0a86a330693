/** One film in a process of its own; tells the parent how much memory it took, and how long. */
import { once } from 'node:events';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { joinVideos } from '../../nodes/WanKeyframeVideo/media/mp4/joinVideos.ts';
import type { ClipSource } from '../../nodes/WanKeyframeVideo/media/mp4/sequentialReader.ts';

export interface JoinOrder {
	/** Files, as n8n's store has them. */
	readonly clips: readonly string[];
	/** For a first film, in which everything is loaded. */
	readonly small: readonly string[];
	/** Where the film is written. */
	readonly film: string;
}

export interface JoinFigures {
	readonly riseBytes: number;
	readonly ms: number;
	/** Why the clips were refused. */
	readonly refused: string | undefined;
}

const KIB = 1024;

/** As large as n8n's own reads of stored files can be asked to be. */
const CHUNK_BYTES = 256 * KIB;

let peakBytes = 0;

/** Keeps the most that was resident while the film was written. */
async function* watched(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	for await (const chunk of chunks) {
		peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
		yield chunk;
	}
}

function sourceOf(file: string): ClipSource {
	return {
		bytes: statSync(file).size,
		open: () => createReadStream(file, { highWaterMark: CHUNK_BYTES }),
	};
}

async function join(clips: readonly string[], film: string): Promise<string | undefined> {
	const [first, ...others] = clips.map(sourceOf);
	if (first === undefined) throw new Error('There is nothing to join');
	const result = await joinVideos([first, ...others], { removeSound: false });
	if (!result.ok) return result.refusal.kind;
	await pipeline(Readable.from(watched(result.value.chunks())), createWriteStream(film));
	return undefined;
}

const [order]: JoinOrder[] = await once(process, 'message');
if (order === undefined) throw new Error('There is nothing to join');
await join(order.small, order.film);
globalThis.gc?.();
const beforeBytes = process.memoryUsage.rss();
peakBytes = beforeBytes;
const startedMs = performance.now();
const refused = await join(order.clips, order.film);
process.send?.({
	riseBytes: peakBytes - beforeBytes,
	ms: performance.now() - startedMs,
	refused,
} satisfies JoinFigures);
process.disconnect();
