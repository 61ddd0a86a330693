import { describe, expect, it } from 'vitest';
import { mediaHints } from '../../nodes/WanKeyframeVideo/models/mediaHints.ts';
import { modelWithFrames } from './imaginary.mts';
import { HD, image, mediaOf, picture } from './media.mts';

describe('hints', () => {
	const hinting = modelWithFrames({ recommendedSidePixels: { min: 360, max: 2000 } });
	const hints = (...frames: Array<ReturnType<typeof picture>>) => {
		const [first = HD, last = first] = frames;
		return mediaHints(hinting, mediaOf({ firstFrame: image(first), lastFrame: image(last) }));
	};

	it('tell of sides that one of two sources does not allow', () => {
		expect(hints(picture(360, 360))).toEqual([]);
		expect(hints(picture(2000, 2000))).toEqual([]);
		expect(hints(picture(359, 359))).toHaveLength(2);
		expect(hints(HD, picture(2001, 1126))).toEqual([
			expect.stringContaining("'Last' is 2001×1126"),
		]);
	});

	it('tell of frames of two shapes, not of two sizes, with both shapes', () => {
		expect(hints(HD, picture(1920, 1080))).toEqual([]);
		expect(hints(HD, picture(720, 1280))).toEqual([
			expect.stringMatching(/1280×720 \(1\.78:1\).*720×1280 \(0\.56:1\).*shapes differ/),
		]);
	});

	it.each([
		[1029, false],
		[1030, true],
		[971, false],
		[970, true],
	])(
		'tell of a last frame of %i×1000 beside one of 1000×1000 from 3 %% on: %s',
		(width, isTold) => {
			expect(hints(picture(1000, 1000), picture(width, 1000))).toHaveLength(isTold ? 1 : 0);
		},
	);

	it('tell that a picture is turned by EXIF, that its end is missing, and that its size is not known', () => {
		const rotated = {
			kind: 'image',
			format: 'jpeg',
			width: 720,
			height: 1280,
			hasAlpha: false,
		} as const;
		expect(hints({ ...rotated, isRotated: true })[0]).toMatch(/EXIF.*720×1280/);
		expect(hints({ ...rotated, isTruncated: true })[0]).toContain('whose end is missing');
		expect(hints({ kind: 'unsized', format: 'heic' })[0]).toContain(
			'holds a HEIC whose size was not found',
		);
	});

	it('say nothing of what is not known', () => {
		expect(mediaHints(hinting, mediaOf({}))).toEqual([]);
	});
});
