/** Reads MP4 boxes (ISO/IEC 14496-12) from bytes in memory, with bounds on everything. */
import { refuseInvalid } from './refusal';

export interface Box {
	readonly type: string;
	/** The whole box with its header. */
	readonly bytes: Buffer;
	readonly body: Buffer;
}

/** Far above what any box holds; a file of empty boxes must not fill the memory. */
const MAX_CHILDREN = 1000;

/** Bytes of a box header with a 32-bit size. */
export const BOX_HEADER_BYTES = 8;

/** Bytes of a box header with a 64-bit size. */
export const LARGE_BOX_HEADER_BYTES = 16;

/** The boxes that a body consists of; `parent` names it in refusals. */
export function readBoxes(body: Buffer, parent: string): Box[] {
	const boxes: Box[] = [];
	let at = 0;
	while (body.length - at >= BOX_HEADER_BYTES) {
		if (boxes.length === MAX_CHILDREN) refuseInvalid(`'${parent}' has too many boxes`);
		const box = readBox(body.subarray(at), parent);
		boxes.push(box);
		at += box.bytes.length;
	}
	// QuickTime ends some lists with four zero bytes.
	if (body.subarray(at).some((byte) => byte !== 0)) {
		refuseInvalid(`the boxes in '${parent}' do not add up`);
	}
	return boxes;
}

function readBox(bytes: Buffer, parent: string): Box {
	const fields = new Fields(bytes, parent);
	const size32 = fields.u32();
	const type = fields.take(4).toString('latin1');
	const size = size32 === 1 ? fields.u64() : size32;
	const headerBytes = size32 === 1 ? LARGE_BOX_HEADER_BYTES : BOX_HEADER_BYTES;
	if (size < headerBytes || size > bytes.length) {
		refuseInvalid(`the size of '${printable(type)}' does not fit into '${parent}'`);
	}
	return { type, bytes: bytes.subarray(0, size), body: bytes.subarray(headerBytes, size) };
}

/** A type as it may be shown: four letters, whatever the file holds. */
export function printable(type: string): string {
	return type.replace(/[^ -~]/g, '?');
}

export function findBox(boxes: readonly Box[], type: string): Box | undefined {
	return boxes.find((box) => box.type === type);
}

/** The one box of a type; refuses the clip if there is none. */
export function requireBox(boxes: readonly Box[], type: string, parent: string): Box {
	return findBox(boxes, type) ?? refuseInvalid(`'${parent}' has no '${type}'`);
}

/** Reads a box's fields one after another; refuses the clip where the box ends too early. */
export class Fields {
	private at = 0;

	constructor(
		private readonly bytes: Buffer,
		private readonly box: string,
	) {}

	get leftBytes(): number {
		return this.bytes.length - this.at;
	}

	take(length: number): Buffer {
		const from = this.pass(length);
		return this.bytes.subarray(from, from + length);
	}

	u8(): number {
		return this.bytes.readUInt8(this.pass(1));
	}

	u16(): number {
		return this.bytes.readUInt16BE(this.pass(2));
	}

	u32(): number {
		return this.bytes.readUInt32BE(this.pass(4));
	}

	i32(): number {
		return this.bytes.readInt32BE(this.pass(4));
	}

	/** An unsigned 64-bit number that is exact as a double. */
	u64(): number {
		const value = this.bytes.readBigUInt64BE(this.pass(8));
		return value <= Number.MAX_SAFE_INTEGER
			? Number(value)
			: refuseInvalid(`'${this.box}' has a number that is too large`);
	}

	/** The version of a full box, whose flags are not used. */
	version(): number {
		const version = this.u8();
		this.take(3);
		return version;
	}

	/** The number of entries of a table, all of which the box holds. */
	count(entryBytes: number): number {
		const count = this.u32();
		if (count * entryBytes > this.leftBytes) {
			refuseInvalid(`the table '${this.box}' is longer than its box`);
		}
		return count;
	}

	/** Moves on; gives where it was. */
	private pass(length: number): number {
		if (length > this.leftBytes) refuseInvalid(`'${this.box}' is too short`);
		this.at += length;
		return this.at - length;
	}
}
