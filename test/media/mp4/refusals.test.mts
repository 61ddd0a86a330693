import { beforeAll, expect, it } from 'vitest';
import { describeRefusal } from '../../../nodes/WanKeyframeVideo/media/mp4/describeRefusal.ts';
import type {
	JoinRefusal,
	RefusalReason,
} from '../../../nodes/WanKeyframeVideo/media/mp4/refusal.ts';
import {
	box,
	editFile,
	findBox,
	findBoxes,
	newBox,
	removeBoxes,
	trackOf,
	uint32s,
	type BoxNode,
} from './editBoxes.mts';
import { encodeClip, SMALL_CLIP, type ClipRecipe } from './encodeClip.mts';
import { join, joinFiles, type JoinFilesOptions } from './joinFiles.mts';

const HEVC: ClipRecipe = { ...SMALL_CLIP, codec: 'hevc', width: 128, height: 96 };

let good: Buffer;

beforeAll(async () => {
	good = await encodeClip(SMALL_CLIP);
});

async function refusalOf(
	files: readonly Buffer[],
	options?: JoinFilesOptions,
): Promise<JoinRefusal | undefined> {
	const result = await join(files, options);
	return result.ok ? undefined : result.refusal;
}

const edited = (edit: (boxes: BoxNode[]) => void): Buffer => editFile(good, edit);

const tablesOf = (boxes: BoxNode[], handler: 'vide' | 'soun'): BoxNode[] =>
	findBox(trackOf(boxes, handler), 'mdia/minf/stbl').children ?? [];

/** Writes over a text in a box's body. */
function overwrite({ body }: BoxNode, from: string, to: string): void {
	body.write(to, body.indexOf(from, 0, 'latin1'), 'latin1');
}

const withVideoType = (type: string): Buffer =>
	edited((boxes) => overwrite(findBox(tablesOf(boxes, 'vide'), 'stsd'), 'avc1', type));

const withSoundType = (type: string): Buffer =>
	edited((boxes) => overwrite(findBox(tablesOf(boxes, 'soun'), 'stsd'), 'mp4a', type));

/** Sets the byte of `esds` that follows a tag of so many bytes of length. */
function withEsds(edit: (esds: Buffer) => void): Buffer {
	return edited((boxes) => {
		const { body } = findBox(tablesOf(boxes, 'soun'), 'stsd');
		edit(body.subarray(body.indexOf('esds', 0, 'latin1') + 4));
	});
}

/** libav writes each tag with four bytes of length. */
const CODEC_AT = 4 + 5 + 3 + 5;
const AUDIO_CONFIG_AT = CODEC_AT + 13 + 5;

const withAudioConfig = (...bytes: readonly number[]): Buffer =>
	withEsds((esds) => Buffer.from(bytes).copy(esds, AUDIO_CONFIG_AT));

const addTrack = (handler: 'vide' | 'soun'): Buffer =>
	edited((boxes) => {
		const copy = findBoxes(boxes, 'moov/trak')[handler === 'vide' ? 0 : 1];
		if (copy) findBox(boxes, 'moov').children?.push(copy);
	});

const withEdits = (handler: 'vide' | 'soun', ...values: readonly number[]): Buffer =>
	edited((boxes) => {
		const list = findBox(trackOf(boxes, handler), 'edts/elst');
		list.body = uint32s(0, values.length / 3, ...values);
	});

interface Case {
	readonly what: string;
	readonly file: () => Buffer | Promise<Buffer>;
	readonly refusal: object;
}

