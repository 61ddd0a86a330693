/** A box of an MP4 file: where it begins, where its content begins, and where it ends. */
export interface Box {
	type: string;
	start: number;
	content: number;
	end: number;
}

const PATH_TO_TRACK_TABLES = ['mdia', 'minf', 'stbl'];

/** The same file with its header (`moov`) in front of the media, right behind `ftyp`. */
export function moveHeaderFirst(file: Buffer): Buffer {
	const boxes = boxesIn(file, 0, file.length);
	const moov = boxes.find(({ type }) => type === 'moov');
	const [first] = boxes;
	if (moov === undefined || first === undefined) throw new Error('The file has no header');
	const header = Buffer.from(file.subarray(moov.start, moov.end));
	for (const table of chunkTables(header)) {
		const count = header.readUInt32BE(table.content + 4);
		for (let entry = 0; entry < count; entry += 1) {
			const at = table.content + 8 + 4 * entry;
			header.writeUInt32BE(header.readUInt32BE(at) + header.length, at);
		}
	}
	return Buffer.concat([
		file.subarray(0, first.end),
		header,
		file.subarray(first.end, moov.start),
		file.subarray(moov.end),
	]);
}

/** The `stco` of every track in a header. */
function chunkTables(header: Buffer): Box[] {
	const tracks = boxesIn(header, 8, header.length).filter(({ type }) => type === 'trak');
	return PATH_TO_TRACK_TABLES.reduce(
		(parents, wanted) =>
			parents
				.flatMap(({ content, end }) => boxesIn(header, content, end))
				.filter(({ type }) => type === wanted),
		tracks,
	)
		.flatMap(({ content, end }) => boxesIn(header, content, end))
		.filter(({ type }) => type === 'stco');
}

/** The boxes in a range of a file. Throws where one does not fit, or has a size of 64 bits. */
export function boxesIn(bytes: Buffer, from: number, to: number): Box[] {
	const boxes: Box[] = [];
	for (let start = from; start + 8 <= to; ) {
		const end = start + bytes.readUInt32BE(start);
		if (end < start + 8 || end > to) throw new Error(`A box at ${start} does not fit`);
		boxes.push({
			type: bytes.toString('latin1', start + 4, start + 8),
			start,
			content: start + 8,
			end,
		});
		start = end;
	}
	return boxes;
}
