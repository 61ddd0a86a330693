import { describe, expect, it } from 'vitest';
import { itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { readVideo } from '../video/video.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest({ times: { pendingMs: 1_000, runningMs: 46_000 } });
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');
const blue = harness.simulator.serveFile('blue.png', await picture('#3030c0'), 'image/png');

const createAndWait = {
	operation: 'create',
	model: 'wan2.7-i2v',
	firstFrameUrl: red,
	lastFrameUrl: blue,
	prompt: 'red turns blue',
	resolution: '720P',
	duration: 2,
	waitForCompletion: true,
};
const wait = { operation: 'wait' };
const queryTimesMs = (taskId: string) => {
	const createdAtMs = harness.simulator.tasks.get(taskId)?.submittedAtMs ?? NaN;
	return harness.simulator.requests
		.filter(({ kind, path }) => kind === 'query' && path.endsWith(taskId))
		.map(({ atMs }) => atMs - createdAtMs);
};

describe('create that waits', () => {
	it('gives the video and what is known of it', async () => {
		const time = useVirtualTime({ startMs: Date.parse('2026-03-01T00:00:00Z') });
		const result = await time.run(harness.run([{}], createAndWait));

		expect(result.error).toBeUndefined();
		const [item] = result.items('Wan');
		const taskId = String(item?.json['taskId']);
		expect(item?.json).toEqual({
			taskId,
			status: 'SUCCEEDED',
			finished: true,
			videoUrl: expect.stringContaining('.mp4?Expires='),
			videoExpiresAt: '2026-03-02T00:00:38.000Z',
			prompt: 'red turns blue',
			submittedAt: '2026-03-01T00:00:00.000Z',
			startedAt: '2026-03-01T00:00:01.000Z',
			finishedAt: '2026-03-01T00:00:47.000Z',
			videoSeconds: 2,
			billedSeconds: 2,
			resolution: '720P',
			requestId: expect.any(String),
			usage: {
				duration: 2,
				input_video_duration: 0,
				output_video_duration: 2,
				video_count: 1,
				SR: 720,
			},
		});
		expect(item?.binary?.['data']).toMatchObject({
			fileName: `${taskId}.mp4`,
			mimeType: 'video/mp4',
			fileExtension: 'mp4',
		});
		const video = await readVideo(await result.binaryBytes(item?.binary?.['data']));
		expect(video).toMatchObject({ codec: 'h264', seconds: 2 });
	});

	it('asks first after two seconds and is never more than 15 seconds late', async () => {
		const time = useVirtualTime();
		const result = await time.run(harness.run([{}], createAndWait));

		const taskId = String(result.items('Wan')[0]?.json['taskId']);
		const [first, ...others] = queryTimesMs(taskId);
		// Timers know whole milliseconds, the monotonic clock does not.
		expect(first).toBeGreaterThanOrEqual(2_000);
		expect(first).toBeLessThanOrEqual(2_001);
		expect(others.at(-1)).toBeGreaterThanOrEqual(47_000);
		expect(others.at(-1)).toBeLessThan(47_000 + 15_000);
	});

	it('waits for all items together', async () => {
		const time = useVirtualTime();
		const result = await time.run(harness.run([{}, {}, {}], createAndWait));

		expect(result.items('Wan').map(({ json }) => json['status'])).toEqual(
			Array(3).fill('SUCCEEDED'),
		);
		expect(time.elapsedMs()).toBeLessThan(65_000);
	});

	it('puts the video where the options say, under the name they give', async () => {
		const time = useVirtualTime();
		const result = await time.run(
			harness.run([{}], {
				...createAndWait,
				options: { binaryProperty: 'video', fileName: 'cat.mp4' },
			}),
		);

		expect(result.items('Wan')[0]?.binary).toMatchObject({ video: { fileName: 'cat.mp4' } });
	});

	it('leaves the video out when it is not wanted', async () => {
		const time = useVirtualTime();
		const result = await time.run(harness.run([{}], { ...createAndWait, downloadVideo: false }));

		expect(result.items('Wan')[0]?.binary).toBeUndefined();
		expect(harness.count('result')).toBe(0);
	});

	it('says within seconds that a frame cannot be fetched', async () => {
		const time = useVirtualTime();
		const gone = `${harness.simulator.url}/files/0/gone.png`;
		const result = await time.run(harness.run([{}], { ...createAndWait, lastFrameUrl: gone }));

		const [taskId = ''] = [...harness.simulator.tasks.keys()].slice(-1);
		expect(errorText(result)).toContain(
			`Task ${taskId} is FAILED: DashScope could not fetch an input file`,
		);
		expect(errorText(result)).toContain('Failed to download');
		expect(errorText(result)).toContain(`Task ID: ${taskId}`);
		expect(time.elapsedMs()).toBeLessThan(3_000);
	});
});

describe('wait', () => {
	it('asks at once, since the task may have ended', async () => {
		const taskId = harness.simulator.addTask({ status: 'SUCCEEDED' });
		const result = await harness.run([{ json: { taskId } }], { ...wait, downloadVideo: false });

		expect(result.items('Wan')[0]?.json).toMatchObject({
			taskId,
			status: 'SUCCEEDED',
			finished: true,
		});
		expect(harness.count('query')).toBe(1);
	});

	it('fetches the video without the key', async () => {
		const taskId = harness.simulator.addTask({ status: 'SUCCEEDED' });
		await harness.run([{ json: { taskId } }], wait);

		const download = harness.simulator.requests.findLast(({ kind }) => kind === 'result');
		expect(download?.status).toBe(200);
		expect(download?.headers).not.toHaveProperty('authorization');
	});

	it.each<[string, Parameters<typeof harness.simulator.fault>[0]]>([
		['429', { on: 'query', effect: 'error', code: 'Throttling.RateQuota' }],
		['500', { on: 'query', effect: 'error', code: 'InternalError' }],
		['503', { on: 'query', effect: 'error', code: 'ModelUnavailable' }],
		['a 502 page', { on: 'query', effect: 'html' }],
		['a page with status 200', { on: 'query', effect: 'html', status: 200 }],
		['an empty body', { on: 'query', effect: 'empty' }],
		['half a JSON', { on: 'query', effect: 'invalidJson' }],
		['a reset connection', { on: 'query', effect: 'reset' }],
		['an unlisted status', { on: 'query', effect: 'taskStatus', status: 'SUSPENDED' }],
		['one UNKNOWN', { on: 'query', effect: 'unknown' }],
	])('forgives %s', async (_, fault) => {
		const time = useVirtualTime();
		const taskId = harness.simulator.addTask({ status: 'SUCCEEDED' });
		harness.simulator.fault(fault);
		const result = await time.run(
			harness.run([{ json: { taskId } }], { ...wait, downloadVideo: false }),
		);

		expect(result.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
		expect(harness.count('query')).toBe(2);
	});

	it('does not go on with a key that is not accepted', async () => {
		const taskId = harness.simulator.addTask({ status: 'RUNNING' });
		harness.simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey' });
		const result = await harness.run([{ json: { taskId } }], wait);

		expect(errorText(result)).toContain('DashScope does not accept the API key');
		expect(errorText(result)).toContain(taskId);
		expect(harness.count('query')).toBe(1);
	});

	it('believes a second UNKNOWN', async () => {
		const time = useVirtualTime();
		const taskId = '11111111-2222-3333-4444-555555555555';
		const result = await time.run(harness.run([{ json: { taskId } }], wait));

		expect(errorText(result)).toContain(`DashScope does not know the task ${taskId} (item 0)`);
		expect(errorText(result)).toContain('24 hours');
		expect(harness.count('query')).toBe(2);
	});

	it('tells that a task was canceled', async () => {
		const taskId = harness.simulator.addTask({ status: 'CANCELED' });
		const result = await harness.run([{ json: { taskId } }], wait);

		expect(errorText(result)).toContain(`Task ${taskId} is CANCELED (item 0)`);
		expect(result.run.status).toBe('error');
	});

	it('tells why a task failed, in plain words and in the words of the service', async () => {
		const taskId = harness.simulator.addTask({
			status: 'FAILED',
			failure: {
				code: 'DataInspectionFailed',
				message: 'Input data may contain inappropriate content.',
			},
		});
		const result = await harness.run([{ json: { taskId } }], wait);

		expect(errorText(result)).toMatch(
			new RegExp(`Task ${taskId} is FAILED: The prompt or a frame was turned down`),
		);
		expect(errorText(result)).toContain(
			'DataInspectionFailed: Input data may contain inappropriate content.',
		);
		expect(errorText(result)).toMatch(/Request ID: [0-9a-f-]{36}/);
	});

	it('lets finished items come out when another fails, on the error output', async () => {
		const good = harness.simulator.addTask({ status: 'SUCCEEDED' });
		const bad = harness.simulator.addTask({ status: 'CANCELED' });
		const result = await harness.run(
			[{ json: { taskId: bad } }, { json: { taskId: good } }],
			{ ...wait, downloadVideo: false },
			{ onError: 'continueErrorOutput' },
		);

		expect(result.items('Wan', 0).map(({ json }) => json['taskId'])).toEqual([good]);
		expect(result.items('Wan', 1)[0]?.json['error']).toContain(bad);
		expect(result.items('Wan', 1)[0]?.json['message']).toContain(`Task ID: ${bad}`);
	});

	it('ends at its time-out and says that the task goes on', async () => {
		const time = useVirtualTime();
		const taskId = harness.simulator.addTask({ status: 'RUNNING' });
		const result = await time.run(harness.run([{ json: { taskId } }], { ...wait, timeout: 1 }));

		expect(errorText(result)).toContain(
			`Task ${taskId} did not end within the 'Timeout (Minutes)' of 1 min (item 0)`,
		);
		expect(errorText(result)).toContain('Its last status is RUNNING.');
		expect(time.elapsedMs()).toBe(60_000);
	});

	it('goes on after its time-out when told so', async () => {
		const time = useVirtualTime();
		const taskId = harness.simulator.addTask({ status: 'RUNNING' });
		const result = await time.run(
			harness.run([{ json: { taskId } }], {
				...wait,
				timeout: 1,
				options: { onTimeout: 'continue' },
			}),
		);

		expect(result.items('Wan')[0]?.json).toMatchObject({
			taskId,
			status: 'RUNNING',
			finished: false,
		});
	});

	it('asks at a fixed interval when told so', async () => {
		const time = useVirtualTime();
		const result = await time.run(
			harness.run([{}], { ...createAndWait, options: { polling: 'fixed', pollInterval: 20 } }),
		);

		const taskId = String(result.items('Wan')[0]?.json['taskId']);
		expect(queryTimesMs(taskId)).toEqual([2_000, 22_000, 42_000, 62_000]);
	});

	it('asks nothing more after Stop', async () => {
		const time = useVirtualTime();
		const taskId = harness.simulator.addTask({ status: 'RUNNING' });
		const items = itemsNode([{ json: { taskId } }, { json: { taskId } }]);
		const run = harness.engine.run(workflow([items, wanNode(wait)]));
		setTimeout(() => run.stop(), 20_000);
		const result = await time.run(run.result);
		const asked = harness.count('query');

		expect(result.run.status).toBe('canceled');
		expect(errorText(result)).toContain(`Item 1: ${taskId} (RUNNING)`);
		expect(time.elapsedMs()).toBe(20_000);
		await time.pass(60_000);
		expect(harness.count('query')).toBe(asked);
	});

	it.each(['', '..', '.', 'a/../../models', 'x?y=1', 'a\r\nb'])(
		'refuses %j as a task ID',
		async (taskId) => {
			const result = await harness.run([{ json: { taskId } }], wait);

			expect(errorText(result)).toContain("'Task ID' is ");
			expect(harness.count('query')).toBe(0);
		},
	);
});

describe('the download', () => {
	it('says that a link has died', async () => {
		const taskId = harness.simulator.addTask({ status: 'SUCCEEDED' });
		harness.simulator.fault({ on: 'result', effect: 'error', code: 'AccessDenied', status: 403 });
		const result = await harness.run([{ json: { taskId } }], wait);

		expect(errorText(result)).toContain('The link to the video is no longer valid (item 0)');
		expect(errorText(result)).toContain(taskId);
	});

	it('says that a broken one can be repeated', async () => {
		const time = useVirtualTime();
		const taskId = harness.simulator.addTask({ status: 'SUCCEEDED' });
		harness.simulator.fault({ on: 'result', effect: 'truncate', times: 9 });
		const result = await time.run(harness.run([{ json: { taskId } }], wait));

		expect(errorText(result)).toContain('The video could not be downloaded (item 0)');
		expect(errorText(result)).toContain('that costs nothing');
		expect(errorText(result)).toContain(taskId);
	});
});
