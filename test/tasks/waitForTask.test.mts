import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';
import type { Result } from '../../nodes/WanKeyframeVideo/util/result.ts';
import { readTask, type Task } from '../../nodes/WanKeyframeVideo/tasks/task.ts';
import { waitForTask, type WaitRequest } from '../../nodes/WanKeyframeVideo/tasks/waitForTask.ts';
import { manualClock } from '../util/manualClock.mts';
import { answerOf } from './samples.mts';

const is = (status: string): Result<Task, ApiError> => ({
	ok: true,
	value: readTask('id', answerOf({ task_status: status })),
});
const no = (error: ApiError): Result<Task, ApiError> => ({ ok: false, error });

const RUNNING = is('RUNNING');
const SUCCEEDED = is('SUCCEEDED');
const UNKNOWN = is('UNKNOWN');

const BUSY: ApiError = { kind: 'refused', status: 503, code: 'ModelUnavailable', message: '' };
const THROTTLED: ApiError = { kind: 'refused', status: 429, code: 'Throttling', message: '' };
const PAGE: ApiError = { kind: 'unexpectedResponse', status: 502, excerpt: 'Bad Gateway' };
const CUT: ApiError = { kind: 'unreachable', cause: 'ECONNRESET', connectFailed: false };
const BAD_KEY: ApiError = { kind: 'refused', status: 401, code: 'InvalidApiKey', message: '' };
const DENIED: ApiError = { kind: 'refused', status: 403, code: 'AccessDenied', message: '' };
const LOGIN_PAGE: ApiError = { kind: 'unexpectedResponse', status: 401, excerpt: 'Sign in' };

const FIREWALL: ApiError = { kind: 'unexpectedResponse', status: 403, excerpt: 'Blocked' };
const REDIRECT: ApiError = { kind: 'unexpectedResponse', status: 301, excerpt: '' };
const REQUEST_TIMEOUT: ApiError = { kind: 'refused', status: 408, code: 'X', message: '' };
const NOT_A_TASK: ApiError = { kind: 'unexpectedResponse', status: 200, excerpt: '{}' };

const EVERY_SECOND = { kind: 'fixed', intervalMs: 1_000 } as const;

interface Waiting extends Partial<WaitRequest> {
	/** How long a query takes. */
	readonly queryMs?: number;
	/** The machine sleeps for this long during its second query, or before it. */
	readonly asleepMs?: number;
	readonly asleepBefore?: boolean;
	/** When the user presses Stop. */
	readonly stopAtMs?: number;
}

/** Waits for a task that gives these answers, the last one again and again. */
async function wait(answers: ReadonlyArray<Result<Task, ApiError>>, waiting: Waiting = {}) {
	const { queryMs = 0, stopAtMs, asleepMs = 0, asleepBefore = false, ...request } = waiting;
	const clock = manualClock();
	const stop = new AbortController();
	const askedAt: number[] = [];
	if (stopAtMs !== undefined) clock.at(stopAtMs, () => stop.abort());
	const end = await clock.run(
		waitForTask(
			{
				polling: EVERY_SECOND,
				timeoutMs: 600_000,
				isNew: false,
				...(stopAtMs !== undefined && { signal: stop.signal }),
				...request,
			},
			{
				clock,
				async poll({ inMs }) {
					await clock.sleep(inMs, stop.signal);
					if (stop.signal.aborted) return no(CUT);
					const isSecond = askedAt.length === 1;
					if (isSecond && asleepBefore) clock.skip(asleepMs);
					const answer = answers[Math.min(askedAt.length, answers.length - 1)];
					askedAt.push(clock.now());
					if (isSecond && !asleepBefore) clock.skip(asleepMs);
					if (queryMs > 0) await clock.sleep(queryMs);
					return answer ?? UNKNOWN;
				},
			},
		),
	);
	return { end, askedAt, endedAt: clock.now() };
}

describe('waiting ends', () => {
	it.each(['SUCCEEDED', 'FAILED', 'CANCELED'])(
		'with the first answer that is %s',
		async (status) => {
			const { end, askedAt } = await wait([RUNNING, RUNNING, is(status), RUNNING]);
			expect(end).toEqual({ kind: 'finished', task: expect.objectContaining({ status }) });
			expect(askedAt).toEqual([0, 1_000, 2_000]);
		},
	);

	it('later for a new task, which is not asked for at once', async () => {
		const polling = { kind: 'automatic' } as const;
		const { askedAt } = await wait([RUNNING, RUNNING, SUCCEEDED], { polling, isNew: true });
		expect(askedAt).toEqual([2_000, 12_600, 23_200]);
	});

	it('not with a status that is not documented', async () => {
		const { end, askedAt } = await wait([is('SUSPENDED'), is(''), SUCCEEDED]);
		expect(end.kind).toBe('finished');
		expect(askedAt).toHaveLength(3);
	});
});

