/** How clips are read and films written: streams opened, held and closed. */
import { AVMEDIA_TYPE_VIDEO, Decoder, Demuxer } from 'node-av';
import { beforeAll, describe, expect, it } from 'vitest';
import {
	joinVideos,
	type JoinedFilm,
} from '../../../nodes/WanKeyframeVideo/media/mp4/joinVideos.ts';
import type { ClipSource } from '../../../nodes/WanKeyframeVideo/media/mp4/sequentialReader.ts';
import { repack } from './containers.mts';
import { decodeVideo, hash, readPackets } from './decodeVideo.mts';
import { encodeClip, SMALL_CLIP } from './encodeClip.mts';
import { collect, joinFiles } from './joinFiles.mts';

let first: Buffer;
let second: Buffer;

beforeAll(async () => {
	first = await encodeClip(SMALL_CLIP);
	second = await encodeClip({ ...SMALL_CLIP, seed: 2 });
});

/** A store that counts what is read of a file, and what is open. */
class Store {
	opened = 0;
	closed = 0;
	bytesRead = 0;

	constructor(private readonly chunkBytes = 500) {}

	source(
		file: Buffer,
		deliver: (chunk: Buffer, at: number) => Buffer = (chunk) => chunk,
	): ClipSource {
		const read = this.read.bind(this, file, deliver);
		return { bytes: file.length, open: read };
	}

	private async *read(
		file: Buffer,
		deliver: (chunk: Buffer, at: number) => Buffer,
	): AsyncGenerator<Buffer> {
		this.opened += 1;
		try {
			for (let at = 0; at < file.length; at += this.chunkBytes) {
				const chunk = deliver(file.subarray(at, at + this.chunkBytes), at);
				this.bytesRead += chunk.length;
				yield await Promise.resolve(chunk);
			}
		} finally {
			this.closed += 1;
		}
	}
}

async function filmOf(...clips: readonly [ClipSource, ...ClipSource[]]): Promise<JoinedFilm> {
	const result = await joinVideos(clips, { removeSound: false });
	if (!result.ok) throw new Error(`Refused: ${result.refusal.kind}`);
	return result.value;
}

describe('reading', () => {
	it('opens each clip twice, and closes it', async () => {
		const store = new Store();
		const film = await filmOf(store.source(first), store.source(second));
		expect(store).toMatchObject({ opened: 2, closed: 2 });
		await collect(film);
		expect(store).toMatchObject({ opened: 4, closed: 4 });
	});

	it('reads no media for the header where that stands first', async () => {
		const store = new Store();
		const file = repack(first, { headerFirst: true });
		await filmOf(store.source(file));
		expect(store.bytesRead).toBeLessThan(file.indexOf('mdat') + 1000);
	});

	it('gives the same film again', async () => {
		const store = new Store();
		const film = await filmOf(store.source(first), store.source(second));
		expect(await collect(film)).toEqual(await collect(film));
	});

	it.each([1, 7, 100_000])('reads clips in chunks of %i byte(s)', async (chunkBytes) => {
		expect(await joinFiles([first, second], { chunkBytes })).toEqual(
			await joinFiles([first, second]),
		);
	});

	it('takes chunks that are views of a larger memory', async () => {
		const store = new Store();
		const view = (chunk: Buffer) => {
			const memory = Buffer.alloc(chunk.length + 20, 0xee);
			chunk.copy(memory, 10);
			return memory.subarray(10, 10 + chunk.length);
		};
		const film = await filmOf(store.source(first, view));
		expect(await collect(film)).toEqual(await joinFiles([first]));
	});

	it('passes over empty chunks', async () => {
		const store = new Store();
		const source: ClipSource = {
			bytes: first.length,
			async *open() {
				for await (const chunk of await store.source(first).open()) {
					yield Buffer.alloc(0);
					yield chunk;
				}
			},
		};
		expect(await collect(await filmOf(source))).toEqual(await joinFiles([first]));
	});
});

describe('what goes wrong', () => {
	it('closes the clip when the film is left early', async () => {
		const store = new Store();
		const film = await filmOf(store.source(first), store.source(second));
		let chunks = 0;
		for await (const _ of film.chunks()) if ((chunks += 1) === 3) break;
		expect(store).toMatchObject({ opened: 3, closed: 3 });
	});

	it('closes the clips that it refuses', async () => {
		const store = new Store();
		const result = await joinVideos(
			[store.source(first), store.source(Buffer.from('This is no film'))],
			{
				removeSound: false,
			},
		);
		expect(result).toMatchObject({ ok: false, refusal: { clip: 1, kind: 'notMp4' } });
		expect(store).toMatchObject({ opened: 2, closed: 2 });
	});

	it('does not open a clip that has no room for a box', async () => {
		const store = new Store();
		const result = await joinVideos([store.source(Buffer.from('no film'))], { removeSound: false });
		expect(result).toMatchObject({ ok: false, refusal: { kind: 'missing' } });
		expect(store.opened).toBe(0);
	});

	it('throws what a store throws, while it reads headers and while it copies', async () => {
		const store = new Store();
		const broken = new Error('The disk is gone');
		let isBroken = true;
		const source = store.source(second, (chunk) => {
			if (isBroken) throw broken;
			return chunk;
		});
		await expect(filmOf(store.source(first), source)).rejects.toBe(broken);
		isBroken = false;
		const film = await filmOf(store.source(first), source);
		isBroken = true;
		await expect(collect(film)).rejects.toBe(broken);
		expect(store.closed).toBe(store.opened);
	});

	it('refuses a clip of which the store delivers less than its size', async () => {
		const source = new Store().source(first.subarray(0, -600));
		const result = await joinVideos([{ ...source, bytes: first.length }], { removeSound: false });
		expect(result).toMatchObject({ ok: false, refusal: { clip: 0, kind: 'truncated' } });
	});

	it('names the clip that has become shorter since its header was read', async () => {
		const store = new Store();
		let length = Infinity;
		const source = store.source(second, (chunk, at) => chunk.subarray(0, Math.max(0, length - at)));
		const film = await filmOf(store.source(first), source);
		length = 1000;
		await expect(collect(film)).rejects.toMatchObject({
			refusal: { clip: 1, kind: 'truncated', bytes: 1000 },
		});
	});
});

describe('seeking back into a clip with other parameter sets', () => {
	it('decodes it in the decoder that has had the other clip', async () => {
		const other = await encodeClip({ ...SMALL_CLIP, seed: 3, encoderParams: 'cabac=1' });
		const film = await joinFiles([first, other]);
		using demuxer = Demuxer.openSync(film);
		const stream = demuxer.findBestStream(AVMEDIA_TYPE_VIDEO);
		if (stream === undefined) throw new Error('There is no video');
		const packets = readPackets(demuxer).filter(({ streamIndex }) => streamIndex === stream.index);
		using decoder = Decoder.createSync(stream, { threadCount: 1, exitOnError: true });
		const decode = (from: number, to: number) => {
			const frames = packets.slice(from, to).flatMap((packet) => decoder.decodeAllSync(packet));
			return frames.map((frame) => frame.toBuffer());
		};
		decode(12, 24);
		decoder.getCodecContext()?.flushBuffers();
		const alone = decodeVideo(first);
		const [key] = decode(0, 6);
		expect(hash(key ?? Buffer.alloc(0))).toBe(alone.frames[0]?.hash);
	});
});
