/** Random histories of a service and of an n8n that polls it, in virtual time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ApiError } from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';
import { repetitions } from '../depth.mts';
import { printSeed, seed } from '../seed.mts';
import { KEPT_MS, ListedService, type ListOrder, type ServiceTask } from './listedService.mts';
import { PollingN8n, type Scheduler } from './pollingN8n.mts';
import { Timeline } from './timeline.mts';

const HISTORIES = repetitions(1_000);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const OURS = ['wan2.7-i2v', 'wan2.2-kf2v-flash'] as const;
const MODELS = [...OURS, 'paraformer-v2'] as const;
const OUTCOMES: ReadonlyArray<ServiceTask['outcome']> = ['SUCCEEDED', 'FAILED', 'CANCELED'];

const START_MS = Date.UTC(2026, 10, 24, 12);

const between = (min: number, max: number) => fc.integer({ min, max });

const taskPlan = fc.record({
	/** A share of the history, which begins two hours before the trigger. */
	submitted: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0.3, 0.5, 0.7)),
	afterMs: fc.oneof(fc.constant(0), between(0, MINUTE), between(0, 20 * MINUTE)),
	model: fc.constantFrom(...MODELS, OURS[0]),
	outcome: fc.constantFrom<ServiceTask['outcome']>(...OUTCOMES, 'SUCCEEDED'),
	waitMs: fc.oneof(fc.constant(30), between(30, 15 * SECOND), between(0, 10 * MINUTE)),
	runMs: fc.oneof(
		{ weight: 1, arbitrary: fc.constant(100) },
		{ weight: 6, arbitrary: between(20 * SECOND, 3 * MINUTE) },
		{ weight: 2, arbitrary: between(10 * MINUTE, 90 * MINUTE) },
		{ weight: 1, arbitrary: between(2 * HOUR, 8 * HOUR) },
	),
	lagMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, between(0, 30 * SECOND)),
});

type TaskPlan = typeof taskPlan extends fc.Arbitrary<infer T> ? T : never;

const refused = (status: number): ApiError => {
	return { kind: 'refused', status, code: 'Throttling', message: 'No.' };
};
const FAULTS: readonly ApiError[] = [
	refused(500),
	refused(429),
	refused(401),
	refused(400),
	{ kind: 'unreachable', cause: 'ECONNRESET', connectFailed: false },
	{ kind: 'unexpectedResponse', status: 200, excerpt: '<html>' },
];

const moment = fc.double({ min: 0, max: 1, noNaN: true });

const plan = fc.record({
	pace: fc.constantFrom(
		{ pollEveryMs: MINUTE, lengthMs: 30 * MINUTE },
		{ pollEveryMs: 5 * MINUTE, lengthMs: 3 * HOUR },
		{ pollEveryMs: HOUR, lengthMs: 36 * HOUR },
	),
	scheduler: fc.constantFrom<Scheduler>('usual', 'usual', 'durable'),
	statuses: fc.constantFrom(['SUCCEEDED'], ['SUCCEEDED'], ['SUCCEEDED', 'FAILED'], [...OUTCOMES]),
	aheadMs: fc.oneof(fc.constant(0), between(-50 * MINUTE, 50 * MINUTE)),
	order: fc.constantFrom<ListOrder>('newest first', 'oldest first', 'changed first', 'by ID'),
	maxPageSize: fc.constantFrom(10, 20, 100),
	refusesLargerPages: fc.boolean(),
	/** Ends can fall into the same millisecond, or while a poll reads the list. */
	ends: fc.constantFrom('any', 'together', 'in polls'),
	callMs: fc.constantFrom(100, 700),
	queryLagMs: fc.constantFrom(0, 0, 2 * SECOND, 2 * MINUTE),
	/** So long takes each seventh call. */
	slowCallMs: fc.constantFrom(0, 0, 20 * SECOND, 100 * SECOND),
	tasks: fc.array(taskPlan, { maxLength: 40, size: 'max' }),
	faults: fc.array(
		fc.record({
			from: moment,
			share: fc.double({ min: 0, max: 0.5, noNaN: true }),
			every: between(1, 5),
			error: fc.constantFrom(...FAULTS),
		}),
		{ maxLength: 3 },
	),
	kills: fc.array(
		fc.record({
			at: moment,
			/** Polls that are missed; 26 of the slowest are more than the service keeps. */
			downPolls: fc.constantFrom(0, 0.1, 2, 10, 26),
		}),
		{ maxLength: 4 },
	),
	activations: fc.array(moment, { maxLength: 2 }),
});

type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

const TASKS_BEFORE_MS = 2 * HOUR;

function taskOf(task: TaskPlan, index: number, { pace, ends }: Plan): ServiceTask {
	const span = TASKS_BEFORE_MS + pace.lengthMs;
	const submittedMs = Math.floor(START_MS - TASKS_BEFORE_MS + task.submitted * span) + task.afterMs;
	const startedMs = submittedMs + task.waitMs;
	const exactMs = startedMs + task.runMs;
	const nextPollMs =
		START_MS + Math.ceil((exactMs - START_MS) / pace.pollEveryMs) * pace.pollEveryMs;
	const endedMs = {
		any: exactMs,
		together: Math.ceil(exactMs / (2 * MINUTE)) * 2 * MINUTE,
		'in polls': nextPollMs + (exactMs % 3_000),
	};
	return {
		id: `task-${(index * 7919) % 1000}-${index}`,
		model: task.model,
		submittedMs,
		startedMs,
		endedMs: endedMs[ends],
		outcome: task.outcome,
		lagMs: task.lagMs,
	};
}