const OF_ONE_FILE: readonly Case[] = [
	{
		what: 'a web page',
		file: () => Buffer.from('<!doctype html><html></html>'),
		refusal: { kind: 'notMp4' },
	},
	{
		what: 'an empty file',
		file: () => Buffer.alloc(0),
		refusal: { kind: 'missing', part: 'moov' },
	},
	{
		what: 'a file that is cut off in its media',
		file: () => good.subarray(0, 2000),
		refusal: { kind: 'truncated', bytes: 2000 },
	},
	{
		what: 'a file that is cut off in its header',
		file: () => good.subarray(0, -1),
		refusal: { kind: 'truncated' },
	},
	{
		what: 'a file without a header',
		file: () => edited((boxes) => removeBoxes(boxes, 'moov')),
		refusal: { kind: 'missing', part: 'moov' },
	},
	{
		what: 'a file without media data',
		file: () => edited((boxes) => removeBoxes(boxes, 'mdat')),
		refusal: { kind: 'missing', part: 'mdat' },
	},
	{
		what: 'a file with sound alone',
		file: () =>
			edited((boxes) => {
				findBox(boxes, 'moov').children?.splice(1, 1);
			}),
		refusal: { kind: 'missing', part: 'video' },
	},
	{
		what: 'a header of more than 4 MB',
		file: () =>
			edited((boxes) => {
				findBox(boxes, 'moov').children?.push(newBox('free', Buffer.alloc(5 * 2 ** 20)));
			}),
		refusal: { kind: 'headerTooLarge', maxBytes: 4 * 2 ** 20 },
	},
	{
		what: 'a fragmented file',
		file: () =>
			encodeClip({ ...SMALL_CLIP, muxerOptions: { movflags: 'frag_keyframe+empty_moov' } }),
		refusal: { kind: 'fragmented' },
	},
	{
		what: 'a header that announces fragments',
		file: () =>
			edited((boxes) => {
				findBox(boxes, 'moov').children?.push(newBox('mvex'));
			}),
		refusal: { kind: 'fragmented' },
	},
	{
		what: 'an encrypted file',
		file: () =>
			encodeClip({
				...SMALL_CLIP,
				muxerOptions: {
					encryption_scheme: 'cenc-aes-ctr',
					encryption_key: '0123456789abcdef0123456789abcdef',
					encryption_kid: '0123456789abcdef0123456789abcdef',
				},
			}),
		refusal: { kind: 'encrypted' },
	},
	{
		what: 'encrypted sound',
		file: () => withSoundType('enca'),
		refusal: { kind: 'encrypted' },
	},
	{
		what: 'two video tracks',
		file: () => addTrack('vide'),
		refusal: { kind: 'severalTracks', media: 'video', count: 2 },
	},
	{
		what: 'two sound tracks',
		file: () => addTrack('soun'),
		refusal: { kind: 'severalTracks', media: 'sound', count: 2 },
	},
	{ what: 'AV1', file: () => withVideoType('av01'), refusal: { kind: 'videoCodec', codec: 'AV1' } },
	{
		what: 'an unknown video codec',
		file: () => withVideoType('\0\x07xy'),
		refusal: { kind: 'videoCodec', codec: "'??xy'" },
	},
	{
		what: 'Opus',
		file: () => withSoundType('Opus'),
		refusal: { kind: 'soundCodec', codec: "'Opus'" },
	},
	{
		what: 'MP3',
		file: () => withEsds((esds) => (esds[CODEC_AT] = 0x6b)),
		refusal: { kind: 'soundCodec', codec: 'MP3' },
	},
	// Object type 5 or 29 in five bits, or type 2 with an extension that says so.
	{
		what: 'HE-AAC',
		file: () => withAudioConfig(0x2b),
		refusal: { kind: 'soundCodec', codec: 'HE-AAC' },
	},
	{
		what: 'HE-AAC announced behind AAC-LC',
		file: () => withAudioConfig(0x13, 0x10, 0x56, 0xe5, 0x80),
		refusal: { kind: 'soundCodec', codec: 'HE-AAC' },
	},
	{
		what: 'AAC with frames of 960 samples',
		file: () => withAudioConfig(0x11, 0x94),
		refusal: { kind: 'soundCodec' },
	},
	{
		what: 'AAC with six channels',
		file: () => withAudioConfig(0x11, 0xb0),
		refusal: { kind: 'soundCodec' },
	},
	{
		what: 'a video of which the edit list hides the first frames',
		file: () => withEdits('vide', 0, 1024 + 3 * 512, 0x10000),
		refusal: { kind: 'edited', media: 'video', hiddenFrames: 3 },
	},
	{
		what: 'a video in two parts',
		file: () => withEdits('vide', 100, 1024, 0x10000, 100, 4096, 0x10000),
		refusal: { kind: 'edited', media: 'video' },
	},
	{
		what: 'a video at double speed',
		file: () => withEdits('vide', 500, 1024, 0x20000),
		refusal: { kind: 'edited', media: 'video' },
	},
	{
		what: 'sound in two parts',
		file: () => withEdits('soun', 100, 1024, 0x10000, 100, 4096, 0x10000),
		refusal: { kind: 'edited', media: 'sound' },
	},
	{
		what: 'a video that does not begin with a key frame',
		file: () =>
			edited((boxes) => findBox(tablesOf(boxes, 'vide'), 'stss').body.writeUInt32BE(2, 8)),
		refusal: { kind: 'noKeyFrameFirst' },
	},
	{
		what: 'frames outside the media data',
		file: () =>
			edited((boxes) => findBox(tablesOf(boxes, 'vide'), 'stco').body.writeUInt32BE(8, 8)),
		refusal: { kind: 'invalid' },
	},
	{
		what: 'a table that counts more than it holds',
		file: () =>
			edited((boxes) =>
				findBox(tablesOf(boxes, 'vide'), 'stsz').body.writeUInt32BE(2 ** 32 - 1, 8),
			),
		refusal: { kind: 'invalid', detail: "the table 'stsz' is longer than its box" },
	},
	{
		what: 'sizes that are said once for four billion frames',
		file: () =>
			edited((boxes) => {
				findBox(tablesOf(boxes, 'vide'), 'stsz').body = uint32s(0, 1, 2 ** 32 - 1);
			}),
		refusal: { kind: 'invalid' },
	},
	{
		what: 'boxes beyond number',
		file: () =>
			edited((boxes) => {
				const many = Buffer.concat(Array.from({ length: 2000 }, () => box('free')));
				boxes.unshift(...Array.from({ length: 2000 }, () => newBox('free')), newBox('free', many));
			}),
		refusal: { kind: 'invalid' },
	},
];

