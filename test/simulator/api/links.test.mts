import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../json.mts';
import {
	NOON_MS,
	HOUR_MS,
	WAN27,
	WAN22,
	useServiceWithClock,
} from '../testing/serviceUnderTest.mts';
import { bodyFor } from '../testClient.mts';

const service = useServiceWithClock();

describe('usage and links by family', () => {
	const vendorUsage = { fps: 24, video_count: 1, audio: false };

	it.each<[string, JsonObject, JsonObject]>([
		[WAN22, { resolution: '480P' }, { video_duration: 5, video_count: 1, SR: 480 }],
		['wanx2.1-kf2v-plus', {}, { video_duration: 5, video_ratio: 'standard', video_count: 1 }],
		[
			'wan3.0-video',
			{ duration: 7, resolution: '720P' },
			{
				video_count: 1,
				duration: 7,
				input_video_duration: 0,
				output_video_duration: 7,
				fps: 30,
				SR: 720,
				ratio: '4:3',
			},
		],
		[
			'pixverse/pixverse-c1-kf2v',
			{ duration: 4 },
			{ ...vendorUsage, duration: 4, size: '64*48', SR: '720', shot_type: 'single' },
		],
		[
			'kling/kling-v3-video-generation',
			{ audio: true },
			{ ...vendorUsage, audio: true, duration: 5, size: '64*48', SR: '1080' },
		],
		[
			'kling/kling-v3-omni-video-generation',
			{ mode: '4k' },
			{ ...vendorUsage, duration: 5, size: '64*48', SR: '2160' },
		],
		[
			'MiniMax/MiniMax-H3',
			{ duration: 6 },
			{
				SR: '768',
				duration: 6,
				image_count: 0,
				input_seconds: 0,
				output_seconds: 6,
				size: '64*48',
				total_seconds: 6,
				video_count: 1,
			},
		],
		[
			'vidu/viduq3-turbo_start-end2video',
			{ resolution: '540P' },
			{ ...vendorUsage, duration: 5, output_video_duration: 5, size: '64*48', SR: '540' },
		],
	])('%s with %o is billed as documented', async (model, parameters, usage) => {
		const id = await service.client.createTask(bodyFor(model, service.frames, { parameters }));
		service.pass(HOUR_MS);
		expect((await service.client.query(id)).at('usage')).toEqual(usage);
	});

	it('has the extended prompt of kf2v where it was extended', async () => {
		const extended = await service.client.createTask(bodyFor(WAN22, service.frames));
		const parameters = { prompt_extend: false };
		const plain = await service.client.createTask(bodyFor(WAN22, service.frames, { parameters }));
		service.pass(HOUR_MS);
		expect((await service.client.query(extended)).at('output.actual_prompt')).toContain('a dance');
		expect((await service.client.query(plain)).at('output')).not.toHaveProperty('actual_prompt');
	});

	const linkOf = async (id: string): Promise<URL> =>
		new URL(String((await service.client.query(id)).at('output.video_url')));

	it('signs Wan links for 24 hours less 9 seconds', async () => {
		const url = await linkOf(service.simulator.addTask({ endedAtMs: NOON_MS }));
		expect(Number(url.searchParams.get('Expires'))).toBe((NOON_MS + 24 * HOUR_MS - 9000) / 1000);
		expect(url.searchParams.get('OSSAccessKeyId')).toBeTruthy();
		expect((await fetch(url)).status).toBe(200);

		const forged = new URL(url);
		forged.searchParams.set('Expires', '9999999999');
		expect((await fetch(forged)).status).toBe(403);
		const leaking = await fetch(url, { headers: { authorization: 'Bearer sk-simulator' } });
		expect(leaking.status).toBe(400);
		expect(await leaking.text()).toContain('<Code>InvalidArgument</Code>');

		service.pass(24 * HOUR_MS - 9001);
		expect((await fetch(url)).status).toBe(200);
		service.pass(1);
		const late = await fetch(url);
		expect([late.status, late.headers.get('content-type')]).toEqual([403, 'application/xml']);
		expect(await late.text()).toContain('<Message>Request has expired.</Message>');
	});

	it('has links for PixVerse, Kling and Vidu that live as documented', async () => {
		const pixverse = await linkOf(
			service.simulator.addTask({ model: 'pixverse/pixverse-v6-kf2v' }),
		);
		expect(pixverse.search).toBe('');

		const kling = await linkOf(
			service.simulator.addTask({ model: 'kling/kling-v3-video-generation' }),
		);

		const vidu = await linkOf(
			service.simulator.addTask({ model: 'vidu/viduq2-pro_start-end2video', endedAtMs: NOON_MS }),
		);
		expect(vidu.searchParams.get('X-Amz-Date')).toBe('20260304T100000Z');
		expect(vidu.searchParams.get('X-Amz-Expires')).toBe('86400');

		expect((await fetch(vidu)).status).toBe(200);
		service.pass(25 * HOUR_MS);
		expect((await fetch(vidu)).status).toBe(403);
		expect((await fetch(kling)).status).toBe(200);
		service.pass(30 * 24 * HOUR_MS);
		expect((await fetch(kling)).status).toBe(403);
		expect((await fetch(pixverse)).status).toBe(200);
	});

	it('signs MiniMax links for 30 days', async () => {
		const id = service.simulator.addTask({ model: 'MiniMax/MiniMax-H3', endedAtMs: NOON_MS });
		const url = await linkOf(id);
		expect(Number(url.searchParams.get('Expires'))).toBe((NOON_MS + 30 * 24 * HOUR_MS) / 1000);
		service.pass(29 * 24 * HOUR_MS);
		expect((await fetch(url)).status).toBe(200);
	});

	it('has a second link where Kling was asked for a watermark, and only there', async () => {
		const model = 'kling/kling-v3-video-generation';
		const parameters = { watermark: true };
		const marked = await service.client.createTask(bodyFor(model, service.frames, { parameters }));
		const plain = await service.client.createTask(bodyFor(model, service.frames));
		const wan = await service.client.createTask(bodyFor(WAN27, service.frames, { parameters }));
		service.pass(HOUR_MS);
		const secondLink = async (id: string): Promise<unknown> =>
			(await service.client.query(id)).at('output.watermark_video_url');
		expect(await secondLink(marked)).toMatch(/\/watermark\.mp4$/);
		expect((await fetch(String(await secondLink(marked)))).status).toBe(200);
		expect(await secondLink(plain)).toBeUndefined();
		expect(await secondLink(wan)).toBeUndefined();
	});

	it('has no video before the task has ended', async () => {
		const id = service.simulator.addTask({ status: 'RUNNING' });
		expect((await fetch(`${service.simulator.url}/results/${id}/result.mp4`)).status).toBe(404);
	});
});
