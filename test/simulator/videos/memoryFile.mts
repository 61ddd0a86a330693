import {
	AVSEEK_CUR,
	AVSEEK_END,
	AVSEEK_SET,
	type AVSeekWhence,
	type IOOutputCallbacks,
} from 'node-av';

const FIRST_CAPACITY = 1 << 20;

/** A file in memory that a muxer can write and seek in: an MP4's header is completed at the end. */
export class MemoryFile implements IOOutputCallbacks {
	private content = Buffer.alloc(FIRST_CAPACITY);
	private position = 0;
	private size = 0;

	readonly write = (chunk: Buffer): number => {
		this.reserve(this.position + chunk.length);
		chunk.copy(this.content, this.position);
		this.position += chunk.length;
		this.size = Math.max(this.size, this.position);
		return chunk.length;
	};

	readonly seek = (offset: bigint, whence: AVSeekWhence): number => {
		const distance = Number(offset);
		if (whence === AVSEEK_SET) this.position = distance;
		else if (whence === AVSEEK_CUR) this.position += distance;
		else if (whence === AVSEEK_END) this.position = this.size + distance;
		// What remains is FFmpeg's question for the size, which moves nothing.
		else return this.size;
		return this.position;
	};

	/** What has been written. */
	bytes(): Buffer {
		return this.content.subarray(0, this.size);
	}

	private reserve(capacity: number): void {
		if (capacity <= this.content.length) return;
		const larger = Buffer.alloc(Math.max(capacity, this.content.length * 2));
		this.content.copy(larger);
		this.content = larger;
	}
}