describe('the deadline', () => {
	it('is asked at once more, then waiting ends with the task as it was last seen', async () => {
		const { end, askedAt, endedAt } = await wait([RUNNING], {
			polling: { kind: 'fixed', intervalMs: 4_000 },
			timeoutMs: 10_000,
		});
		expect(askedAt).toEqual([0, 4_000, 8_000, 10_000]);
		expect(endedAt).toBe(10_000);
		expect(end).toEqual({ kind: 'timedOut', task: expect.objectContaining({ status: 'RUNNING' }) });
	});

	it('lets a video through that is done just then', async () => {
		const late = [RUNNING, RUNNING, RUNNING, SUCCEEDED];
		const timing = { polling: { kind: 'fixed', intervalMs: 4_000 }, timeoutMs: 10_000 } as const;
		expect((await wait(late, timing)).end.kind).toBe('finished');
	});

	it('before the first pause is over is still worth one query', async () => {
		const { askedAt, end } = await wait([RUNNING], { isNew: true, timeoutMs: 500 });
		expect(askedAt).toEqual([500]);
		expect(end.kind).toBe('timedOut');
	});

	it('of nothing is still worth one query', async () => {
		expect((await wait([SUCCEEDED], { timeoutMs: 0 })).end.kind).toBe('finished');
		expect((await wait([RUNNING], { timeoutMs: 0 })).askedAt).toEqual([0]);
	});

	it('is not moved by queries that take their time', async () => {
		const { askedAt, endedAt } = await wait([RUNNING], { timeoutMs: 5_000, queryMs: 2_500 });
		expect(askedAt).toEqual([0, 3_500]);
		expect(endedAt).toBe(6_000);
	});

	it('tells the last task and the last error', async () => {
		const { end } = await wait([RUNNING, no(CUT)], { timeoutMs: 5_000 });
		expect(end).toMatchObject({ kind: 'timedOut', task: { status: 'RUNNING' }, error: CUT });
	});

	it('tells no error that was followed by an answer', async () => {
		const { end } = await wait([no(CUT), RUNNING], { timeoutMs: 5_000 });
		expect(end).toMatchObject({ kind: 'timedOut', task: { status: 'RUNNING' } });
		expect(end).not.toHaveProperty('error');
	});

	it('tells the error alone where no task was ever seen', async () => {
		const { end } = await wait([no(BUSY)], { timeoutMs: 5_000 });
		expect(end).toEqual({ kind: 'timedOut', error: BUSY });
	});
});

describe('a machine that slept for an hour', () => {
	const asleepMs = 3_600_000;

	it('asks once more after a query that was under way meanwhile', async () => {
		const { end, askedAt } = await wait([RUNNING, RUNNING, SUCCEEDED], { asleepMs });
		expect(end.kind).toBe('finished');
		expect(askedAt).toEqual([0, 1_000, 3_601_000]);
	});

	it('asks before it gives up', async () => {
		const waiting = { asleepMs, asleepBefore: true };
		expect((await wait([RUNNING, SUCCEEDED], waiting)).end.kind).toBe('finished');
		expect((await wait([RUNNING, RUNNING], waiting)).end.kind).toBe('timedOut');
	});

	it('asks once more after a query that brought no answer', async () => {
		const { end } = await wait([RUNNING, no(CUT), SUCCEEDED], { timeoutMs: 2_500, queryMs: 1_000 });
		expect(end.kind).toBe('finished');
	});
});

describe('UNKNOWN', () => {
	const every = (ms: number) => ({ kind: 'fixed', intervalMs: ms }) as const;

	it('is believed once it was answered for five seconds', async () => {
		const { end, askedAt } = await wait([UNKNOWN]);
		expect(end).toMatchObject({ kind: 'unknown', wasKnown: false });
		expect(askedAt).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
	});

	it('is never believed when it was answered once', async () => {
		const polling = every(60_000);
		expect((await wait([UNKNOWN, SUCCEEDED], { polling })).end.kind).toBe('finished');
	});

	it('of a task that this run created is believed after a minute only', async () => {
		const { end, endedAt } = await wait([UNKNOWN], { isNew: true });
		expect(end).toMatchObject({ kind: 'unknown', wasKnown: true });
		expect(endedAt).toBe(61_000);
		const late = [...Array<typeof UNKNOWN>(50).fill(UNKNOWN), SUCCEEDED];
		expect((await wait(late, { isNew: true })).end.kind).toBe('finished');
	});

	it('of a task that was found before is believed after a minute only', async () => {
		const { end, endedAt } = await wait([RUNNING, UNKNOWN]);
		expect(end).toMatchObject({ kind: 'unknown', wasKnown: true });
		expect(endedAt).toBe(61_000);
	});

	it('counts from the beginning after another status', async () => {
		const answers = [...Array<typeof UNKNOWN>(4).fill(UNKNOWN), RUNNING, UNKNOWN];
		const { end, endedAt } = await wait(answers);
		expect(end.kind).toBe('unknown');
		expect(endedAt).toBe(65_000);
	});

	it('is believed although errors came between', async () => {
		const { end, askedAt } = await wait([UNKNOWN, no(BUSY), no(BUSY), UNKNOWN]);
		expect(end.kind).toBe('unknown');
		expect(askedAt).toHaveLength(4);
	});
});