const titled = <T extends Case>(cases: readonly T[]) =>
	cases.map((one) => [one.what, one] as const);

it.each(titled(OF_ONE_FILE))('refuses %s', async (_, { file, refusal }) => {
	const files = [good, await file(), good];
	expect(await refusalOf(files)).toMatchObject({ clip: 1, ...refusal });
});

const OF_TWO_FILES: readonly (Case & { readonly first?: ClipRecipe })[] = [
	{
		what: 'of another size',
		file: () => encodeClip({ ...SMALL_CLIP, width: 48, height: 64 }),
		refusal: {
			kind: 'unlikeSize',
			size: { width: 48, height: 64 },
			firstSize: { width: 64, height: 48 },
		},
	},
	{
		what: 'turned on its side',
		file: () =>
			edited((boxes) => {
				const { body } = findBox(trackOf(boxes, 'vide'), 'tkhd');
				uint32s(0, 0x10000, 0, 0xffff0000, 0).copy(body, 40);
			}),
		refusal: { kind: 'unlikeDisplay' },
	},
	{
		what: 'of another codec',
		first: { ...SMALL_CLIP, width: 128, height: 96 },
		file: () => encodeClip(HEVC),
		refusal: { kind: 'unlikeVideoCodec', codec: 'HEVC', firstCodec: 'H.264' },
	},
	{
		what: 'of HEVC with other parameter sets',
		first: HEVC,
		file: () => encodeClip({ ...HEVC, encoderParams: 'ref=3:amp=1:rect=1' }),
		refusal: { kind: 'unlikeEncoding', codec: 'HEVC' },
	},
	{
		what: 'with sound at another rate',
		file: () =>
			encodeClip({ ...SMALL_CLIP, sound: { sampleRate: 44_100, channels: 2, seconds: 0.5 } }),
		refusal: {
			kind: 'unlikeSound',
			firstClip: 0,
			sound: { sampleRate: 44_100, channels: 2 },
			firstSound: { sampleRate: 48_000, channels: 2 },
		},
	},
	{
		what: 'with sound in mono',
		file: () =>
			encodeClip({ ...SMALL_CLIP, sound: { sampleRate: 48_000, channels: 1, seconds: 0.5 } }),
		refusal: { kind: 'unlikeSound', sound: { sampleRate: 48_000, channels: 1 } },
	},
];

it.each(titled(OF_TWO_FILES))(
	'refuses a clip %s',
	async (_, { first = SMALL_CLIP, file, refusal }) => {
		const files = [await encodeClip(first), await encodeClip(first), await file()];
		expect(await refusalOf(files)).toMatchObject({ clip: 2, ...refusal });
	},
);

it('compares the sound with the first clip that has any', async () => {
	const { sound: _, ...silent } = SMALL_CLIP;
	const mono = { ...SMALL_CLIP, sound: { sampleRate: 48_000, channels: 1, seconds: 0.5 } } as const;
	const files = [await encodeClip(silent), good, await encodeClip(mono)];
	expect(await refusalOf(files)).toMatchObject({ clip: 2, kind: 'unlikeSound', firstClip: 1 });
});

it('joins clips of any sound once sound is removed', async () => {
	const mono = await encodeClip({
		...SMALL_CLIP,
		sound: { sampleRate: 16_000, channels: 1, seconds: 0.5 },
	});
	const files = [good, mono, withSoundType('Opus'), addTrack('soun'), withAudioConfig(0x2b)];
	expect(await refusalOf(files, { removeSound: true })).toBeUndefined();
});

it('reads AAC-LC whose description ends with an extension that is not used', async () => {
	await joinFiles([good, withAudioConfig(0x11, 0x90, 0x56, 0xe5, 0x00)]);
});

const withPixelAspect = (width: number, height: number): Buffer =>
	edited((boxes) => {
		const stsd = findBox(tablesOf(boxes, 'vide'), 'stsd');
		removePixelAspect(stsd);
		stsd.body = Buffer.concat([stsd.body, box('pasp', uint32s(width, height))]);
		stsd.body.writeUInt32BE(stsd.body.length - 8, 8);
	});

