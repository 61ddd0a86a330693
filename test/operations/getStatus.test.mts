import { describe, expect, it } from 'vitest';
import { setupNodeTest, told } from '../engine/nodeTest.mts';

// As the real service does; nothing here is in virtual time.
const stage = await setupNodeTest({ gzip: true });
const getStatus = { operation: 'getStatus' };

describe('get status', () => {
	it('gives a running task as it stands', async () => {
		const taskId = stage.simulator.addTask({ status: 'RUNNING', prompt: 'a cat' });
		const result = await stage.run([{ json: { taskId } }], getStatus);

		expect(result.items('Wan')[0]?.json).toMatchObject({
			taskId,
			status: 'RUNNING',
			finished: false,
		});
		expect(result.items('Wan')[0]?.json).not.toHaveProperty('videoUrl');
	});

	it('gives a failed task as a result, with its code', async () => {
		const taskId = stage.simulator.addTask({
			status: 'FAILED',
			failure: { code: 'InvalidParameter', message: 'Duration should be between 2 and 15' },
		});
		const result = await stage.run([{ json: { taskId } }], getStatus);

		expect(result.items('Wan')[0]?.json).toMatchObject({
			taskId,
			status: 'FAILED',
			finished: true,
			failureCode: 'InvalidParameter',
			failureMessage: 'Duration should be between 2 and 15',
		});
		expect(result.items('Wan')[0]?.json).not.toHaveProperty('error');
	});

	it('gives an unknown task as a result', async () => {
		const taskId = '11111111-2222-3333-4444-555555555555';
		const result = await stage.run([{ json: { taskId } }], getStatus);

		expect(result.items('Wan')[0]?.json).toMatchObject({ status: 'UNKNOWN', finished: true });
	});

	it('gives the answer untouched without Simplify', async () => {
		const taskId = stage.simulator.addTask({ status: 'SUCCEEDED', prompt: 'a cat' });
		const result = await stage.run([{ json: { taskId } }], { ...getStatus, simplify: false });

		expect(result.items('Wan')[0]?.json).toMatchObject({
			request_id: expect.any(String),
			output: { task_id: taskId, task_status: 'SUCCEEDED', orig_prompt: 'a cat' },
			usage: { duration: 5, SR: 720 },
		});
	});

	it('downloads the video when asked to, and only then', async () => {
		const taskId = stage.simulator.addTask({ status: 'SUCCEEDED' });
		const without = await stage.run([{ json: { taskId } }], getStatus);
		const withVideo = await stage.run([{ json: { taskId } }], {
			...getStatus,
			downloadVideo: true,
		});

		expect(without.items('Wan')[0]?.binary).toBeUndefined();
		expect(withVideo.items('Wan')[0]?.binary).toMatchObject({ data: { mimeType: 'video/mp4' } });
	});

	it("reads the keyframe-only models' own usage", async () => {
		const taskId = stage.simulator.addTask({
			status: 'SUCCEEDED',
			model: 'wan2.2-kf2v-flash',
			resolution: '480P',
		});
		const result = await stage.run([{ json: { taskId } }], getStatus);

		expect(result.items('Wan')[0]?.json).toMatchObject({
			billedSeconds: 5,
			videoSeconds: 5,
			resolution: '480P',
		});
	});

	it('says what is the matter with the key', async () => {
		stage.simulator.fault({
			on: 'query',
			effect: 'error',
			code: 'invalid_api_key',
			status: 401,
			shape: 'nested',
		});
		const result = await stage.run([{ json: { taskId: 'abc' } }], getStatus);

		expect(told(result)).toContain('DashScope does not accept the API key');
		expect(told(result)).toContain('Task ID: abc');
	});
});
