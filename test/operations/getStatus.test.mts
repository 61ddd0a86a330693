import { describe, expect, it } from 'vitest';
import { setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';

// As the real service does, so not in virtual time.
const harness = await setupNodeTest({ gzip: true });
const plain = await setupNodeTest();
const getStatus = { operation: 'getStatus' };

describe('get status', () => {
	it('gives a running task as it stands', async () => {
		const taskId = harness.simulator.addTask({ status: 'RUNNING', prompt: 'a cat' });
		const result = await harness.run([{ json: { taskId } }], getStatus);

		expect(result.items('Wan')[0]?.json).toMatchObject({
			taskId,
			status: 'RUNNING',
			finished: false,
		});
		expect(result.items('Wan')[0]?.json).not.toHaveProperty('videoUrl');
	});

	it('gives a failed task as a result, with its code', async () => {
		const taskId = harness.simulator.addTask({
			status: 'FAILED',
			failure: { code: 'InvalidParameter', message: 'Duration should be between 2 and 15' },
		});
		const result = await harness.run([{ json: { taskId } }], getStatus);

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
		const result = await useVirtualTime().run(plain.run([{ json: { taskId } }], getStatus));

		expect(result.items('Wan')[0]?.json).toMatchObject({ status: 'UNKNOWN', finished: true });
		expect(plain.count('query')).toBe(2);
	});

	it('asks once more before it believes that a task is not known', async () => {
		const taskId = plain.simulator.addTask({ status: 'RUNNING' });
		plain.simulator.fault({ on: 'query', effect: 'unknown' });
		const result = await useVirtualTime().run(plain.run([{ json: { taskId } }], getStatus));

		expect(result.items('Wan')[0]?.json).toMatchObject({ status: 'RUNNING', finished: false });
	});

	it('gives the answer untouched without Simplify', async () => {
		const taskId = harness.simulator.addTask({ status: 'SUCCEEDED', prompt: 'a cat' });
		const result = await harness.run([{ json: { taskId } }], { ...getStatus, simplify: false });

		expect(result.items('Wan')[0]?.json).toMatchObject({
			request_id: expect.any(String),
			output: { task_id: taskId, task_status: 'SUCCEEDED', orig_prompt: 'a cat' },
			usage: { duration: 5, SR: 720 },
		});
	});

	it('downloads the video when asked to, and only then', async () => {
		const taskId = harness.simulator.addTask({ status: 'SUCCEEDED' });
		const without = await harness.run([{ json: { taskId } }], getStatus);
		const withVideo = await harness.run([{ json: { taskId } }], {
			...getStatus,
			downloadVideo: true,
		});

		expect(without.items('Wan')[0]?.binary).toBeUndefined();
		expect(withVideo.items('Wan')[0]?.binary).toMatchObject({ data: { mimeType: 'video/mp4' } });
	});

	it("reads the keyframe-only models' own usage", async () => {
		const taskId = harness.simulator.addTask({
			status: 'SUCCEEDED',
			model: 'wan2.2-kf2v-flash',
			resolution: '480P',
		});
		const result = await harness.run([{ json: { taskId } }], getStatus);

		expect(result.items('Wan')[0]?.json).toMatchObject({
			billedSeconds: 5,
			videoSeconds: 5,
			resolution: '480P',
		});
	});

	it('says what is the matter with the key', async () => {
		harness.simulator.fault({
			on: 'query',
			effect: 'error',
			code: 'invalid_api_key',
			status: 401,
			shape: 'nested',
		});
		const result = await harness.run([{ json: { taskId: 'abc' } }], getStatus);

		expect(errorText(result)).toContain('DashScope does not accept the API key');
		expect(errorText(result)).toContain('Task ID: abc');
	});
});

describe('get status, routed by status', () => {
	const routed = { ...getStatus, routeByStatus: true };
	const ERROR_OUTPUT = { onError: 'continueErrorOutput' } as const;

	/** A task of every status, and one that nobody knows, as items; by status. */
	function addTasks() {
		const statuses = [
			'FAILED',
			'RUNNING',
			'SUCCEEDED',
			'CANCELED',
			'PENDING',
			'SUCCEEDED',
		] as const;
		const taskIds = statuses.map((status) => plain.simulator.addTask({ status }));
		return [...taskIds, '11111111-2222-3333-4444-555555555555'].map((taskId) => ({
			json: { taskId },
		}));
	}

	/** What each output has, as the status of its items and the input items they are paired to. */
	function outputsOf(result: Awaited<ReturnType<typeof plain.run>>, count = 3): unknown[][] {
		return Array.from({ length: count }, (_, output) =>
			result.items('Wan', output).map(({ json, pairedItem }) => {
				return [json['status'] ?? json['output'] ?? 'error', pairedItem];
			}),
		);
	}

	const ALL = [
		[
			['SUCCEEDED', { item: 2 }],
			['SUCCEEDED', { item: 5 }],
		],
		[
			['RUNNING', { item: 1 }],
			['PENDING', { item: 4 }],
		],
		[
			['FAILED', { item: 0 }],
			['CANCELED', { item: 3 }],
			['UNKNOWN', { item: 6 }],
		],
	];

	it('has three outputs, and keeps order and pairing in each', async () => {
		const result = await useVirtualTime().run(plain.run(addTasks(), routed));

		expect(result.error).toBeUndefined();
		expect(result.rounds('Wan')[0]?.data?.['main']).toHaveLength(3);
		expect(outputsOf(result)).toEqual(ALL);
	});

	it('routes answers that are not simplified too', async () => {
		const result = await useVirtualTime().run(
			plain.run(addTasks(), { ...routed, simplify: false }),
		);

		const expected = ALL.map((items) =>
			items.map(([status, pairedItem]) => [
				expect.objectContaining({ task_status: status }),
				pairedItem,
			]),
		);
		expect(outputsOf(result)).toEqual(expected);
	});

	it('downloads the videos of what succeeded', async () => {
		const result = await useVirtualTime().run(
			plain.run(addTasks(), { ...routed, downloadVideo: true }),
		);

		const files = result.items('Wan').map(({ binary }) => binary?.['data']?.mimeType);
		expect(files).toEqual(['video/mp4', 'video/mp4']);
		expect(result.items('Wan', 1).concat(result.items('Wan', 2))).toSatisfy((items: object[]) =>
			items.every((item) => !('binary' in item)),
		);
	});

	it('has one output without the switch, and with another operation', async () => {
		const taskId = plain.simulator.addTask({ status: 'FAILED' });
		const off = await plain.run([{ json: { taskId } }], { ...routed, routeByStatus: false });
		const other = await plain.run([{ json: { taskId } }], { ...routed, operation: 'getMany' });

		expect(off.rounds('Wan')[0]?.data?.['main']).toHaveLength(1);
		expect(other.rounds('Wan')[0]?.data?.['main']).toHaveLength(1);
	});

	it('leaves errors to the fourth output where the node has an error output', async () => {
		const items = [{ json: { taskId: 'not/an/id' } }, ...addTasks()];
		const result = await useVirtualTime().run(plain.run(items, routed, ERROR_OUTPUT));

		const later = ALL.map((output) =>
			output.map(([status, paired]) => [status, { item: Object(paired).item + 1 }]),
		);
		expect(outputsOf(result, 4)).toEqual([...later, [['error', { item: 0 }]]]);
		expect(result.items('Wan', 3)[0]?.json['error']).toContain("'Task ID'");
	});

	it('puts errors among what failed where the node continues', async () => {
		const items = [{ json: { taskId: 'not/an/id' } }, ...addTasks().slice(0, 3)];
		const result = await plain.run(items, routed, { onError: 'continueRegularOutput' });

		expect(outputsOf(result)).toEqual([
			[['SUCCEEDED', { item: 3 }]],
			[['RUNNING', { item: 2 }]],
			[
				['error', { item: 0 }],
				['FAILED', { item: 1 }],
			],
		]);
	});

	it.each([undefined, 'continueErrorOutput'] as const)(
		'is asked again under Retry On Fail, with On Error %s',
		async (onError) => {
			const taskId = plain.simulator.addTask({ status: 'SUCCEEDED' });
			plain.simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', status: 401 });
			const settings = { retryOnFail: true, waitBetweenTries: 1, ...(onError && { onError }) };
			const result = await plain.run([{ json: { taskId } }], routed, settings);

			expect(result.error).toBeUndefined();
			expect(result.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
			expect(plain.count('query')).toBe(2);
		},
	);
});
