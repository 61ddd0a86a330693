import { describe, expect, it } from 'vitest';
import {
	checkJoin,
	joinHints,
	type JoinedClip,
} from '../../nodes/WanKeyframeVideo/models/checkJoin.ts';
import type { SettingValues } from '../../nodes/WanKeyframeVideo/models/family.ts';
import { findModel } from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import type { FrameInput } from '../../nodes/WanKeyframeVideo/models/mediaInput.ts';

const link: FrameInput = { kind: 'url', label: 'Frame URL', url: 'https://host.test/a.png' };

const frame = (width: number, height: number): FrameInput => ({
	kind: 'dataUri',
	label: 'Frame URL',
	url: 'data:',
	image: { kind: 'image', format: 'png', width, height, hasAlpha: false },
});

function clip(
	item: number,
	id: string,
	settings: SettingValues,
	input = frame(1280, 720),
): JoinedClip {
	const model = findModel({ id });
	if (model === undefined) throw new Error(`No model ${id}`);
	return { item, model, settings, frames: [{ item, input }] };
}

const WAN = 'wan2.7-i2v';
const hd = { resolution: '720P' };
const messageOf = (clips: JoinedClip[], removeSound = false) =>
	checkJoin(clips, { removeSound })?.message;
const hintsOf = (clips: JoinedClip[]) => joinHints(clips).map(({ message }) => message);

describe('clips can be joined', () => {
	it.each<[string, JoinedClip[]]>([
		['of one model and one size', [clip(0, WAN, {}), clip(1, WAN, {})]],
		['of a model and its dated twin', [clip(0, WAN, {}), clip(1, 'wan2.7-i2v-2026-04-25', {})]],
		[
			'with sound and silent, of unlike families with one resolution',
			[clip(0, WAN, {}), clip(1, 'wan2.2-kf2v-flash', { resolution: '1080P' })],
		],
		[
			'whose frames have unlike shapes, if one shape is chosen',
			[
				clip(0, 'wan3.0-video', { ratio: '16:9' }, frame(400, 400)),
				clip(1, 'wan3.0-video', {}, frame(1280, 720)),
			],
		],
		['of links, as far as it is known', [clip(0, WAN, {}, link), clip(1, WAN, {}, link)]],
	])('%s', (_, clips) => {
		expect(messageOf(clips)).toBeUndefined();
	});
});

describe('clips cannot be joined', () => {
	it('with unlike resolutions, also by the default of their models', () => {
		expect(messageOf([clip(0, WAN, {}), clip(1, 'wan2.2-kf2v-flash', {})])).toBe(
			'The clips cannot be joined, since their resolutions differ: item 0 has 1080P, but item 1 has 720P',
		);
	});

	it('with unlike sound, unless it is removed', () => {
		const kling = clip(1, 'kling/kling-v3-video-generation', { audio: true });

		expect(messageOf([clip(0, WAN, {}), kling])).toContain('the sound of their models differs');
		expect(messageOf([clip(0, WAN, {}), kling], true)).toBeUndefined();
	});

	it('of hundreds of shapes, of which a few are named', () => {
		const clips = Array.from({ length: 200 }, (_, item) =>
			clip(item, WAN, {}, frame(1280 + 100 * item, 720)),
		);

		expect(messageOf(clips)).toContain('item 5 has 1780×720 and 194 more do not');
	});
});

describe('a hint tells', () => {
	it('of pictures whose sizes are not known', () => {
		expect(hintsOf([clip(0, WAN, {}, link), clip(1, WAN, {})])).toEqual([
			expect.stringContaining('sizes of these are not known'),
		]);
	});

	it('of shapes that differ so little that only the videos show it', () => {
		const clips = [clip(0, WAN, hd), clip(1, WAN, hd, frame(1286, 720))];

		expect(messageOf(clips)).toBeUndefined();
		expect(hintsOf(clips)).toEqual([expect.stringContaining('different sizes')]);
	});

	it('of unlike families, and of nothing where all are alike', () => {
		const silent = clip(1, 'wan2.2-kf2v-flash', { resolution: '1080P' });

		expect(hintsOf([clip(0, WAN, {}), silent])).toEqual([
			expect.stringContaining('several vendors or generations'),
		]);
		expect(hintsOf([clip(0, WAN, {}), clip(1, WAN, {})])).toEqual([]);
	});
});
