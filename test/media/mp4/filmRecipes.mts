/** Random films: rows of clips that go together, and are otherwise as unlike as can be. */
import fc from 'fast-check';
import { repack, type ContainerRecipe } from './containers.mts';
import { encodeClip, type ClipRecipe } from './encodeClip.mts';

export interface FilmClip {
	readonly clip: ClipRecipe;
	readonly container: ContainerRecipe;
}

export interface FilmRecipe {
	readonly clips: readonly FilmClip[];
	readonly removeSound: boolean;
	/** As a store's stream delivers the files. */
	readonly chunkBytes: number;
}

const FRAME_RATES: readonly (readonly [number, number])[] = [
	[24, 1],
	[25, 1],
	[30, 1],
	[30_000, 1001],
	[24_000, 1001],
	[60, 1],
	[16, 1],
];

const size = fc.constantFrom(
	{ width: 64, height: 48 },
	{ width: 48, height: 64 },
	{ width: 66, height: 50 },
	{ width: 96, height: 32 },
);

/** x265 writes beyond its memory when pictures are smaller than its blocks of 64. */
const HEVC_SIZE = { width: 128, height: 96 };

const soundFormat = fc.record({
	sampleRate: fc.constantFrom(16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
	channels: fc.constantFrom<1 | 2>(1, 2),
});

/** How a model's encoder is set, as far as clips of one film may differ in it. */
const encoding = fc
	.record({
		fps: fc.constantFrom(...FRAME_RATES),
		bFrames: fc.integer({ min: 0, max: 3 }),
		gop: fc.oneof(fc.constant(250), fc.integer({ min: 1, max: 6 })),
		profile: fc.constantFrom('baseline', 'main', 'high'),
		encoderParams: fc.constantFrom(
			'slices=3',
			'aud=1',
			'open-gop=1:bframes=2',
			'b-pyramid=normal:bframes=3',
			'cabac=0',
			'ref=3:weightp=2',
			'8x8dct=1:partitions=all',
		),
		repeatSets: fc.boolean(),
		bt709: fc.boolean(),
	})
	.map((one) =>
		one.profile === 'baseline' ? { ...one, bFrames: 0, encoderParams: 'cabac=0:bframes=0' } : one,
	);

/** What differs from clip to clip of one encoder. */
const content = fc.record({
	seed: fc.nat(),
	frames: fc.integer({ min: 1, max: 16 }),
	irregular: fc.boolean(),
	timescale: fc.option(fc.constantFrom(1000, 12_345, 15_360, 90_000), { nil: undefined }),
	/** By how much the sound is longer than the picture; undefined without sound. */
	soundSurplus: fc.option(fc.double({ min: -0.08, max: 0.13, noNaN: true }), {
		nil: undefined,
		freq: 3,
	}),
	muxerOptions: fc.constantFrom<Record<string, string>>(
		{},
		{},
		{ use_editlist: '0' },
		{ movflags: 'negative_cts_offsets' },
	),
});

const container = fc.record({
	headerFirst: fc.boolean(),
	chunkLengths: fc.option(
		fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
		{
			nil: undefined,
		},
	),
	isWide: fc.boolean(),
	extraBoxes: fc.boolean(),
	constantOffset: fc.constantFrom(0, 0, 512, 2048),
	delayed: fc.boolean(),
	withoutKeyFrameList: fc.boolean(),
});

export const filmRecipe: fc.Arbitrary<FilmRecipe> = fc
	.record({
		size,
		soundFormat,
		shared: encoding,
		/** All clips are of one encoder, as those of one model are. */
		isOneEncoder: fc.boolean(),
		isHevc: fc.integer({ min: 0, max: 9 }).map((value) => value === 0),
		clips: fc.array(fc.record({ encoding, content, container }), { minLength: 1, maxLength: 4 }),
		removeSound: fc.integer({ min: 0, max: 7 }).map((value) => value === 0),
		chunkBytes: fc.constantFrom(1000, 65_536),
	})
	.map(({ clips, removeSound, chunkBytes, ...film }) => ({
		removeSound,
		chunkBytes,
		clips: clips.map((one) => filmClip(one, film)),
	}));

interface FilmSettings {
	readonly size: { readonly width: number; readonly height: number };
	readonly soundFormat: { readonly sampleRate: number; readonly channels: 1 | 2 };
	readonly shared: Encoding;
	readonly isOneEncoder: boolean;
	readonly isHevc: boolean;
}

type Encoding = ReturnType<(typeof encoding)['generate']>['value'];
type Content = ReturnType<(typeof content)['generate']>['value'];
type Container = ReturnType<(typeof container)['generate']>['value'];

function filmClip(
	one: { encoding: Encoding; content: Content; container: Container },
	{ size, soundFormat: format, shared, isOneEncoder, isHevc }: FilmSettings,
): FilmClip {
	const own = isOneEncoder || isHevc ? shared : one.encoding;
	const { seed, timescale, soundSurplus, muxerOptions } = one.content;
	// With less than three frames x265 makes up times .
	const frames = isHevc ? one.content.frames + 4 : one.content.frames;
	// Irregular times and negative offsets together make libav write two frames with one time.
	const irregular = one.content.irregular && muxerOptions['movflags'] === undefined;
	const pictureSeconds = (frames * own.fps[1]) / own.fps[0];
	const seconds = Math.max(0.02, pictureSeconds + (soundSurplus ?? 0));
	const clip: ClipRecipe = {
		seed,
		codec: isHevc ? 'hevc' : 'h264',
		...(isHevc ? HEVC_SIZE : size),
		frames,
		irregular,
		...own,
		// The other encoder has its own names for these.
		...(isHevc && { profile: 'main', encoderParams: `bframes=${own.bFrames}` }),
		...(timescale !== undefined && { timescale }),
		...(soundSurplus !== undefined && { sound: { ...format, seconds } }),
		muxerOptions,
	};
	const isAllKeyFrames = own.gop === 1 && !isHevc;
	const { withoutKeyFrameList, ...rest } = one.container;
	return {
		clip,
		container: { ...rest, withoutKeyFrameList: withoutKeyFrameList && isAllKeyFrames },
	};
}

export async function makeClips({ clips }: FilmRecipe): Promise<Buffer[]> {
	const files: Buffer[] = [];
	for (const { clip, container: form } of clips) files.push(repack(await encodeClip(clip), form));
	return files;
}
