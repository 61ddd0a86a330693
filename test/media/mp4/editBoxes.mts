/** Takes MP4 files apart and puts them together again, so that tests can have any form of them. */

export interface BoxNode {
	type: string;
	/** Empty where there are children. */
	body: Buffer;
	children?: BoxNode[];
	/** Where the body lay in the file that was read. */
	position: number;
	/** Written with a size of 64 bits. */
	isLarge?: boolean;
}

const CONTAINERS = ['moov', 'trak', 'edts', 'mdia', 'minf', 'stbl'];

export function parseFile(file: Buffer): BoxNode[] {
	return parseBoxes(file, 0, file.length);
}

function parseBoxes(file: Buffer, from: number, to: number): BoxNode[] {
	const boxes: BoxNode[] = [];
	for (let at = from; at < to; ) {
		const type = file.toString('latin1', at + 4, at + 8);
		const isLarge = file.readUInt32BE(at) === 1;
		const size = isLarge ? Number(file.readBigUInt64BE(at + 8)) : file.readUInt32BE(at);
		const position = at + (isLarge ? 16 : 8);
		const isContainer = CONTAINERS.includes(type);
		boxes.push({
			type,
			position,
			body: isContainer ? Buffer.alloc(0) : Buffer.from(file.subarray(position, at + size)),
			...(isContainer && { children: parseBoxes(file, position, at + size) }),
			...(isLarge && { isLarge }),
		});
		at += size;
	}
	return boxes;
}

/** The file of boxes that were read and edited; chunk positions follow the media data. */
export function writeFile(boxes: readonly BoxNode[]): Buffer {
	const moved: { from: number; to: number; by: number }[] = [];
	let at = 0;
	for (const box of boxes) {
		const size = writeBox(box).length;
		if (box.type === 'mdat') {
			const { position, body } = box;
			moved.push({
				from: position,
				to: position + body.length,
				by: at + size - body.length - position,
			});
		}
		at += size;
	}
	const shift = (position: number) =>
		position + (moved.find(({ from, to }) => position >= from && position < to)?.by ?? 0);
	for (const table of findBoxes(boxes, 'moov/trak/mdia/minf/stbl/stco')) {
		editTable(table.body, 4, (entry) => entry.writeUInt32BE(shift(entry.readUInt32BE())));
	}
	for (const table of findBoxes(boxes, 'moov/trak/mdia/minf/stbl/co64')) {
		editTable(table.body, 8, (entry) =>
			entry.writeBigUInt64BE(BigInt(shift(Number(entry.readBigUInt64BE())))),
		);
	}
	return Buffer.concat(boxes.map(writeBox));
}

function writeBox({ type, body, children, isLarge }: BoxNode): Buffer {
	const content = children === undefined ? body : Buffer.concat(children.map(writeBox));
	return isLarge ? largeBox(type, content) : box(type, content);
}

/** A box of 32-bit size. */
export function box(type: string, ...parts: readonly Buffer[]): Buffer {
	const content = Buffer.concat(parts);
	const header = Buffer.alloc(8);
	header.writeUInt32BE(8 + content.length);
	header.write(type, 4, 'latin1');
	return Buffer.concat([header, content]);
}

function largeBox(type: string, content: Buffer): Buffer {
	const header = Buffer.alloc(16);
	header.writeUInt32BE(1);
	header.write(type, 4, 'latin1');
	header.writeBigUInt64BE(BigInt(16 + content.length), 8);
	return Buffer.concat([header, content]);
}

export const newBox = (type: string, body: Buffer = Buffer.alloc(0)): BoxNode => ({
	type,
	body,
	position: 0,
});

export function uint32s(...values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(4 * values.length);
	values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
	return bytes;
}

/** All boxes of a path, for instance `moov/trak`. */
export function findBoxes(boxes: readonly BoxNode[], path: string): BoxNode[] {
	const [type, ...rest] = path.split('/');
	const found = boxes.filter((one) => one.type === type);
	if (rest.length === 0) return found;
	return found.flatMap(({ children = [] }) => findBoxes(children, rest.join('/')));
}

/** The first box of a path; throws if there is none. */
export function findBox(boxes: readonly BoxNode[], path: string): BoxNode {
	const [found] = findBoxes(boxes, path);
	if (found === undefined) throw new Error(`There is no ${path}`);
	return found;
}

/** The track of pictures or of sound. */
export function trackOf(boxes: readonly BoxNode[], handler: 'vide' | 'soun'): BoxNode[] {
	const track = findBoxes(boxes, 'moov/trak').find(
		({ children = [] }) =>
			findBox(children, 'mdia/hdlr').body.toString('latin1', 8, 12) === handler,
	);
	if (track?.children === undefined) throw new Error(`There is no ${handler} track`);
	return track.children;
}

/** Edits a file: what `edit` does to its boxes, and back. */
export function editFile(file: Buffer, edit: (boxes: BoxNode[]) => void): Buffer {
	const boxes = parseFile(file);
	edit(boxes);
	return writeFile(boxes);
}

