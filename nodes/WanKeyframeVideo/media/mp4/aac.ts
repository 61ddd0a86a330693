/** AAC-LC in MP4 (ISO/IEC 14496-1 and -3). */
import { Fields } from './boxes';
import { refuse, type SoundFormat } from './refusal';

/** Sound samples in an AAC frame. */
export const AAC_FRAME_SAMPLES = 1024;

const ES_DESCRIPTOR = 3;
const DECODER_CONFIG = 4;
const DECODER_SPECIFIC_INFO = 5;

/** The object type that `esds` has for MPEG-4 audio. */
const MPEG4_AUDIO = 0x40;

const AAC_LC = 2;
const SBR = 5;
const PARAMETRIC_STEREO = 29;
const ESCAPE = 31;

/** By index (ISO/IEC 14496-3, table 1.18); the index 15 is followed by the rate itself. */
const SAMPLE_RATES = [
	96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
	7_350,
];
const OWN_RATE = 15;
const MAX_SAMPLE_RATE = 96_000;

/** Announces an extension behind the description proper. */
const SYNC_EXTENSION = 0x2b7;

/** Reads the body of an `esds` box. Throws ClipRefusedError for anything but AAC-LC, mono or stereo. */
export function readAacFormat(esds: Buffer): SoundFormat {
	const fields = new Fields(esds, 'esds');
	fields.version();
	const es = openDescriptor(fields, ES_DESCRIPTOR);
	es.take(2);
	const flags = es.u8();
	if ((flags & 0x80) !== 0) es.take(2);
	if ((flags & 0x40) !== 0) es.take(es.u8());
	if ((flags & 0x20) !== 0) es.take(2);
	const config = openDescriptor(es, DECODER_CONFIG);
	const objectType = config.u8();
	if (objectType !== MPEG4_AUDIO) {
		refuseCodec(objectType === 0x69 || objectType === 0x6b ? 'MP3' : `type ${objectType}`);
	}
	// Kind of stream, buffer size and bit rates.
	config.take(12);
	const info = openDescriptor(config, DECODER_SPECIFIC_INFO);
	return readAudioConfig(new Bits(info.take(info.leftBytes)));
}

function refuseCodec(codec: string): never {
	return refuse({ kind: 'soundCodec', codec });
}

/** Opens the next descriptor, whose length is written in groups of seven bits, four at most. */
function openDescriptor(fields: Fields, tag: number): Fields {
	if (fields.u8() !== tag) refuseCodec('of unknown form');
	let length = 0;
	for (let groups = 0, more = true; more && groups < 4; groups += 1) {
		const group = fields.u8();
		length = length * 128 + (group & 0x7f);
		more = (group & 0x80) !== 0;
	}
	return new Fields(fields.take(length), 'esds');
}

function readAudioConfig(bits: Bits): SoundFormat {
	const objectType = readObjectType(bits);
	if (objectType === SBR || objectType === PARAMETRIC_STEREO) refuseCodec('HE-AAC');
	if (objectType !== AAC_LC) refuseCodec(`MPEG-4 audio of type ${objectType}`);
	const rateIndex = bits.read(4);
	const sampleRate = rateIndex === OWN_RATE ? bits.read(24) : (SAMPLE_RATES[rateIndex] ?? 0);
	if (sampleRate === 0 || sampleRate > MAX_SAMPLE_RATE)
		refuseCodec('AAC of an unknown sample rate');
	const channels = bits.read(4);
	if (channels !== 1 && channels !== 2) refuseCodec('AAC with other channels than one or two');
	const isShortFrame = bits.read(1) === 1;
	if (isShortFrame) refuseCodec('AAC with frames of 960 samples');
	const dependsOnCore = bits.read(1) === 1;
	if (dependsOnCore) bits.read(14);
	bits.read(1);
	const hasExtension = bits.left >= 17 && bits.read(11) === SYNC_EXTENSION;
	if (hasExtension && readObjectType(bits) === SBR && bits.read(1) === 1) refuseCodec('HE-AAC');
	return { sampleRate, channels };
}

function readObjectType(bits: Bits): number {
	const objectType = bits.read(5);
	return objectType === ESCAPE ? 32 + bits.read(6) : objectType;
}

class Bits {
	private at = 0;

	constructor(private readonly bytes: Buffer) {}

	get left(): number {
		return 8 * this.bytes.length - this.at;
	}

	read(count: number): number {
		if (count > this.left) refuseCodec('AAC whose description is cut off');
		let value = 0;
		for (const end = this.at + count; this.at < end; this.at += 1) {
			const byte = this.bytes[this.at >> 3] ?? 0;
			value = value * 2 + ((byte >> (7 - (this.at & 7))) & 1);
		}
		return value;
	}
}

/** Long window, one band. */
const SILENT_WINDOW = '0' + '00' + '0' + '000001' + '0';

/** Gain, which scales nothing. */
const GAIN = '01100100';

/** The band in one section of zeros; no pulses, noise shaping or gain control. */
const SILENT_BAND = '0000' + '00001' + '000';

const END = '111';

/**
 * Frames of standing silence, by channels: 6 and 9 bytes, built bit by bit from the syntax of
 * ISO/IEC 14496-3 (4.4.2). After sound the decoder fades out through its overlap.
 */
const SILENT_FRAMES = {
	1: fromBits('000' + '0000' + GAIN + SILENT_WINDOW + SILENT_BAND + END),
	// The channels share the window; sum and difference are chosen by band, and not in this one.
	2: fromBits(
		'001' + '0000' + '1' + SILENT_WINDOW + '01' + '0' + (GAIN + SILENT_BAND).repeat(2) + END,
	),
} as const;

/** An AAC-LC frame of silence for one channel or two. */
export function silentFrame({ channels }: SoundFormat): Buffer {
	return channels === 1 ? SILENT_FRAMES[1] : SILENT_FRAMES[2];
}

function fromBits(bits: string): Buffer {
	const bytes = bits.match(/.{1,8}/g) ?? [];
	return Buffer.from(bytes.map((byte) => parseInt(byte.padEnd(8, '0'), 2)));
}
