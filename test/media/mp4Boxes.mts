/** The least that counts as an MP4: boxes of the right kinds and sizes, and nothing to play. */

/** One box; `size` is what it claims, its real size if left out. */
export function box(type: string, body: Uint8Array | number = 0, size?: number): Buffer {
	const content = typeof body === 'number' ? Buffer.alloc(body, 7) : body;
	const header = Buffer.alloc(8);
	header.writeUInt32BE(size ?? content.length + 8);
	header.write(type, 4, 'latin1');
	return Buffer.concat([header, content]);
}

/** A box whose size stands in 64 bits. */
export function largeBox(type: string, bytes: number): Buffer {
	const header = Buffer.alloc(16);
	header.writeUInt32BE(1);
	header.write(type, 4, 'latin1');
	header.writeBigUInt64BE(BigInt(bytes + 16), 8);
	return Buffer.concat([header, Buffer.alloc(bytes, 7)]);
}

/** A whole file of about this many bytes, the media last. */
export function mp4(bytes = 20_000): Buffer {
	return Buffer.concat([box('ftyp', Buffer.from('isom')), box('moov', 500), box('mdat', bytes)]);
}
