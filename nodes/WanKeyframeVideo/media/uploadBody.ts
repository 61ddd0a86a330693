import type { ByteStream } from '../util/readBytes';

/** A body of known length whose progress is reported as it is read for sending. */
export type UploadBody = ByteStream | Blob;

export interface BodyParts {
	readonly head: Buffer;
	readonly content: Buffer | ByteStream;
	/** Bytes of the content. */
	readonly bytes: number;
	readonly tail: Buffer;
	/** Of the whole body. A Blob brings it along and n8n's HTTP client believes it. */
	readonly contentType: string;
}

/** The parts as one body; `onSent` is called with the bytes that were handed over for sending. */
export function uploadBody(
	{ head, content, bytes, tail, contentType }: BodyParts,
	onSent: (bytes: number) => void,
): UploadBody {
	if (Buffer.isBuffer(content)) return new WatchedBlob([head, content, tail], contentType, onSent);
	let readBytes = 0;
	const body = content.map((chunk: Buffer) => {
		const isFirst = readBytes === 0;
		readBytes += chunk.length;
		const isLast = readBytes === bytes;
		onSent(chunk.length);
		return Buffer.concat([...(isFirst ? [head] : []), chunk, ...(isLast ? [tail] : [])]);
	});
	// Whoever sends it gets its error; before, it must not end the process.
	body.on('error', () => {});
	return body;
}

/** Small beside what moves in the minute after which nothing counts as too slow. */
const CHUNK_BYTES = 64 * 1024;

/**
 * A Blob, since n8n's HTTP client reads one as a stream: of a Buffer nobody sees how much has been
 * sent. Its members of its own are needed too: n8n takes an object without any for an empty body.
 */
class WatchedBlob extends Blob {
	constructor(
		private readonly parts: readonly Buffer[],
		type: string,
		private readonly onSent: (bytes: number) => void,
	) {
		super([...parts], { type });
	}

	/** A Blob's own stream gives each part in one piece. */
	override stream() {
		const chunks = this.chunks();
		return new ReadableStream<Uint8Array>({
			pull: (controller) => {
				const next = chunks.next();
				if (next.done) return controller.close();
				this.onSent(next.value.length);
				controller.enqueue(next.value);
			},
		});
	}

	private *chunks(): Generator<Buffer, void> {
		for (const part of this.parts) {
			for (let at = 0; at < part.length; at += CHUNK_BYTES) {
				yield part.subarray(at, at + CHUNK_BYTES);
			}
		}
	}
}