/** Plays a history and lets it come to rest. */
async function play(history: Plan) {
	const { pace, faults, callMs, slowCallMs } = history;
	const endMs = START_MS + pace.lengthMs;
	const timeOf = (share: number) => START_MS + share * pace.lengthMs;
	const time = new Timeline(START_MS);
	const service = new ListedService(time, {
		...history,
		callMs: (call) => (call % 7 === 6 && time.now() < endMs ? slowCallMs : callMs),
		faultAt: (atMs, call) =>
			faults.find(({ from, share, every }) => {
				return (
					atMs >= timeOf(from) && atMs < Math.min(timeOf(from + share), endMs) && call % every === 0
				);
			})?.error,
	});
	service.tasks.push(...history.tasks.map((task, index) => taskOf(task, index, history)));
	const n8n = new PollingN8n(
		time,
		{ scheduler: history.scheduler, pollEveryMs: pace.pollEveryMs },
		{ filter: { statuses: history.statuses, models: OURS }, source: service },
	);
	n8n.startProcess();
	for (const { at, downPolls } of history.kills) {
		time.at(timeOf(at), () => n8n.kill());
		time.at(timeOf(at) + downPolls * pace.pollEveryMs, () => n8n.startProcess());
	}
	for (const at of history.activations) time.at(timeOf(at), () => n8n.activate());
	const lastStartMs = Math.max(
		endMs,
		...history.kills.map(({ at, downPolls }) => timeOf(at) + downPolls * pace.pollEveryMs),
	);
	await time.runTo(lastStartMs + 8 * pace.pollEveryMs);
	return { service, n8n };
}

/** A task may be missed while the list changes, but not by so many polls. */
const POLLS_TO_SEE = 3;

/** What is wrong with how a history went, in words. */
function violations(history: Plan, { service, n8n }: Awaited<ReturnType<typeof play>>): string[] {
	const { statuses, scheduler, kills } = history;
	const found: string[] = [];
	const polls = n8n.polls.filter(({ counts }) => counts);
	if (!n8n.polls.at(-1)?.counts) found.push('at rest, polls bring nothing');
	const firsts = polls.filter(({ isFirst }) => isFirst);
	// Only the durable scheduler forgets how a trigger began, if n8n ends before the poll after that.
	const mostFirsts = scheduler === 'usual' ? 1 : 1 + kills.length;
	if (firsts.length > mostFirsts) found.push('the trigger began anew');
	const began = firsts[0];
	const lastBegan = firsts.at(-1);

	for (const { id, model, outcome, submittedMs, endedMs, lagMs } of service.tasks) {
		const times = n8n.started.filter((started) => started === id).length;
		const isOurs = OURS.some((ours) => ours === model) && statuses.includes(outcome);
		const shownMs = endedMs + lagMs;
		if (times > 1) found.push(`${id} started the workflow ${times} times`);
		if (times > 0 && !isOurs) found.push(`${id} is not of the filter and started the workflow`);
		if (!isOurs || began === undefined || lastBegan === undefined) continue;
		if (times > 0 && shownMs <= began.beganMs) {
			found.push(`${id} had ended before the first activation and started the workflow`);
		}
		const seenBy = polls.filter(
			(poll) => poll.beganMs >= shownMs && poll.endedMs < submittedMs + KEPT_MS,
		);
		if (times === 0 && shownMs > lastBegan.endedMs && seenBy.length >= POLLS_TO_SEE) {
			found.push(`${id} ended while the trigger was active and did not start the workflow`);
		}
	}
	for (const { tasks } of polls) {
		if (!isInOrder(service, tasks))
			found.push(`${tasks.join()} are not in the order of their ends`);
	}
	return found;
}

function isInOrder({ tasks }: ListedService, ids: readonly string[]): boolean {
	const ends = ids.map((id) => tasks.find((task) => task.id === id)?.endedMs ?? 0);
	return ends.every((end, index) => index === 0 || end >= (ends[index - 1] ?? 0));
}

printSeed('Ended tasks');

it(
	`starts the workflow exactly once for every task that ends, whatever happens (${HISTORIES} histories)`,
	{ timeout: 60_000 },
	async () => {
		await fc.assert(
			fc.asyncProperty(plan, async (history) => {
				expect(violations(history, await play(history))).toEqual([]);
			}),
			{ seed, numRuns: HISTORIES },
		);
	},
);

it('keeps the order of the ends from poll to poll where the list is one page and never late', async () => {
	await fc.assert(
		fc.asyncProperty(plan, async (random) => {
			const tasks = random.tasks.slice(0, 10).map((task) => ({ ...task, lagMs: 0 }));
			const history = { ...random, tasks, queryLagMs: 0 };
			const { service, n8n } = await play(history);
			expect(isInOrder(service, n8n.started)).toBe(true);
		}),
		{ seed, numRuns: repetitions(200) },
	);
});
