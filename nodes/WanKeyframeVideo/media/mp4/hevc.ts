/** HEVC in MP4 (ISO/IEC 14496-15). */
import type { ParameterSets } from './avc';
import { Fields } from './boxes';
import { refuseInvalid } from './refusal';

const VPS = 32;
const PPS = 34;

/**
 * Reads the body of an `hvcC` box. Of its arrays only the parameter sets count: encoders put
 * messages beside them that say no more than how the clip was made.
 */
export function readHevcConfiguration(body: Buffer): ParameterSets {
	const fields = new Fields(body, 'hvcC');
	if (fields.u8() !== 1) refuseInvalid("'hvcC' is of an unknown version");
	// Profile, level, chroma and frame rate.
	fields.take(20);
	const nalLengthBytes = (fields.u8() & 0b11) + 1;
	const sets: Buffer[] = [];
	for (let arrays = fields.u8(); arrays > 0; arrays -= 1) {
		const type = fields.u8() & 0b111111;
		for (let units = fields.u16(); units > 0; units -= 1) {
			const unit = fields.take(fields.u16());
			if (type >= VPS && type <= PPS) sets.push(unit);
		}
	}
	return { nalLengthBytes, sets };
}