/** Removes boxes of a type from a list. */
export function removeBoxes(boxes: BoxNode[], type: string): void {
	const rest = boxes.filter((one) => one.type !== type);
	boxes.splice(0, boxes.length, ...rest);
}

/** Moves the header to the beginning, as for playing while it loads. */
export function putHeaderFirst(boxes: BoxNode[]): void {
	const moov = findBox(boxes, 'moov');
	removeBoxes(boxes, 'moov');
	boxes.splice(1, 0, moov);
}

function editTable(body: Buffer, entryBytes: number, edit: (entry: Buffer) => void): void {
	for (let at = 8; at < body.length; at += entryBytes) edit(body.subarray(at, at + entryBytes));
}

function readTable(body: Buffer, from: number, width: number): number[][] {
	return Array.from({ length: Math.floor((body.length - from) / (4 * width)) }, (_, entry) =>
		Array.from({ length: width }, (_value, index) =>
			body.readUInt32BE(from + 4 * (entry * width + index)),
		),
	);
}

/** The bytes of each sample of a track. */
export function samplesOf(track: readonly BoxNode[], file: Buffer): Buffer[] {
	const table = (type: string) => findBox(track, `mdia/minf/stbl/${type}`).body;
	const commonSize = table('stsz').readUInt32BE(4);
	const sizes = readTable(table('stsz'), 12, 1).flat();
	const runs = readTable(table('stsc'), 8, 3);
	const samples: Buffer[] = [];
	readTable(table('stco'), 8, 1).forEach(([position = 0], chunk) => {
		const [, perChunk = 0] = runs.findLast(([first = 0]) => first <= chunk + 1) ?? [];
		let at = position;
		for (let left = perChunk; left > 0; left -= 1) {
			const size = commonSize || (sizes[samples.length] ?? 0);
			samples.push(file.subarray(at, at + size));
			at += size;
		}
	});
	return samples;
}

/**
 * Lays the media data out anew: tracks by turns, with as many samples in each chunk as `nextLength`
 * says. Positions become 64 bits wide if wanted, and samples what `edit` makes of them.
 */
export function relayOut(
	file: Buffer,
	nextLength: () => number,
	{ isWide = false, edit = (sample: Buffer, _handler: string): Buffer => sample } = {},
): Buffer {
	const boxes = parseFile(file);
	const tracks = findBoxes(boxes, 'moov/trak').map(({ children = [] }) => {
		const handler = findBox(children, 'mdia/hdlr').body.toString('latin1', 8, 12);
		return {
			tables: findBox(children, 'mdia/minf/stbl').children ?? [],
			samples: samplesOf(children, file).map((sample) => edit(sample, handler)),
			chunks: [] as { position: number; samples: number }[],
			done: 0,
		};
	});
	const data: Buffer[] = [];
	let position = 0;
	for (let turn = 0; tracks.some(({ done, samples }) => done < samples.length); turn += 1) {
		const track = tracks[turn % tracks.length];
		const samples = track?.samples.slice(track.done, track.done + nextLength()) ?? [];
		if (track === undefined || samples.length === 0) continue;
		track.done += samples.length;
		track.chunks.push({ position, samples: samples.length });
		for (const sample of samples) {
			data.push(sample);
			position += sample.length;
		}
	}
	removeBoxes(boxes, 'mdat');
	boxes.push({ ...newBox('mdat', Buffer.concat(data)), isLarge: isWide });
	for (const { tables, chunks, samples } of tracks) {
		for (const type of ['stsc', 'stco', 'stsz']) removeBoxes(tables, type);
		const entries = chunks.flatMap(({ samples: count }, index) => [index + 1, count, 1]);
		const positions = chunks.flatMap((chunk) => (isWide ? [0, chunk.position] : [chunk.position]));
		const sizes = samples.map(({ length }) => length);
		tables.push(
			newBox('stsz', uint32s(0, 0, sizes.length, ...sizes)),
			newBox('stsc', uint32s(0, chunks.length, ...entries)),
			newBox(isWide ? 'co64' : 'stco', uint32s(0, chunks.length, ...positions)),
		);
	}
	return writeFile(boxes);
}

const H264_FILLER = 12;

/** A clip of H.264 with so many bytes, by filler that decoders pass over. */
export function enlarge(file: Buffer, bytes: number): Buffer {
	const frames = findBox(trackOf(parseFile(file), 'vide'), 'mdia/minf/stbl/stsz').body.readUInt32BE(
		8,
	);
	const filler = Buffer.alloc(Math.ceil((bytes - file.length) / frames), 0xff);
	filler.writeUInt32BE(filler.length - 4);
	filler.writeUInt8(H264_FILLER, 4);
	filler.writeUInt8(0x80, filler.length - 1);
	return relayOut(file, () => 1, {
		edit: (sample, handler) => (handler === 'vide' ? Buffer.concat([sample, filler]) : sample),
	});
}
