/**
 * A stored clip. Stores give it as a stream from its first byte and at no other place, so that it
 * is opened twice: for the header, and for copying.
 */
export interface ClipSource {
	/** Size of the file. */
	readonly bytes: number;
	/** Opens the file at its first byte; a Node stream will do. Left early, it is closed. */
	open(): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;
}

/** Reads a clip forward; holds no more of it than the stream's current chunk. */
export class SequentialReader {
	private rest: Buffer = Buffer.alloc(0);

	/** Bytes that were read or skipped. */
	position = 0;

	private constructor(private readonly chunks: AsyncIterator<Uint8Array>) {}

	/** Opens the clip for `use`, and closes it in any case. */
	static async with<T>(
		source: ClipSource,
		use: (reader: SequentialReader) => Promise<T>,
	): Promise<T> {
		const reader = await SequentialReader.open(source);
		try {
			return await use(reader);
		} finally {
			await reader.close();
		}
	}

	static async open(source: ClipSource): Promise<SequentialReader> {
		return new SequentialReader((await source.open())[Symbol.asyncIterator]());
	}

	async close(): Promise<void> {
		await this.chunks.return?.();
	}

	/** The next bytes in pieces as the stream delivers them; fewer if the file ends. */
	async *pieces(bytes: number): AsyncGenerator<Buffer> {
		let left = bytes;
		while (left > 0 && (await this.fill())) {
			const piece = this.rest.subarray(0, left);
			this.rest = this.rest.subarray(piece.length);
			this.position += piece.length;
			left -= piece.length;
			yield piece;
		}
	}

	/** The next bytes as one; fewer if the file ends. */
	async take(bytes: number): Promise<Buffer> {
		const pieces: Buffer[] = [];
		for await (const piece of this.pieces(bytes)) pieces.push(piece);
		return Buffer.concat(pieces);
	}

	/** Moves forward to a position, or to the end of the file if that comes first. */
	async skipTo(position: number): Promise<void> {
		const pieces = this.pieces(position - this.position);
		while (!(await pieces.next()).done);
	}

	/** Whether there is a byte left; waits for the next chunk if need be. */
	private async fill(): Promise<boolean> {
		while (this.rest.length === 0) {
			const next = await this.chunks.next();
			if (next.done === true) return false;
			this.rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
		}
		return true;
	}
}
