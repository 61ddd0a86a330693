import { describe, expect, it } from 'vitest';
import { itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { setupNodeTest, errorText } from '../engine/nodeTest.mts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

describe('cancel', async () => {
	const harness = await setupNodeTest();
	const cancel = { operation: 'cancel' };

	it('cancels a task that is in the queue', async () => {
		const taskId = harness.simulator.addTask({ status: 'PENDING' });
		const result = await harness.run([{ json: { taskId } }], cancel);

		expect(result.items('Wan')).toEqual([
			{ json: { taskId, canceled: true }, pairedItem: { item: 0 } },
		]);
		const status = await harness.run([{ json: { taskId } }], { operation: 'getStatus' });
		expect(status.items('Wan')[0]?.json['status']).toBe('CANCELED');
	});

	it('says that a task which runs cannot be canceled, and lets the others go on', async () => {
		const running = harness.simulator.addTask({ status: 'RUNNING' });
		const pending = harness.simulator.addTask({ status: 'PENDING' });
		const items = [{ json: { taskId: running } }, { json: { taskId: pending } }];
		const alone = await harness.run(items.slice(0, 1), cancel);
		const together = await harness.run(items, cancel, { onError: 'continueErrorOutput' });

		expect(errorText(alone)).toContain('A task can be canceled only while its status is PENDING.');
		expect(errorText(alone)).toContain(`Task ID: ${running}`);
		expect(alone.run.status).toBe('error');
		expect(together.items('Wan', 0).map(({ json }) => json['taskId'])).toEqual([pending]);
		expect(together.items('Wan', 1)).toHaveLength(1);
	});
});

describe('get many', async () => {
	const harness = await setupNodeTest();
	const getMany = { operation: 'getMany', returnAll: true };
	const age = (hours: number) => ({ submittedAtMs: NOW_MS - hours * HOUR_MS });
	const old = harness.simulator.addTask({ ...age(20), model: 'wan2.2-kf2v-flash' });
	const failed = harness.simulator.addTask({ ...age(3), status: 'FAILED' });
	const latest = harness.simulator.addTask({ ...age(1), status: 'RUNNING' });
	for (let index = 0; index < 230; index++) harness.simulator.addTask(age(2));

	const listed = async (parameters: Parameters<typeof harness.run>[1]) => {
		const time = useVirtualTime({ startMs: NOW_MS });
		const result = await time.run(harness.run([{}], parameters));
		expect(result.error).toBeUndefined();
		return result.items('Wan');
	};
	const ids = async (filters: Record<string, string>) =>
		(await listed({ ...getMany, filters })).map(({ json }) => json['taskId']);

	it('gives one item a task, all pages of them', async () => {
		const items = await listed(getMany);

		expect(items).toHaveLength(233);
		expect(new Set(items.map(({ json }) => json['taskId'])).size).toBe(233);
		expect(items.find(({ json }) => json['taskId'] === old)).toEqual({
			json: {
				taskId: old,
				status: 'SUCCEEDED',
				model: 'wan2.2-kf2v-flash',
				submittedAt: new Date(NOW_MS - 20 * HOUR_MS).toISOString(),
				startedAt: expect.stringMatching(/Z$/),
				finishedAt: expect.stringMatching(/Z$/),
				requestId: expect.any(String),
			},
			pairedItem: { item: 0 },
		});
		expect(harness.count('list')).toBe(3);
	});

	it('gives no more than the limit, and asks for no more pages', async () => {
		expect(await listed({ operation: 'getMany', limit: 7 })).toHaveLength(7);
		expect(harness.count('list')).toBe(1);
	});

	it('filters by status and by model', async () => {
		expect(await ids({ status: 'FAILED' })).toEqual([failed]);
		expect(await ids({ model: 'wan2.2-kf2v-flash' })).toEqual([old]);
	});

	it('filters by time, in the time zone of the workflow', async () => {
		// 10:30 in Berlin is 09:30 UTC.
		const filters = { startedAfter: '2026-03-01T11:30:00', startedBefore: '2026-03-01T12:30:00' };
		const time = useVirtualTime({ startMs: NOW_MS });
		const wan = wanNode({ ...getMany, filters });
		const json = workflow([itemsNode([{}]), wan], { timezone: 'Europe/Berlin' });
		const result = await time.run(harness.engine.run(json).result);

		expect(result.items('Wan').map(({ json }) => json['taskId'])).toEqual([latest]);
		expect(await ids({ startedBefore: '2026-02-28T18:00:00Z' })).toEqual([old]);
	});

	it.each([
		[
			{ startedAfter: '2026-02-27T00:00:00Z', startedBefore: '2026-03-01T00:00:00Z' },
			'is more than 24 hours before',
		],
		[
			{ startedAfter: '2026-03-01T10:00:00Z', startedBefore: '2026-03-01T09:00:00Z' },
			"is not before 'Started Before'",
		],
		[{ startedAfter: '2026-03-01T12:00:01Z' }, 'lies in the future'],
		[{ startedAfter: 'yesterday' }, 'is not a date and time'],
	])('refuses %j', async (filters, message) => {
		const time = useVirtualTime({ startMs: NOW_MS });
		const result = await time.run(harness.run([{}], { ...getMany, filters }));

		expect(errorText(result)).toContain(`'Started After' ${message}`);
		expect(harness.count('list')).toBe(0);
	});

	it.each([25, 48, 24 * 365])(
		'lists the last 24 hours, with a hint, where Started After is %i hours ago',
		async (hours) => {
			const startedAfter = new Date(NOW_MS - hours * HOUR_MS).toISOString();
			const time = useVirtualTime({ startMs: NOW_MS });
			const result = await time.run(harness.run([{}], { ...getMany, filters: { startedAfter } }));

			expect(result.items('Wan')).toHaveLength(233);
			expect(result.hints.map(({ message }) => message)).toEqual([
				expect.stringContaining("'Started After' is more than 24 hours ago"),
			]);
		},
	);

	it.each([
		['429', { effect: 'error', code: 'Throttling.RateQuota' }],
		['503', { effect: 'error', code: 'ModelUnavailable' }],
		['a reset connection', { effect: 'reset' }],
	] as const)(
		'asks for the second page again after %s, and for that page alone',
		async (_, fault) => {
			harness.simulator.fault({ on: 'list', skip: 1, ...fault });

			expect(await listed(getMany)).toHaveLength(233);
			expect(harness.count('list')).toBe(4);
		},
	);

	it('brings a lost task back into wait', async () => {
		const time = useVirtualTime({ startMs: NOW_MS });
		const json = workflow([
			itemsNode([{}]),
			wanNode({ ...getMany, filters: { model: 'wan2.2-kf2v-flash' } }, { name: 'Find' }),
			wanNode({ operation: 'wait' }, { name: 'Fetch' }),
		]);
		const result = await time.run(harness.engine.run(json).result);

		expect(result.items('Fetch')).toMatchObject([
			{ json: { taskId: old, status: 'SUCCEEDED' }, binary: { data: { mimeType: 'video/mp4' } } },
		]);
	});
});
