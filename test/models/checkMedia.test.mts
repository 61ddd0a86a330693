import { describe, expect, it } from 'vitest';
import { checkMedia } from '../../nodes/WanKeyframeVideo/models/checkMedia.ts';
import {
	MAX_DATA_URI_LENGTH,
	transportFor,
} from '../../nodes/WanKeyframeVideo/models/transport.ts';
import type { ImageFormat } from '../../nodes/WanKeyframeVideo/util/mediaInfo.ts';
import type { SettingValues } from '../../nodes/WanKeyframeVideo/models/family.ts';
import { modelTaking, modelWith, modelWithFrames } from './imaginary.mts';
import {
	absent,
	dataUri,
	file,
	type Frame,
	HD,
	image,
	mediaOf,
	MEGABYTE,
	picture,
	url,
} from './media.mts';

const anyForm = modelWithFrames({
	allowsDataUri: true,
	allowsAlpha: true,
	maxBytes: 20 * MEGABYTE,
	formats: ['bmp', 'jpeg', 'png', 'webp'],
});
const urlOnly = modelWithFrames({ allowsDataUri: false, maxBytes: 20 * MEGABYTE });

/** What is said about a first frame; the last one is fine. */
const says = (firstFrame: Frame, model = anyForm) =>
	checkMedia(model, {}, mediaOf({ firstFrame })).map((issue) => issue.problem);

describe('a data URI', () => {
	it('may be 10 MiB of text and no more', () => {
		expect(says(dataUri(10_485_760))).toEqual([]);
		expect(says(dataUri(10_485_761))).toEqual([
			'is a data URI of 10485761 characters, but the service takes at most 10485760',
		]);
	});

	it('is refused where the service does not document one', () => {
		expect(says(dataUri(), urlOnly)).toEqual([
			expect.stringMatching(/^is a data URI, but some-model takes .* URLs only/),
		]);
	});

	it('that holds no picture is refused', () => {
		expect(says(dataUri(1_000, { kind: 'unknown' }))).toHaveLength(1);
	});
});

describe('a frame from binary data', () => {
	it('may be as large as the model says', () => {
		expect(says(image(HD, 1))).toEqual([]);
		expect(says(image(HD, 20 * MEGABYTE))).toEqual([]);
		expect(says(image(HD, 20 * MEGABYTE + 1))).toEqual([
			'holds a file of 20.1 MB, but some-model takes images of at most 20 MB',
		]);
	});

	it('may not be empty', () => {
		expect(says(image(HD, 0))).toEqual(['holds an empty file']);
	});

	it('goes along with the request up to 7 MB, where the model takes that', () => {
		const auto = (bytes: number, model = anyForm) =>
			transportFor(model, 'firstFrame', bytes, 'auto');
		expect(auto(7 * MEGABYTE)).toBe('dataUri');
		expect(auto(7 * MEGABYTE + 1)).toBe('upload');
		expect(auto(1, urlOnly)).toBe('upload');
		expect(transportFor(anyForm, 'drivingAudio', 1, 'auto')).toBe('upload');
		expect(transportFor(anyForm, 'lastFrame', 1, 'upload')).toBe('upload');
	});

	/** The most bytes whose data URI, with 32 characters kept for its head, is 10 MiB of text. */
	const LARGEST = ((10_485_760 - 32) / 4) * 3;

	it('goes along beyond that when the user wants it, as long as it fits', () => {
		expect(says(image(HD, LARGEST, 'dataUri'))).toEqual([]);
		expect(says(image(HD, LARGEST + 1, 'dataUri'))).toEqual([
			expect.stringMatching(/too large for a data URI; set 'Frame Transport' to Automatic$/),
		]);
		expect(says(image(HD, LARGEST + 1, 'upload'))).toEqual([]);
		expect(says(image(HD, LARGEST + 1))).toEqual([]);
		expect(says(image(HD, 1, 'dataUri'), urlOnly)).toHaveLength(1);
	});

	it.each(['image/jpeg', 'image/png', 'image/webp', 'image/bmp'])(
		'of the type %s is then short enough as text',
		(mimeType) => {
			const uri = `data:${mimeType};base64,${Buffer.alloc(LARGEST).toString('base64')}`;
			expect(uri.length).toBeLessThanOrEqual(MAX_DATA_URI_LENGTH);
		},
	);
});

