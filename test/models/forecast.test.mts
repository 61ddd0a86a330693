import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SettingValues } from '../../nodes/WanKeyframeVideo/models/family.ts';
import { findModel } from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import { forecastVideo } from '../../nodes/WanKeyframeVideo/models/forecast.ts';

function forecast(id: string, settings: SettingValues, width: number, height: number) {
	const model = findModel({ id });
	if (model === undefined) throw new Error(`${id} is not in the table`);
	return forecastVideo(model, settings, { width, height });
}

describe('the video that is expected', () => {
	it("has the sides of the guide's own example", () => {
		const settings = { resolution: '720P' };
		expect(forecast('wan2.2-kf2v-flash', settings, 750, 1000)).toEqual({
			width: 816,
			height: 1104,
			seconds: 5,
		});
	});

	it('has the default resolution and length where nothing is set', () => {
		const wanted = { resolution: '1080P', duration: 5 };
		const byDefault = forecast('wan2.7-i2v', {}, 1600, 900);
		expect(byDefault).toEqual(forecast('wan2.7-i2v', wanted, 1600, 900));
		expect(byDefault).toMatchObject({ seconds: 5 });
		expect(forecast('wan2.7-i2v', { duration: 12 }, 1600, 900)).toMatchObject({ seconds: 12 });
	});

	it('has no length where the model decides on it', () => {
		expect(forecast('wan3.0-video', { duration: -1 }, 1600, 900)).not.toHaveProperty('seconds');
	});

	it('is not forecast where the shape is not that of the frame', () => {
		expect(forecast('wan3.0-video', { ratio: '1:1' }, 1600, 900)).toBeUndefined();
		expect(forecast('wan3.0-video', { ratio: 'adaptive' }, 1600, 900)).toBeDefined();
	});

	it.each([
		'pixverse/pixverse-v6-kf2v',
		'kling/kling-v3-video-generation',
		'vidu/viduq3-pro_start-end2video',
	])('is not forecast for %s, whose rule is not documented', (id) => {
		expect(forecast(id, { resolution: '720P' }, 1600, 900)).toBeUndefined();
	});

	it('has sides that are multiples of 16, and no more pixels than its resolution has', () => {
		const side = fc.integer({ min: 240, max: 8000 });
		fc.assert(
			fc.property(side, side, (width, height) => {
				fc.pre(Math.max(width, height) <= 8 * Math.min(width, height));
				const video = forecast('wan2.7-i2v', { resolution: '720P' }, width, height);
				if (video === undefined) throw new Error('Wan 2.7 has a documented rule');
				expect([video.width % 16, video.height % 16]).toEqual([0, 0]);
				expect(video.width * video.height).toBeLessThanOrEqual(921_600);
				expect(video.width * video.height).toBeGreaterThan(921_600 * 0.9);
			}),
		);
	});
});
