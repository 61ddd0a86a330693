// The log must be set up before the engine loads.
import { recordLog, type LogLine } from '../engine/n8nLog.mts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineResult } from '../engine/engine.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, THEN_WAIT } from '../engine/workflowBuilder.mts';
import { pngUri } from '../simulator/testClient.mts';

const harness = await setupNodeTest({ times: { pendingMs: 100, runningMs: 900 } });
const frame = pngUri(await picture('#c03030'));
const create = { ...createFrom(frame), ...THEN_WAIT, duration: 2 };
const wait = { operation: 'wait', downloadVideo: false };
const goOn = { onError: 'continueRegularOutput' } as const;
const items = (count: number) => Array.from({ length: count }, () => ({}));

const costs = ({ hints }: EngineResult) =>
	hints.filter(({ message }) => /video|task/.test(message)).map(({ message }) => message);

/** What the service says of tasks that have ended, one item each. */
const tasksOf = (...tasks: ReadonlyArray<Parameters<typeof harness.simulator.addTask>[0]>) =>
	tasks.map((task) => ({ json: { taskId: harness.simulator.addTask(task) } }));

describe('after a run the output pane says what it cost', () => {
	it('one video', async () => {
		const result = await useVirtualTime().run(harness.run(items(1), create));
		expect(costs(result)).toEqual(['1 video, 2 seconds billed']);
	});

	it('many videos, in one line', async () => {
		const result = await useVirtualTime().run(harness.run(items(12), create));
		expect(costs(result)).toEqual(['12 videos, 24 seconds billed']);
	});

	it('what failed or was canceled', async () => {
		const failure = { code: 'DataInspectionFailed', message: 'No.' };
		const tasks = tasksOf(
			{ usage: { duration: 1, video_count: 1 } },
			{ status: 'FAILED', failure },
			{ status: 'FAILED', failure },
			{ status: 'CANCELED' },
		);
		const result = await harness.run(tasks, wait, goOn);
		expect(costs(result)).toEqual([
			'1 video, 1 second billed; 2 tasks failed and are not billed; 1 task ended as CANCELED and is not billed',
		]);
	});

	it('a task that failed and was created again', async () => {
		harness.simulator.fault({
			on: 'create',
			effect: 'failTask',
			code: 'InternalError',
			message: 'It did not work.',
			at: 'end',
			times: 2,
		});
		const retry = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const result = await useVirtualTime().run(harness.run(items(2), create, retry));
		expect(costs(result)).toEqual(['2 videos, 4 seconds billed; 1 task failed and is not billed']);
	});

	it('seconds that the service does not tell, in place of a wrong sum', async () => {
		const untold = { usage: { video_count: 1 } };
		const one = await harness.run(tasksOf(untold), wait);
		expect(costs(one)).toEqual(['1 video; the service does not report the seconds billed']);
		const some = await harness.run(
			tasksOf({ usage: { duration: 0.1 } }, untold, untold, { usage: { duration: 0.2 } }),
			wait,
		);
		expect(costs(some)).toEqual([
			'4 videos, 0.3 seconds billed; the service does not report those of 2 videos',
		]);
	});

	it('a task that has not ended where the node goes on at its time-out', async () => {
		const running = tasksOf({ status: 'RUNNING' }, { usage: { duration: 5 } });
		const options = { onTimeout: 'continue' };
		const result = await useVirtualTime().run(
			harness.run(running, { ...wait, timeout: 1, options }),
		);
		expect(costs(result)).toEqual([
			'1 video, 5 seconds billed; 1 task may still succeed and is billed then',
		]);
	});

	it('a task of two items once', async () => {
		const [task = {}] = tasksOf({ usage: { duration: 5 } });
		const result = await harness.run([task, task], wait);
		expect(costs(result)).toEqual(['1 video, 5 seconds billed']);
	});

	it.each([
		['Create that does not wait', { ...create, waitForCompletion: false }],
		['Get Status', { operation: 'getStatus' }],
		['Wait for an ID that no task has', { ...wait, taskId: 'nobody' }],
	])('but not after %s', async (_, parameters) => {
		const result = await useVirtualTime().run(harness.run(tasksOf({}), parameters, goOn));
		expect(costs(result)).toEqual([]);
	});
});

describe("n8n's log", () => {
	let log: readonly LogLine[];
	beforeEach(() => void (log = recordLog()));

	/** What this test logged of the node. */
	const logged = (wanted: LogLine['level']): string[] =>
		log
			.filter(({ level, message }) => level === wanted && message.startsWith('Wan: '))
			.map(({ message }) => message);

	it('tells when the tasks of a run are created and when they have ended', async () => {
		const time = useVirtualTime();
		await time.run(harness.run(items(3), create));
		const [info, debug] = [logged('info'), logged('debug')];

		expect(info[0]).toBe('Wan: tasks created: 3 of 3');
		expect(info[1]).toMatch(/^Wan: ended after [\d.]+ s: 3 videos, 6 seconds billed$/);
		expect(info).toHaveLength(2);
		expect(debug.length).toBeGreaterThanOrEqual(3);
		expect(debug.at(-1)).toMatch(/^Wan: task [0-9a-f-]+: SUCCEEDED$/);
	});

	it('tells the same of a run that fails', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 1 });
		const time = useVirtualTime();
		const result = await time.run(harness.run(items(2), create));

		expect(errorText(result)).toContain('overdue');
		expect(logged('info')).toEqual([
			'Wan: tasks created: 1 of 2',
			expect.stringMatching(
				/^Wan: ended after [\d.]+ s: 1 task may still succeed and is billed then$/,
			),
		]);
	});

	it('tells a query that got no answer', async () => {
		const tasks = tasksOf({ status: 'SUCCEEDED' });
		harness.simulator.fault({ on: 'query', effect: 'html' });
		const time = useVirtualTime();
		await time.run(harness.run(tasks, wait));

		expect(logged('debug')[0]).toMatch(/: The host does not answer the way DashScope does$/);
	});
});