describe('the picture in a frame', () => {
	const strict = modelWithFrames({
		formats: ['jpeg', 'png'],
		allowsAlpha: false,
		sidePixels: { min: 300, max: 8000 },
		maxRatio: 2.5,
	});
	const saysOf = (...info: Parameters<typeof picture>) => says(image(picture(...info)), strict);

	it.each([
		[300, 300],
		[8000, 8000],
		[750, 300],
		[300, 750],
		[8000, 3200],
	])('may be %s×%s', (width, height) => {
		expect(saysOf(width, height)).toEqual([]);
	});

	it.each([
		[299, 300, /sides of 300 to 8000 pixels$/],
		[300, 299, /sides of 300 to 8000 pixels$/],
		[8001, 8000, /sides of 300 to 8000 pixels$/],
		[751, 300, /shapes from 1:2\.5 to 2\.5:1$/],
		[300, 751, /shapes from 1:2\.5 to 2\.5:1$/],
	])('may not be %s×%s', (width, height, range) => {
		const [text, ...more] = saysOf(width, height);
		expect(more).toEqual([]);
		expect(text).toMatch(range);
		expect(text).toContain(`${width}×${height}`);
	});

	it.each<ImageFormat>(['webp', 'bmp'])('may not be %s where that is not taken', (format) => {
		const [text, ...more] = saysOf(400, 400, format);
		expect(more).toEqual([]);
		expect(text).toContain(format.toUpperCase());
		expect(text).toMatch(/takes JPEG or PNG$/);
	});

	it('may be transparent only where that is taken', () => {
		expect(saysOf(400, 400, 'png', true)).toEqual([expect.stringContaining('transparency')]);
		expect(saysOf(400, 400, 'png', false)).toEqual([]);
		expect(says(image(picture(400, 400, 'png', true)))).toEqual([]);
	});

	it('is refused with how to convert it where it is transparent', () => {
		const media = mediaOf({ firstFrame: image(picture(400, 400, 'png', true)) });
		expect(checkMedia(strict, {}, media)).toMatchObject([
			{ advice: expect.stringContaining('Edit Image node') },
		]);
	});

	it('is named where it is another kind of file', () => {
		const document = image({ kind: 'unknown', looksLike: 'a PDF document' });
		expect(says(document, strict)).toEqual([
			'holds a PDF document, but some-model takes JPEG or PNG',
		]);
	});

	it('passes without its size where the file does not tell it, if its format is accepted', () => {
		const heic = image({ kind: 'unsized', format: 'heic' });
		expect(says(heic, modelWithFrames({ formats: ['heic'] }))).toEqual([]);
		expect(says(heic, strict)).toEqual(['holds a HEIC, but some-model takes JPEG or PNG']);
	});

	it('must be one', () => {
		expect(says(image({ kind: 'unknown' }), strict)).toEqual([
			expect.stringMatching(
				/^holds no picture of a known format, but some-model takes JPEG or PNG$/,
			),
		]);
		expect(says(image({ kind: 'truncated', format: 'png' }), strict)).toEqual([
			expect.stringMatching(/PNG.*cut off/),
		]);
	});
});

describe('both frames', () => {
	it('are needed, each by the name of its own field', () => {
		expect(checkMedia(anyForm, {}, mediaOf({ firstFrame: absent, lastFrame: absent }))).toEqual([
			{ label: 'First', problem: 'is empty, but some-model needs this frame' },
			{ label: 'Last', problem: 'is empty, but some-model needs this frame' },
		]);
	});

	it('are checked by the same rules', () => {
		const media = mediaOf({ lastFrame: image(HD, 0) });
		expect(checkMedia(anyForm, {}, media)).toMatchObject([{ label: 'Last' }]);
	});

	it.each([
		[800, 1000, true],
		[1250, 1000, true],
		[799, 1000, false],
		[1251, 1000, false],
	])('of %s and %s pixels a row go together: %s', (first, last, fit) => {
		const model = modelWithFrames({ pixelCountRatio: { min: 0.8, max: 1.25 } });
		const media = mediaOf({
			firstFrame: image(picture(first, 1000)),
			lastFrame: image(picture(last, 1000)),
		});
		expect(checkMedia(model, {}, media).map(({ label }) => label)).toEqual(fit ? [] : ['Last']);
	});
});

