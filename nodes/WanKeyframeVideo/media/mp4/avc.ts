/** H.264 in MP4 (ISO/IEC 14496-15). */
import { Fields } from './boxes';
import { refuseInvalid } from './refusal';

/** What a decoder has to know before the first frame. */
export interface ParameterSets {
	/** Bytes of the number that stands before each NAL unit and tells its length. */
	readonly nalLengthBytes: number;
	/** NAL units in their order: for H.264 SPS, then PPS. */
	readonly sets: readonly Buffer[];
}

/** Reads the body of an `avcC` box. Throws ClipRefusedError if it ends too early. */
export function readAvcConfiguration(body: Buffer): ParameterSets {
	const fields = new Fields(body, 'avcC');
	if (fields.u8() !== 1) refuseInvalid("'avcC' is of an unknown version");
	// Profile, compatibility and level repeat what the SPS has.
	fields.take(3);
	const nalLengthBytes = (fields.u8() & 0b11) + 1;
	const readSets = (count: number) =>
		Array.from({ length: count }, () => fields.take(fields.u16()));
	const sps = readSets(fields.u8() & 0b11111);
	const pps = readSets(fields.u8());
	return { nalLengthBytes, sets: [...sps, ...pps] };
}

/** Byte by byte: clips of one size and profile may differ in nothing but the PPS (measured). */
export function areSameSets(one: ParameterSets, other: ParameterSets): boolean {
	return (
		one.sets.length === other.sets.length &&
		one.sets.every((set, index) => other.sets[index]?.equals(set))
	);
}

/**
 * The parameter sets as they stand in front of a frame; undefined if a set is longer than its
 * length can be written.
 */
export function inBandSets({ sets, nalLengthBytes }: ParameterSets): Buffer | undefined {
	if (sets.some(({ length }) => length >= 2 ** (8 * nalLengthBytes))) return undefined;
	return Buffer.concat(
		sets.flatMap((set) => {
			const length = Buffer.alloc(nalLengthBytes);
			length.writeUIntBE(set.length, 0, nalLengthBytes);
			return [length, set];
		}),
	);
}
