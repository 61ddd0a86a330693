/**
 * Every operation meets every fault, under every way of handling it: what comes out, on which branch, how many
 * creates were sent, and what is left behind. The first of two items meets the fault; the second must never notice.
 */
import type { INodeParameters } from 'n8n-workflow';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { timersAfterStop } from '../engine/n8nVersions.mts';
import type { EngineResult } from '../engine/engine.mts';
import { Container, n8nCore } from '../engine/n8n.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import type { NodeSettings } from '../engine/workflowBuilder.mts';
import type { FaultEffect, RequestKind } from '../simulator/index.mts';
import { createFrom, itemsNode, THEN_WAIT, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { isDeep } from '../depth.mts';
import { OPERATIONS } from '../../nodes/WanKeyframeVideo/operations/index.ts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { pngUri } from '../simulator/testClient.mts';

const harness = await setupNodeTest({ times: { pendingMs: 500, runningMs: 5_000 } });
// A fetch of a picture has timers of its own at the service.
const red = pngUri(await picture('#c03030'));
// What n8n sets up with its first request has timers of its own.
beforeAll(async () => void (await harness.run([{}], { operation: 'getMany' })));

/** Whatever still runs has ended by then. */
const DAY_MS = 24 * 3_600_000;

const create = {
	...createFrom(red),
	prompt: '={{ $json.prompt }}',
	duration: 2,
};

/** What the first item comes to: `passes` although the fault came, or fails with these words. */
type Outcome = 'passes' | RegExp;

/** What the fault means for the first item's create. */
type ExpectedCreate =
	/** It was sent once, and has a task. */
	| 'taken'
	/** The service has no room: the create is sent again until it has. */
	| 'refused for now'
	/** There is no task, and the same request will not get one in this try. */
	| 'refused'
	/** There was a task, which failed for a reason on the service's side and is not billed. */
	| 'failed by the service'
	/** Nobody knows whether there is a task: it must not be sent again. */
	| 'outcome unknown'
	/** The same, and the second item's create is long done when that is noticed. */
	| 'outcome unknown after a long silence';

type Handling = keyof typeof HANDLINGS;

const HANDLINGS = {
	'stop on error': {},
	'continue, regular': { onError: 'continueRegularOutput' },
	'continue, error output': { onError: 'continueErrorOutput' },
	'Retry On Fail': { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
} as const satisfies Readonly<Record<string, NodeSettings>>;

const handlings: readonly Handling[] = [
	'stop on error',
	'continue, regular',
	'continue, error output',
	'Retry On Fail',
];

/**
 * Whether the nth case of a subject is tried under this handling: under Retry On Fail, which could pay twice, always;
 * under one of the others in turn, and under each of them in a deep run.
 */
const isTried = (handling: Handling, nth: number): boolean =>
	isDeep || handling === 'Retry On Fail' || handling === handlings[nth % (handlings.length - 1)];

/**
 * Creates that may be sent for the two items: one each, and one more only for what was clearly refused or
 * failed for the service.
 */
const CREATES: Readonly<Record<ExpectedCreate, Readonly<Record<Handling, readonly number[]>>>> = {
	taken: {
		'stop on error': [2],
		'continue, regular': [2],
		'continue, error output': [2],
		'Retry On Fail': [2],
	},
	'refused for now': {
		'stop on error': [3],
		'continue, regular': [3],
		'continue, error output': [3],
		'Retry On Fail': [3],
	},
	refused: {
		'stop on error': [1],
		'continue, regular': [2],
		'continue, error output': [2],
		'Retry On Fail': [3],
	},
	'failed by the service': {
		'stop on error': [2],
		'continue, regular': [2],
		'continue, error output': [2],
		'Retry On Fail': [3],
	},
	'outcome unknown': {
		// The second item's create has left before the first one failed, or not at all.
		'stop on error': [1, 2],
		'continue, regular': [2],
		'continue, error output': [2],
		'Retry On Fail': [1, 2],
	},
	'outcome unknown after a long silence': {
		'stop on error': [2],
		'continue, regular': [2],
		'continue, error output': [2],
		'Retry On Fail': [2],
	},
};

interface Case {
	readonly fault: string;
	readonly on: RequestKind | 'store';
	readonly effect: FaultEffect | { readonly effect: 'diskFull' };
	/** How often in a row it comes; `Infinity` for good. */
	readonly times?: number;
	readonly outcome: Outcome;
	/** Where Retry On Fail helps, since the fault is gone by then and sending again is safe. */
	readonly retryHelps?: boolean;
	/** Left out where nothing goes wrong with the create. */
	readonly create?: ExpectedCreate;
	/** True where the fault meets both items: it cannot be aimed at one of them. */
	readonly hitsBoth?: boolean;
	/** Not to be told apart from other outcomes under this handling. */
	readonly except?: Handling;
}

/** How a task may end without a video, with what the user reads. */
const FAILURES: ReadonlyArray<readonly [code: string, message: string, outcome: RegExp]> = [
	['InvalidParameter', 'url error, please check url!', /does not serve this model at the address/],
	['DataInspectionFailed', 'Input data may contain inappropriate content.', /content inspection/],
	['IPInfringementSuspect', 'Input data is suspected of infringement.', /is FAILED: /],
	['InvalidImage.FileFormat', 'The image format is not supported.', /is FAILED: /],
	['InternalError.Timeout', 'Internal error.', /is FAILED: DashScope had an internal fault/],
	['SomethingNew', 'Nobody knows this code.', /is FAILED: /],
];

const THROTTLED = [
	'Throttling',
	'Throttling.RateQuota',
	'Throttling.BurstRate',
	'Throttling.AllocationQuota',
];
/** The codes of 429 are one fault to the node: that it knows each of them shows in one handling and for one call. */
const isAnotherCode = (fault: string): boolean =>
	THROTTLED.slice(1).some((code) => fault.includes(code));
const HOST = /The host does not answer the way DashScope does/;
const REDIRECT = /The host redirects to another address/;
const BROKEN = /The connection to DashScope broke before an answer came/;
const SERVER = /DashScope had an internal fault|The model is not available/;

/** Faults of one call, with what an operation that asks once makes of them. */
const CALL_FAULTS: ReadonlyArray<
	Pick<Case, 'fault' | 'effect'> & { readonly once: RegExp; readonly isTransient: boolean }
> = [
	...THROTTLED.map((code) => ({
		fault: `429 ${code}`,
		effect: { effect: 'error', code } as const,
		once: /more calls from this account|quota for this model/,
		isTransient: true,
	})),
	...(['InternalError', 'SystemError', 'ModelUnavailable'] as const).map((code) => ({
		fault: code,
		effect: { effect: 'error', code } as const,
		once: SERVER,
		isTransient: true,
	})),
	{ fault: 'a 502 page', effect: { effect: 'html' }, once: HOST, isTransient: true },
	{
		fault: 'a page with 200',
		effect: { effect: 'html', status: 200 },
		once: HOST,
		isTransient: true,
	},
	{ fault: 'an empty body', effect: { effect: 'empty' }, once: HOST, isTransient: true },
	{ fault: 'half a JSON', effect: { effect: 'invalidJson' }, once: HOST, isTransient: true },
	{ fault: 'a reset', effect: { effect: 'reset' }, once: BROKEN, isTransient: true },
	{ fault: 'a hang', effect: { effect: 'hang' }, once: BROKEN, isTransient: true },
	{
		fault: 'a redirect to another host',
		effect: { effect: 'redirect', location: 'http://127.0.0.1:9/elsewhere' },
		once: REDIRECT,
		isTransient: true,
	},
	{
		fault: '401',
		effect: { effect: 'error', code: 'InvalidApiKey' },
		once: /does not accept the API key/,
		isTransient: false,
	},
	{
		fault: '403',
		effect: { effect: 'error', code: 'Model.AccessDenied' },
		once: /has no access to this model/,
		isTransient: false,
	},
];

/** A call that changes something is made once. */
const changing: Case[] = CALL_FAULTS.map(({ fault, effect, once }) => ({
	fault,
	on: 'cancel',
	effect,
	outcome: once,
	retryHelps: true,
	// By then the second item's task is canceled, and cannot be canceled again.
	...(fault === 'a hang' && { except: 'Retry On Fail' as const }),
}));

/** A call that only reads is repeated a few times. */
const reading = (on: RequestKind): Case[] =>
	CALL_FAULTS.flatMap(({ fault, effect, once, isTransient }): Case[] => {
		const passing: Case = {
			fault,
			on,
			effect,
			outcome: isTransient ? 'passes' : once,
			retryHelps: true,
		};
		const lasting: Case = {
			fault: `${fault} for good`,
			on,
			effect,
			times: Infinity,
			outcome: once,
		};
		return isAnotherCode(fault) ? [passing] : [passing, lasting];
	});

const waiting: Case[] = [
	...CALL_FAULTS.map(
		({ fault, effect, once, isTransient }): Case => ({
			fault,
			on: 'query',
			effect,
			outcome: isTransient ? 'passes' : once,
			retryHelps: true,
		}),
	),
	{ fault: 'UNKNOWN once', on: 'query', effect: { effect: 'unknown' }, outcome: 'passes' },
	{
		fault: 'UNKNOWN twice',
		on: 'query',
		effect: { effect: 'unknown' },
		times: 2,
		outcome: /does not know the task/,
		retryHelps: true,
	},
	{
		fault: 'an unlisted status',
		on: 'query',
		effect: { effect: 'taskStatus', status: 'SUSPENDED' },
		outcome: 'passes',
	},
	{
		fault: 'a missing status',
		on: 'query',
		effect: { effect: 'omit', fields: ['output.task_status'] },
		outcome: 'passes',
	},
	{
		fault: 'a missing output',
		on: 'query',
		effect: { effect: 'omit', fields: ['output'] },
		outcome: 'passes',
	},
	{
		fault: 'CANCELED by somebody else',
		on: 'query',
		effect: { effect: 'taskStatus', status: 'CANCELED' },
		outcome: /is CANCELED/,
		retryHelps: true,
	},
	...FAILURES.map(
		([code, message, outcome]): Case => ({
			fault: `FAILED by ${code}`,
			on: 'query',
			effect: { effect: 'failTask', code, message },
			outcome,
		}),
	),
	{
		fault: 'a slow drip',
		on: 'query',
		effect: { effect: 'drip', chunkBytes: 200, everyMs: 50 },
		outcome: 'passes',
	},
];

/** A link is not known before its task is, so that the fault cannot be aimed at one of two new tasks. */
const downloading = (hitsBoth: boolean): Case[] => [
	{
		fault: 'an expired link',
		on: 'result',
		hitsBoth,
		effect: { effect: 'error', code: 'AccessDenied', status: 403 },
		times: Infinity,
		outcome: /link to the video is no longer valid/,
	},
	{
		fault: 'a video that is cut off for good',
		on: 'result',
		hitsBoth,
		effect: { effect: 'truncate' },
		times: Infinity,
		outcome: /could not be downloaded|is incomplete|broke/i,
	},
	{
		fault: 'a video that is cut off once',
		on: 'result',
		hitsBoth,
		effect: { effect: 'truncate' },
		outcome: 'passes',
	},
	{
		fault: 'another content type',
		on: 'result',
		hitsBoth,
		effect: { effect: 'contentType', contentType: 'text/html' },
		times: Infinity,
		outcome: 'passes',
	},
	{
		fault: 'a full disk for good',
		on: 'store',
		// The store knows no tasks.
		hitsBoth: true,
		effect: { effect: 'diskFull' },
		times: Infinity,
		outcome: /could not be downloaded/,
	},
	{
		fault: 'a full disk once',
		on: 'store',
		// The store knows no tasks.
		hitsBoth: true,
		effect: { effect: 'diskFull' },
		outcome: 'passes',
	},
];

/** Only a task that is over already shows it at the first query. */
const withoutLink: Case = {
	fault: 'a missing link',
	on: 'query',
	effect: { effect: 'omit', fields: ['output.video_url'] },
	outcome: /succeeded, but the service gave no link to its video/,
	retryHelps: true,
};

const creating: Case[] = [
	...CALL_FAULTS.map(({ fault, effect, once }): Case => {
		const isThrottled = fault.startsWith('429');
		const isRefused = ['401', '403', 'a redirect to another host'].includes(fault);
		return {
			fault,
			on: 'create',
			effect,
			outcome: isThrottled ? 'passes' : once,
			retryHelps: isRefused,
			create: isThrottled
				? 'refused for now'
				: isRefused
					? 'refused'
					: fault === 'a hang'
						? 'outcome unknown after a long silence'
						: 'outcome unknown',
		};
	}),
	{
		fault: 'a reset after the task exists',
		on: 'create',
		effect: { effect: 'reset', when: 'after' },
		outcome: BROKEN,
		create: 'outcome unknown',
	},
	{
		fault: 'a missing task ID',
		on: 'create',
		effect: { effect: 'omit', fields: ['output.task_id'] },
		outcome: HOST,
		create: 'outcome unknown',
	},
];

interface Subject {
	/** The value of the node's 'Operation'. */
	readonly operation: string;
	/** What sets it apart from others of the same operation. */
	readonly variant?: string;
	readonly parameters: INodeParameters;
	readonly cases: readonly Case[];
	/** The handlings that it says something about; all if left out. */
	readonly handlings?: readonly Handling[];
	/** A task that both items have already, in this status. */
	readonly status?: 'SUCCEEDED' | 'PENDING' | 'RUNNING';
}

/** Of two keyframes, closed: a clip from each to the other. */
const storyboard = { ...create, framesPerItem: 'one', frameUrl: red, closeLoop: true };
const createAndWait = { ...create, ...THEN_WAIT };
const SUBJECTS: readonly Subject[] = [
	{ operation: 'create', parameters: create, cases: creating },
	{
		operation: 'create',
		variant: 'with another prompt in each try',
		parameters: { ...create, prompt: '={{ $json.prompt + Math.random() }}' },
		cases: creating,
		// Without a second try there is no other prompt.
		handlings: ['Retry On Fail'],
	},
	{
		operation: 'create',
		variant: 'of a storyboard',
		parameters: storyboard,
		cases: creating,
	},
	{
		operation: 'create',
		variant: 'and wait',
		parameters: createAndWait,
		// Each of two new tasks would meet one of two UNKNOWNs, and be forgiven it.
		cases: [
			...creating,
			...waiting
				.filter(({ fault }) => fault !== 'UNKNOWN twice')
				.map((one): Case => {
					// The key has just created the task, so that one refusal of it may pass.
					if (['401', '403'].includes(one.fault)) return { ...one, outcome: 'passes' };
					return one.fault.startsWith('FAILED by InternalError')
						? { ...one, create: 'failed by the service', retryHelps: true }
						: one;
				}),
		],
	},
	{
		operation: 'create',
		variant: 'and download',
		parameters: { ...createAndWait, downloadVideo: true },
		cases: downloading(true),
	},
	{
		operation: 'wait',
		parameters: { operation: 'wait', downloadVideo: false },
		cases: waiting,
		status: 'SUCCEEDED',
	},
	{
		operation: 'wait',
		variant: 'with download',
		parameters: { operation: 'wait' },
		cases: [...downloading(false), withoutLink],
		status: 'SUCCEEDED',
	},
	{
		operation: 'wait',
		variant: 'that continues on time-out',
		parameters: { operation: 'wait', timeout: 1, options: { onTimeout: 'continue' } },
		cases: CALL_FAULTS.filter(({ isTransient }) => isTransient).map(({ fault, effect }) => ({
			fault: `${fault} for good`,
			on: 'query',
			effect,
			times: Infinity,
			outcome: 'passes',
		})),
		status: 'RUNNING',
	},
	{
		operation: 'getStatus',
		parameters: { operation: 'getStatus' },
		cases: reading('query'),
		status: 'SUCCEEDED',
	},
	{
		operation: 'getStatus',
		variant: 'with download',
		parameters: { operation: 'getStatus', downloadVideo: true },
		cases: [...downloading(false), withoutLink],
		status: 'SUCCEEDED',
	},
	{
		operation: 'cancel',
		parameters: { operation: 'cancel' },
		cases: changing,
		status: 'PENDING',
	},
	{
		operation: 'getMany',
		parameters: { operation: 'getMany', limit: 1 },
		// The list is not of one item's task.
		cases: reading('list').map((one) => ({ ...one, hitsBoth: one.times === Infinity })),
	},
];

const CASES = SUBJECTS.flatMap(({ operation, variant, parameters, cases, status, ...subject }) =>
	cases.flatMap((one, nth) =>
		(subject.handlings ?? handlings)
			.filter((handling, at) => (isAnotherCode(one.fault) ? at === 0 : isTried(handling, nth)))
			.filter((handling) => handling !== one.except)
			.map((handling) => ({
				...one,
				operation: [operation, variant].filter(Boolean).join(' '),
				parameters,
				status,
				handling,
				case: one,
			})),
	),
);

it('the matrix has every operation', () => {
	expect(new Set(SUBJECTS.map(({ operation }) => operation))).toEqual(
		new Set(OPERATIONS.map(({ option }) => option.value)),
	);
});

describe('fault matrix', () => {
	it.each(CASES)(
		'$operation meets $fault on $on under $handling',
		async ({ case: one, handling, parameters, status }) => {
			const time = useVirtualTime({ heldRequests: harness.heldRequests });
			const taskIds = [0, 1].map(() => (status ? harness.simulator.addTask({ status }) : ''));
			const begin = harness.simulator.tasks.size;
			injectFault(one, taskIds[0]);
			const items = taskIds.map((taskId, index) => ({ json: { taskId, prompt: `item ${index}` } }));
			const result = await time.run(harness.run(items, parameters, HANDLINGS[handling]));

			const isMendedByRetry = handling === 'Retry On Fail' && one.retryHelps === true;
			if (isMendedByRetry || one.outcome === 'passes')
				expectBoth(result, 'closeLoop' in parameters);
			else expectFailed(result, handling, one.outcome, one.hitsBoth ? 2 : 1);
			const isCreate = parameters['operation'] === 'create';
			expect(isCreate ? CREATES[one.create ?? 'taken'][handling] : [0]).toContain(
				harness.count('create'),
			);
			const tasks = [...harness.simulator.tasks.values()].slice(begin);
			const { byTask } = harness.simulator.bill(Date.now() + DAY_MS);
			const paid = tasks.filter(({ id }) => byTask.has(id)).map(({ video }) => video.prompt);
			expect(paid).toHaveLength(new Set(paid).size);
			expect(paid.length).toBeLessThanOrEqual(isCreate ? 2 : 0);

			expect(vi.getTimerCount()).toBeLessThanOrEqual(timersAfterStop);
			time.restore();
			await vi.waitFor(() => expect(harness.simulator.openRequests).toBe(0), { interval: 1 });
		},
	);
});

/** For each operation, a call that is under way when Stop is pressed. */
const STOPPED: ReadonlyArray<readonly [operation: string, on: RequestKind]> = [
	['cancel', 'cancel'],
	['getMany', 'list'],
	['getStatus', 'query'],
	['wait', 'query'],
];

describe('Stop while the service is silent', () => {
	it('is tried with every operation, creating apart', () => {
		expect(STOPPED.map(([operation]) => operation).sort()).toEqual(
			OPERATIONS.map(({ option }) => option.value).filter((value) => value !== 'create'),
		);
	});

	it.each(
		STOPPED.flatMap(([operation, on]) =>
			handlings.map((handling) => ({ operation, on, handling })),
		),
	)('ends $operation at once under $handling, as canceled', async ({ operation, on, handling }) => {
		const time = useVirtualTime({ heldRequests: harness.heldRequests });
		const taskId = harness.simulator.addTask({ status: 'PENDING' });
		harness.simulator.fault({ on, effect: 'hang', times: 9 });
		const wan = wanNode({ operation }, HANDLINGS[handling]);
		const run = harness.engine.run(workflow([itemsNode([{ json: { taskId } }]), wan]));
		setTimeout(() => run.stop(), 5_000);
		const result = await time.run(run.result);

		expect(result.run.status).toBe('canceled');
		expect(time.elapsedMs()).toBeLessThanOrEqual(5_100);
		expect(harness.count(on)).toBe(1);
		expect(JSON.stringify(result.run)).not.toContain("Check 'Region'");
	});
});

/** Lets it go wrong, for this task where it exists already. */
function injectFault({ on, effect, times = 1 }: Case, taskId: string | undefined): void {
	if (effect.effect === 'diskFull' || on === 'store') return void simulateFullDisk(times);
	harness.simulator.fault({
		on,
		times: Math.min(times, 999),
		...(taskId && on !== 'list' && { taskId }),
		...effect,
	});
}

/** Lets n8n's store take so many files less. */
function simulateFullDisk(times: number): void {
	const storing = vi.spyOn(Container.get(n8nCore.BinaryDataService), 'store');
	onTestFinished(() => storing.mockRestore());
	const full = new Error('ENOSPC: no space left on device, write');
	if (times === Infinity) storing.mockRejectedValue(full);
	else for (let time = 0; time < times; time++) storing.mockRejectedValueOnce(full);
}

function expectBoth(result: EngineResult, isStoryboard: boolean): void {
	const [first, second] = [{ item: 0 }, { item: 1 }];
	expect(result.error).toBeUndefined();
	expect(result.items('Wan', 0).map(({ json, pairedItem }) => [json['error'], pairedItem])).toEqual(
		isStoryboard
			? [
					[undefined, [first, second]],
					[undefined, [second, first]],
				]
			: [
					[undefined, first],
					[undefined, second],
				],
	);
}

function expectFailed(
	result: EngineResult,
	handling: Handling,
	outcome: RegExp,
	failing: number,
): void {
	const errors = (branch: number) =>
		result
			.items('Wan', branch)
			.flatMap(({ json }) => ('error' in json ? [String(json['error'])] : []));
	if (handling.startsWith('continue')) {
		const branch = handling === 'continue, regular' ? 0 : 1;
		expect(result.items('Wan', 0)).toHaveLength(branch === 0 ? 2 : 2 - failing);
		expect(errors(branch)).toHaveLength(failing);
		for (const error of errors(branch)) expect(error).toMatch(outcome);
		return;
	}
	expect(result.run.status).toBe('error');
	expect(errorText(result)).toMatch(outcome);
}