describe('a setting that replaces the last frame', () => {
	const replacing = modelWithFrames({ allowsDataUri: true });
	const check = (settings: SettingValues, media: Parameters<typeof mediaOf>[0]) =>
		checkMedia(replacing, settings, mediaOf(media));
	const withTemplate = { template: 'fog' };
	const plainTemplate = modelTaking({
		template: { kind: 'choice', in: 'input', field: 'effect', choices: [{ value: 'fog' }] },
	});

	it('is enough beside the first', () => {
		expect(check(withTemplate, { lastFrame: absent })).toEqual([]);
	});

	it.each([url(), dataUri(), image(HD, 0)])(
		'makes a last frame surplus, good or bad: %j',
		(lastFrame) => {
			expect(check(withTemplate, { lastFrame })).toEqual([
				{
					label: 'Last',
					problem: "is set, but with 'Template' some-model uses the first frame only",
				},
			]);
		},
	);

	it('does not replace the first', () => {
		expect(check(withTemplate, { firstFrame: absent, lastFrame: absent })).toMatchObject([
			{ label: 'First', problem: expect.stringMatching(/^is empty/) },
		]);
	});

	it('replaces nothing while it is not set, nor in another family', () => {
		expect(check({}, { lastFrame: absent })).toMatchObject([{ label: 'Last' }]);
		expect(checkMedia(plainTemplate, withTemplate, mediaOf({ lastFrame: absent }))).toMatchObject([
			{ label: 'Last' },
		]);
	});
});

describe('a first clip and a sound', () => {
	const rich = modelWith({
		firstClip: { formats: ['mp4', 'mov'], maxBytes: 100 * MEGABYTE, seconds: { min: 2, max: 10 } },
		drivingAudio: {
			formats: ['wav', 'mp3'],
			maxBytes: 15 * MEGABYTE,
			seconds: { min: 2, max: 30 },
		},
	});
	const plain = modelWith({});
	const labels = (model: typeof rich, ...media: Parameters<typeof mediaOf>) =>
		checkMedia(model, {}, mediaOf(...media)).map(({ label }) => label);

	it('are taken where the model takes them', () => {
		expect(labels(rich, { drivingAudio: file('mp3', 15 * MEGABYTE) })).toEqual([]);
		expect(labels(rich, { drivingAudio: url('https://host.test/a.mp3') })).toEqual([]);
		expect(labels(rich, { firstClip: file('mov', 100 * MEGABYTE) }, 'firstClip')).toEqual([]);
		const clipOnly = { firstClip: url('https://host.test/a.mp4'), lastFrame: absent };
		expect(labels(rich, clipOnly, 'firstClip')).toEqual([]);
	});

	it('are refused by name where it does not', () => {
		expect(labels(plain, { drivingAudio: url() })).toEqual(['Sound']);
		expect(labels(plain, { firstClip: url() }, 'firstClip')).toEqual(['Start From']);
	});

	it('are of their own formats and sizes', () => {
		expect(labels(rich, { drivingAudio: file('mp4') })).toEqual(['Sound']);
		expect(labels(rich, { drivingAudio: file() })).toEqual(['Sound']);
		expect(labels(rich, { drivingAudio: file('wav', 15 * MEGABYTE + 1) })).toEqual(['Sound']);
		expect(labels(rich, { firstClip: file('wav') }, 'firstClip')).toEqual(['Clip']);
		expect(labels(rich, { firstClip: absent }, 'firstClip')).toEqual(['Clip']);
	});

	it('are not taken together', () => {
		const media = { firstClip: url(), drivingAudio: url() };
		expect(labels(rich, media, 'firstClip')).toEqual(['Sound']);
	});
});
