import { Fields, findBox, requireBox, type Box } from './boxes';
import { refuseInvalid } from './refusal';

/** Samples that lie in the file one after another. */
export interface Chunk {
	/** Position in the file. */
	readonly from: number;
	/** Index of its first sample. */
	readonly firstSample: number;
	readonly samples: number;
}

/** The samples of a track in decoding order: a frame each, of pictures or of sound. */
export interface SampleTable {
	readonly count: number;
	/** Bytes. */
	readonly sizes: Uint32Array;
	/** Decoding times in ticks of the track's timescale, and at the end the time that follows. */
	readonly times: Float64Array;
	/** What is added to the decoding times to give the times of presentation. */
	readonly offsets: Int32Array;
	/** Indexes of key frames, ascending; undefined where all samples are. */
	readonly keyFrames: Uint32Array | undefined;
	readonly chunks: readonly Chunk[];
}

/**
 * Seven minutes of sound at 48 kHz, where clips have seconds; keeps what hostile tables ask for below
 * 64 MB (test/media/mp4/memory.test.mts).
 */
const MAX_SAMPLES = 20_000;

/** Reads the `stbl` box of a track. Throws ClipRefusedError where the tables contradict each other. */
export function readSampleTable(stbl: readonly Box[]): SampleTable {
	const table = (type: string) => requireBox(stbl, type, 'stbl');
	const sizes = readSizes(table('stsz').body);
	const count = sizes.length;
	const ctts = findBox(stbl, 'ctts');
	const stss = findBox(stbl, 'stss');
	return {
		count,
		sizes,
		times: readTimes(table('stts').body, count),
		offsets: ctts === undefined ? new Int32Array(count) : readOffsets(ctts.body, count),
		keyFrames: stss === undefined ? undefined : readKeyFrames(stss.body, count),
		chunks: readChunks(table('stsc').body, readChunkPositions(stbl), count),
	};
}

function openTable(body: Buffer, type: string): Fields {
	const fields = new Fields(body, type);
	fields.version();
	return fields;
}

function readSizes(body: Buffer): Uint32Array {
	const fields = openTable(body, 'stsz');
	const commonSize = fields.u32();
	const count = fields.count(commonSize === 0 ? 4 : 0);
	if (count > MAX_SAMPLES) refuseInvalid(`'stsz' counts ${count} samples`);
	return Uint32Array.from({ length: count }, () => (commonSize === 0 ? fields.u32() : commonSize));
}

/** Entries of count and value, written out as one value a sample. */
function forEachSample(
	fields: Fields,
	type: string,
	count: number,
	readValue: () => number,
	use: (value: number, sample: number) => void,
): void {
	let sample = 0;
	for (let left = fields.count(8); left > 0; left -= 1) {
		const run = fields.u32();
		const value = readValue();
		if (run > count - sample) refuseInvalid(`'${type}' has more entries than samples`);
		for (const end = sample + run; sample < end; sample += 1) use(value, sample);
	}
	if (sample < count) refuseInvalid(`'${type}' has fewer entries than samples`);
}

function readTimes(body: Buffer, count: number): Float64Array {
	const times = new Float64Array(count + 1);
	const fields = openTable(body, 'stts');
	forEachSample(
		fields,
		'stts',
		count,
		() => fields.u32(),
		(duration, sample) => {
			times[sample + 1] = (times[sample] ?? 0) + duration;
		},
	);
	return times;
}

/** Signed in both versions: version 0 is unsigned by the standard, but not as it is written. */
function readOffsets(body: Buffer, count: number): Int32Array {
	const offsets = new Int32Array(count);
	const fields = openTable(body, 'ctts');
	forEachSample(
		fields,
		'ctts',
		count,
		() => fields.i32(),
		(offset, sample) => {
			offsets[sample] = offset;
		},
	);
	return offsets;
}

function readKeyFrames(body: Buffer, count: number): Uint32Array {
	const fields = openTable(body, 'stss');
	let previous = 0;
	return Uint32Array.from({ length: fields.count(4) }, () => {
		const number = fields.u32();
		if (number <= previous || number > count) refuseInvalid("'stss' names samples out of order");
		previous = number;
		return number - 1;
	});
}

function readChunkPositions(stbl: readonly Box[]): Float64Array {
	const stco = findBox(stbl, 'stco');
	if (stco !== undefined) {
		const fields = openTable(stco.body, 'stco');
		return Float64Array.from({ length: fields.count(4) }, () => fields.u32());
	}
	const fields = openTable(requireBox(stbl, 'co64', 'stbl').body, 'co64');
	return Float64Array.from({ length: fields.count(8) }, () => fields.u64());
}

/** `stsc` has an entry where the number of samples a chunk changes. */
function readChunks(body: Buffer, positions: Float64Array, count: number): Chunk[] {
	const fields = openTable(body, 'stsc');
	const entries = Array.from({ length: fields.count(12) }, () => ({
		firstChunk: fields.u32() - 1,
		samples: fields.u32(),
		description: fields.u32(),
	}));
	const chunks: Chunk[] = [];
	let firstSample = 0;
	entries.forEach((entry, index) => {
		const end = entries[index + 1]?.firstChunk ?? positions.length;
		if (entry.firstChunk !== chunks.length || end <= entry.firstChunk || end > positions.length) {
			refuseInvalid("'stsc' names chunks out of order");
		}
		if (entry.description !== 1) refuseInvalid("'stsc' names a description that is not there");
		if (entry.samples === 0) refuseInvalid("'stsc' has a chunk without samples");
		for (const from of positions.subarray(entry.firstChunk, end)) {
			if (firstSample + entry.samples > count) {
				refuseInvalid("'stsc' has more samples than 'stsz'");
			}
			chunks.push({ from, firstSample, samples: entry.samples });
			firstSample += entry.samples;
		}
	});
	if (firstSample !== count) refuseInvalid("'stsc' has fewer samples than 'stsz'");
	return chunks;
}