/** libav ends the entry with the box, or with the bit rate behind it. */
function removePixelAspect(stsd: BoxNode): void {
	const at = stsd.body.indexOf('pasp', 0, 'latin1') - 4;
	if (at < 0) return;
	stsd.body = Buffer.concat([stsd.body.subarray(0, at), stsd.body.subarray(at + 16)]);
}

it('accepts pixels that are said to be square, and refuses others', async () => {
	expect(await refusalOf([good, withPixelAspect(1, 1), withPixelAspect(7, 7)])).toBeUndefined();
	expect(await refusalOf([good, withPixelAspect(4, 3)])).toMatchObject({
		clip: 1,
		kind: 'unlikeDisplay',
	});
});

const MESSAGES: readonly (readonly [RefusalReason, string])[] = [
	[{ kind: 'notMp4' }, 'The clip is not an MP4 file.'],
	[
		{ kind: 'truncated', bytes: 2000, expectedBytes: 15_000_000 },
		'The file of the clip ends too early: it has 2,000 of at least 15,000,000 bytes.',
	],
	[
		{ kind: 'invalid', detail: "'stbl' has no 'stsz'" },
		"The file of the clip is damaged: 'stbl' has no 'stsz'.",
	],
	[{ kind: 'missing', part: 'moov' }, "The file of the clip has no header ('moov' box)."],
	[{ kind: 'missing', part: 'mdat' }, "The file of the clip has no media data ('mdat' box)."],
	[{ kind: 'missing', part: 'video' }, 'The file of the clip has no video track with frames.'],
	[
		{ kind: 'headerTooLarge', bytes: 5_000_000, maxBytes: 4_194_304 },
		'The header of the clip has 5,000,000 bytes, more than the 4,194,304 that can be read.',
	],
	[{ kind: 'fragmented' }, 'The clip is a fragmented MP4 file.'],
	[{ kind: 'encrypted' }, 'The clip is encrypted.'],
	[
		{ kind: 'severalTracks', media: 'video', count: 2 },
		'The clip has 2 video tracks; only one can be joined.',
	],
	[
		{ kind: 'severalTracks', media: 'sound', count: 2 },
		'The clip has 2 sound tracks; only one can be joined.',
	],
	[
		{ kind: 'edited', media: 'video', hiddenFrames: 3 },
		'The clip hides 3 of its frames by an edit list.',
	],
	[
		{ kind: 'edited', media: 'video', hiddenFrames: 0 },
		'The clip plays its video in parts, by an edit list.',
	],
	[
		{ kind: 'edited', media: 'sound', hiddenFrames: 0 },
		'The clip plays its sound in parts, by an edit list.',
	],
	[{ kind: 'noKeyFrameFirst' }, 'The clip does not begin with a key frame.'],
	[
		{ kind: 'videoCodec', codec: 'AV1' },
		'The video codec of the clip is AV1; H.264 and HEVC can be joined.',
	],
	[
		{ kind: 'soundCodec', codec: 'HE-AAC' },
		'The sound of the clip is HE-AAC; only AAC-LC with one or two channels can be joined.',
	],
	[
		{ kind: 'unlikeVideoCodec', codec: 'HEVC', firstCodec: 'H.264' },
		'The clip is HEVC, but the first clip is H.264.',
	],
	[
		{
			kind: 'unlikeSize',
			size: { width: 720, height: 1280 },
			firstSize: { width: 1280, height: 720 },
		},
		'The clip is 720 × 1280 pixels, but the first clip is 1280 × 720 pixels.',
	],
	[
		{ kind: 'unlikeDisplay' },
		'The clip is shown rotated or stretched in another way than the first clip.',
	],
	[
		{ kind: 'unlikeEncoding', codec: 'HEVC' },
		'The HEVC encoder settings of the clip are not those of the first clip.',
	],
	[
		{
			kind: 'unlikeSound',
			sound: { sampleRate: 16_000, channels: 1 },
			firstSound: { sampleRate: 44_100, channels: 2 },
			firstClip: 0,
		},
		'The sound of the clip is 16,000 Hz mono, but that of the first clip with sound is 44,100 Hz stereo.',
	],
];

it.each(MESSAGES.map(([reason, message]) => [message, reason] as const))(
	'says: %s',
	(text, reason) => {
		const { message, advice = '' } = describeRefusal({ clip: 2, ...reason });
		expect(message).toBe(text);
		// What n8n does not allow in messages.
		expect(message + advice).not.toMatch(/error|problem|failure|mistake|canceled/i);
	},
);

it("advises 'Remove Sound' where sound alone stands in the way", () => {
	const advised = MESSAGES.filter(([reason]) =>
		describeRefusal({ clip: 2, ...reason }).advice?.includes("'Remove Sound'"),
	);
	expect(advised.map(([{ kind }]) => kind)).toEqual([
		'severalTracks',
		'edited',
		'soundCodec',
		'unlikeSound',
	]);
});
