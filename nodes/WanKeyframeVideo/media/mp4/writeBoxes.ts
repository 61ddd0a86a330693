/** Builds MP4 boxes. */

export function box(type: string, ...parts: readonly Buffer[]): Buffer {
	const bytes = BOX_HEADER + parts.reduce((sum, part) => sum + part.length, 0);
	return Buffer.concat([u32(bytes), Buffer.from(type, 'latin1'), ...parts]);
}

const BOX_HEADER = 8;

/** A box that begins with a version and 24 bits of flags. */
export function fullBox(
	type: string,
	version: number,
	flags: number,
	...parts: readonly Buffer[]
): Buffer {
	return box(type, u32(version * 2 ** 24 + flags), ...parts);
}

export function u16(...values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(2 * values.length);
	values.forEach((value, index) => bytes.writeUInt16BE(value, 2 * index));
	return bytes;
}

export function u32(...values: readonly number[]): Buffer {
	return u32s(values);
}

/** The same for tables, whose length has no bound as an argument list has. */
export function u32s(values: ArrayLike<number>): Buffer {
	const bytes = Buffer.alloc(4 * values.length);
	for (let index = 0; index < values.length; index += 1) {
		bytes.writeUInt32BE(values[index] ?? 0, 4 * index);
	}
	return bytes;
}

export function u64s(values: ArrayLike<number>): Buffer {
	const bytes = Buffer.alloc(8 * values.length);
	for (let index = 0; index < values.length; index += 1) {
		bytes.writeBigUInt64BE(BigInt(values[index] ?? 0), 8 * index);
	}
	return bytes;
}
