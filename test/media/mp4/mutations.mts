/** Damages MP4 files in the ways that cut downloads, broken writers and hostile ones do. */
import fc from 'fast-check';
import { editFile, parseFile, type BoxNode } from './editBoxes.mts';

/** Places are shares of what there is to choose from, so that a mutation fits any file. */
export type Mutation =
	| { readonly kind: 'cut'; readonly place: number }
	| { readonly kind: 'flip'; readonly place: number; readonly bit: number }
	/** Writes a number over one of the header, at any fourth byte. */
	| { readonly kind: 'number'; readonly place: number; readonly value: number }
	/** Writes over the size of a box. */
	| { readonly kind: 'size'; readonly place: number; readonly value: number }
	| { readonly kind: 'remove'; readonly place: number }
	| { readonly kind: 'double'; readonly place: number }
	| { readonly kind: 'insert'; readonly place: number; readonly bytes: number };

const PLACES = 2 ** 20;
const place = fc.noBias(fc.integer({ min: 0, max: PLACES - 1 })).map((one) => one / PLACES);

const value = fc.oneof(
	fc.constantFrom(0, 1, 7, 8, 16, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 8, 2 ** 32 - 1),
	fc.integer({ min: 0, max: 2 ** 32 - 1 }),
	fc.integer({ min: 0, max: 2000 }),
);

const damage: fc.Arbitrary<Mutation> = fc.oneof(
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), place }) },
	{
		weight: 3,
		arbitrary: fc.record({
			kind: fc.constant('flip' as const),
			place,
			bit: fc.integer({ min: 0, max: 7 }),
		}),
	},
	{ weight: 5, arbitrary: fc.record({ kind: fc.constant('number' as const), place, value }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('size' as const), place, value }) },
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('insert' as const),
			place,
			bytes: fc.integer({ min: 1, max: 40 }),
		}),
	},
);

/** Boxes are removed and doubled first, while the file is still whole. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.oneof(
	fc.array(damage, { minLength: 1, maxLength: 3 }),
	fc
		.tuple(
			fc.record({ kind: fc.constantFrom('remove' as const, 'double' as const), place }),
			fc.array(damage, { maxLength: 1 }),
		)
		.map(([first, rest]) => [first, ...rest]),
);

/** A box's place in the file, with its header. */
interface BoxRange {
	readonly from: number;
	readonly to: number;
}

/** All boxes of a file, whatever is within them. */
function rangesOf(boxes: readonly BoxNode[]): BoxRange[] {
	return boxes.flatMap(({ position, body, children, isLarge }) => {
		const inner = rangesOf(children ?? []);
		const to = inner.reduce((end, one) => Math.max(end, one.to), position + body.length);
		return [{ from: position - (isLarge ? 16 : 8), to }, ...inner];
	});
}

/** A damaged copy. */
export function mutate(file: Buffer, row: readonly Mutation[]): Buffer {
	let damaged = Buffer.from(file);
	for (const one of row) damaged = Buffer.from(applyMutation(damaged, one, file));
	return damaged;
}

/** Places are those of the file as it was before it lost its form. */
function applyMutation(file: Buffer, one: Mutation, original: Buffer): Buffer {
	const boxes = parseFile(original);
	const moov = rangesOf(boxes.filter(({ type }) => type === 'moov'))[0] ?? { from: 0, to: 0 };
	const headerPlace = moov.from + Math.floor(one.place * (moov.to - moov.from));
	switch (one.kind) {
		case 'cut':
			return file.subarray(0, Math.floor(one.place * file.length));
		case 'flip':
			if (headerPlace < file.length) {
				file.writeUInt8(file.readUInt8(headerPlace) ^ (1 << one.bit), headerPlace);
			}
			return file;
		case 'number':
			return writeNumber(file, moov.from + (((headerPlace - moov.from) >> 2) << 2), one.value);
		case 'size':
			return writeNumber(file, pick(rangesOf(boxes), one.place)?.from ?? 0, one.value);
		case 'insert':
			return Buffer.concat([
				file.subarray(0, headerPlace),
				Buffer.alloc(one.bytes, 0x5a),
				file.subarray(headerPlace),
			]);
		case 'remove':
			return editFile(file, (all) => {
				const { list, index } = pick(placesOf(all), one.place) ?? { list: all, index: 0 };
				list.splice(index, 1);
			});
		case 'double':
			return editFile(file, (all) => {
				const { list, index } = pick(placesOf(all), one.place) ?? { list: all, index: 0 };
				list.splice(index, 0, ...list.slice(index, index + 1));
			});
	}
}

function pick<T>(values: readonly T[], share: number): T | undefined {
	return values[Math.floor(share * values.length)];
}

/** Every box by the list that it stands in. */
function placesOf(list: BoxNode[]): { list: BoxNode[]; index: number }[] {
	return list.flatMap((box, index) => [{ list, index }, ...placesOf(box.children ?? [])]);
}

function writeNumber(file: Buffer, at: number, number: number): Buffer {
	if (at + 4 <= file.length) file.writeUInt32BE(number, at);
	return file;
}
