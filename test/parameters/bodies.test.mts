import { describe, expect, it } from 'vitest';
import { setupNodeTest } from '../engine/nodeTest.mts';

const harness = await setupNodeTest();

/** A frame of the guide, under an address of the simulator's own so that it can be fetched. */
const BLACK_CAT =
	'写实风格,一只小黑猫好奇地仰望天空,镜头从平视角度逐渐升高,最后以俯视角度捕捉到它好奇的眼神。';
const BLUE_MONSTER =
	'一个可爱且表情有些忧伤的蓝色小怪物站在雨中。镜头缓慢拉近,定格在小怪物抬头仰望天空的瞬间。';
const CAT_FRAMES = {
	firstFrameUrl: 'https://wanx.alicdn.com/material/20250318/first_frame.png',
	lastFrameUrl: 'https://wanx.alicdn.com/material/20250318/last_frame.png',
};
const MONSTER_FRAMES = {
	firstFrameUrl:
		'https://help-static-aliyun-doc.aliyuncs.com/file-manage-files/zh-CN/20260126/ixdxvt/wan-kf2v-blue-1.png',
	lastFrameUrl:
		'https://help-static-aliyun-doc.aliyuncs.com/file-manage-files/zh-CN/20260126/nhtdrc/wan-kf2v-blue-2.png',
};

describe("the bodies of the guide's curl examples come out of the node", () => {
	it('wan2.7, black cat', async () => {
		await harness.run([{}], {
			operation: 'create',
			model: 'wan2.7-i2v',
			...CAT_FRAMES,
			prompt: BLACK_CAT,
			resolution: '720P',
			duration: 10,
			options: { promptExtend: false, watermark: true },
		});

		expect(harness.createdBodies()).toEqual([
			{
				model: 'wan2.7-i2v',
				input: {
					prompt: BLACK_CAT,
					media: [
						{ type: 'first_frame', url: CAT_FRAMES.firstFrameUrl },
						{ type: 'last_frame', url: CAT_FRAMES.lastFrameUrl },
					],
				},
				parameters: { resolution: '720P', duration: 10, prompt_extend: false, watermark: true },
			},
		]);
		expect(harness.simulator.requests.at(-1)?.path).toBe(
			'/api/v1/services/aigc/video-generation/video-synthesis',
		);
	});

	it.each([
		['blue monster', BLUE_MONSTER, MONSTER_FRAMES],
		['black cat', BLACK_CAT, CAT_FRAMES],
	])('wan2.2, %s', async (_, prompt, frames) => {
		await harness.run([{}], {
			operation: 'create',
			model: 'wan2.2-kf2v-flash',
			...frames,
			prompt,
			resolution: '720P',
			options: { promptExtend: true, watermark: true },
		});

		expect(harness.createdBodies()).toEqual([
			{
				model: 'wan2.2-kf2v-flash',
				input: {
					first_frame_url: frames.firstFrameUrl,
					last_frame_url: frames.lastFrameUrl,
					prompt,
				},
				parameters: { resolution: '720P', prompt_extend: true, watermark: true },
			},
		]);
		expect(harness.simulator.requests.at(-1)?.path).toBe(
			'/api/v1/services/aigc/image2video/video-synthesis',
		);
	});
});