describe('an error that passes', () => {
	it.each([
		BUSY,
		THROTTLED,
		PAGE,
		CUT,
		LOGIN_PAGE,
		FIREWALL,
		REDIRECT,
		REQUEST_TIMEOUT,
		NOT_A_TASK,
	])('does not end the wait: %j', async (error) => {
		const { end, askedAt } = await wait([no(error), no(error), SUCCEEDED]);
		expect(end.kind).toBe('finished');
		expect(askedAt).toHaveLength(3);
	});

	it('doubles the pause, and an answer ends that', async () => {
		const { askedAt } = await wait([
			no(BUSY),
			no(CUT),
			no(PAGE),
			RUNNING,
			no(THROTTLED),
			RUNNING,
			SUCCEEDED,
		]);
		expect(askedAt).toEqual([0, 2_000, 6_000, 14_000, 15_000, 17_000, 18_000]);
	});
});

describe('an error that stays', () => {
	it.each([BAD_KEY, DENIED])(
		'ends the wait at once before any query was answered: %j',
		async (error) => {
			const { end, askedAt } = await wait([no(error), SUCCEEDED]);
			expect(end).toEqual({ kind: 'refused', error });
			expect(askedAt).toEqual([0]);
		},
	);

	it.each([BAD_KEY, DENIED])('is asked once more after queries that worked: %j', async (error) => {
		expect((await wait([RUNNING, no(error), SUCCEEDED])).end.kind).toBe('finished');
		expect((await wait([no(error), SUCCEEDED], { isNew: true })).end.kind).toBe('finished');
		expect((await wait([RUNNING, no(error), no(error)])).end.kind).toBe('refused');
	});

	it('ends the wait with the last known state of the task', async () => {
		const { end } = await wait([RUNNING, no(BAD_KEY), no(BAD_KEY)]);
		expect(end).toMatchObject({
			kind: 'refused',
			error: BAD_KEY,
			task: { status: 'RUNNING' },
		});
	});
});

describe('Stop', () => {
	it('during a pause ends waiting there and then', async () => {
		const { end, askedAt, endedAt } = await wait([RUNNING], { stopAtMs: 2_300 });
		expect(end).toMatchObject({ kind: 'stopped', task: { status: 'RUNNING' } });
		expect(askedAt).toEqual([0, 1_000, 2_000]);
		expect(endedAt).toBe(2_300);
	});

	it('during a query ends waiting with it', async () => {
		const { end, askedAt } = await wait([RUNNING], { stopAtMs: 1_700, queryMs: 500 });
		expect(askedAt).toEqual([0, 1_500]);
		expect(end.kind).toBe('stopped');
	});

	it('during a query that fails is no error', async () => {
		const { end } = await wait([no(BAD_KEY)], { stopAtMs: 100, queryMs: 500 });
		expect(end).toEqual({ kind: 'stopped' });
	});

	it('before anything is sent means that nothing is', async () => {
		const signal = AbortSignal.abort();
		for (const isNew of [true, false]) {
			const { end, askedAt } = await wait([SUCCEEDED], { isNew, signal });
			expect(end).toEqual({ kind: 'stopped' });
			expect(askedAt).toEqual([]);
		}
	});
});

it('a wall clock that is set back or forward by an hour neither delays a query nor the end', async () => {
	for (const byMs of [-3_600_000, 3_600_000]) {
		const clock = manualClock(7_200_000);
		const askedAt: number[] = [];
		const startMs = clock.monotonicMs();
		clock.at(startMs + 3_500, () => clock.setWallClock(byMs));
		const end = await clock.run(
			waitForTask(
				{ polling: EVERY_SECOND, timeoutMs: 6_000, isNew: false },
				{
					clock,
					async poll({ inMs }) {
						await clock.sleep(inMs);
						askedAt.push(clock.monotonicMs() - startMs);
						return RUNNING;
					},
				},
			),
		);
		expect(end.kind).toBe('timedOut');
		expect(askedAt).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000]);
	}
});

it('whatever the answers are, waiting asks within its time, not too often, and comes to an end', async () => {
	const answer = fc.constantFrom(RUNNING, UNKNOWN, SUCCEEDED, no(BUSY), no(CUT), no(BAD_KEY));
	const automatic = { kind: 'automatic' } as const;
	await fc.assert(
		fc.asyncProperty(
			fc.array(answer, { minLength: 1, maxLength: 12 }),
			fc.integer({ min: 1, max: 300_000 }),
			fc.boolean(),
			async (answers, timeoutMs, isNew) => {
				const { askedAt } = await wait(answers, { timeoutMs, isNew, polling: automatic });
				expect(askedAt.length).toBeGreaterThan(0);
				expect(askedAt.at(-1)).toBeLessThanOrEqual(timeoutMs);
				const pauses = askedAt.slice(1).map((at, i) => at - (askedAt[i] ?? 0));
				// The last may be cut short by the deadline.
				for (const pause of pauses.slice(0, -1)) expect(pause).toBeGreaterThanOrEqual(9_000);
				for (const pause of pauses) expect(pause).toBeLessThanOrEqual(60_000);
			},
		),
		{ numRuns: 60 },
	);
});
