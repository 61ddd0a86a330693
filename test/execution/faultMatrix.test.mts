/**
 * Every operation meets every fault, under every way of handling it: what comes out, on which branch, how many
 * creates were sent, and what is left behind. The first of two items meets the fault; the second must never notice.
 */
import type { INodeParameters } from 'n8n-workflow';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { timersAfterStop } from '../engine/differences.mts';
import type { EngineResult } from '../engine/engine.mts';
import { Container, n8nCore } from '../engine/n8n.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import type { NodeSettings } from '../engine/workflowBuilder.mts';
import type { FaultEffect, RequestKind } from '../simulator/index.mts';
import { createFrom } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, told } from '../engine/nodeTest.mts';

const stage = await setupNodeTest({ times: { pendingMs: 500, runningMs: 20_000 } });
// In the body itself, so that the service has nothing to fetch and no timers of its own for that.
const red = `data:image/png;base64,${(await picture('#c03030')).toString('base64')}`;
// What n8n sets up with its first request has timers of its own.
beforeAll(async () => void (await stage.run([{}], { operation: 'getMany' })));

const create = {
	...createFrom(red),
	prompt: '={{ $json.prompt }}',
	duration: 2,
};

/** What the first item comes to: `passes` although the fault came, or fails with these words. */
type Outcome = 'passes' | RegExp;

interface Case {
	readonly fault: string;
	readonly on: RequestKind | 'store';
	readonly effect: FaultEffect | { readonly effect: 'diskFull' };
	/** How often in a row it comes; `Infinity` for good. */
	readonly times?: number;
	readonly outcome: Outcome;
	/** Where Retry On Fail helps, since the fault is gone by then and sending again is safe. */
	readonly retryHelps?: boolean;
	/** What the fault means for a create: refused for now or for good, or nobody knows whether a task exists. */
	readonly create?: 'refused for now' | 'refused' | 'in doubt';
}

/** How a task may end without a video, with what the user reads. */
const FAILURES: ReadonlyArray<readonly [code: string, message: string, outcome: RegExp]> = [
	['InvalidParameter', 'url error, please check url!', /does not serve this model at the address/],
	['DataInspectionFailed', 'Input data may contain inappropriate content.', /content inspection/],
	['IPInfringementSuspect', 'Input data is suspected of infringement.', /is FAILED: /],
	['InvalidImage.FileFormat', 'The image format is not supported.', /is FAILED: /],
	['InternalError.Timeout', 'Internal error.', /is FAILED: DashScope could not do the work/],
	['SomethingNew', 'Nobody knows this code.', /is FAILED: /],
];

const THROTTLED = [
	'Throttling',
	'Throttling.RateQuota',
	'Throttling.BurstRate',
	'Throttling.AllocationQuota',
];
const HOST = /The host does not answer the way DashScope does/;
const BROKEN = /The connection to DashScope broke before an answer came/;
const SERVER = /DashScope could not do the work|The model is not available/;

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
		once: /The host redirects to another address/,
		isTransient: false,
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

const asking = (on: RequestKind): Case[] =>
	CALL_FAULTS.map(({ fault, effect, once }) => ({
		fault,
		on,
		effect,
		outcome: once,
		retryHelps: true,
	}));

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

const downloading: Case[] = [
	{
		fault: 'an expired link',
		on: 'result',
		effect: { effect: 'error', code: 'AccessDenied', status: 403 },
		times: Infinity,
		outcome: /link to the video is no longer valid/,
	},
	{
		fault: 'a video that is cut off for good',
		on: 'result',
		effect: { effect: 'truncate' },
		times: Infinity,
		outcome: /could not be downloaded|is not whole|broke/i,
	},
	{
		fault: 'a video that is cut off once',
		on: 'result',
		effect: { effect: 'truncate' },
		outcome: 'passes',
	},
	{
		fault: 'another content type',
		on: 'result',
		effect: { effect: 'contentType', contentType: 'text/html' },
		times: Infinity,
		outcome: 'passes',
	},
	{
		fault: 'a full disk for good',
		on: 'store',
		effect: { effect: 'diskFull' },
		times: Infinity,
		outcome: /could not be downloaded/,
	},
	{
		fault: 'a full disk once',
		on: 'store',
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
			create: isThrottled ? 'refused for now' : isRefused ? 'refused' : 'in doubt',
		};
	}),
	{
		fault: 'a reset after the task exists',
		on: 'create',
		effect: { effect: 'reset', when: 'after' },
		outcome: BROKEN,
		create: 'in doubt',
	},
	{
		fault: 'a missing task ID',
		on: 'create',
		effect: { effect: 'omit', fields: ['output.task_id'] },
		outcome: HOST,
		create: 'in doubt',
	},
];

/** Creates that may be sent for two items: one each, and one more only for what was clearly refused. */
function createsAllowed({ create, fault }: Case, handling: string): number[] {
	const goesOn = handling.startsWith('continue');
	switch (create) {
		case 'refused for now':
			return [3];
		case 'refused':
			return goesOn ? [2] : handling === 'Retry On Fail' ? [3] : [1];
		case 'in doubt':
			// The second item goes before the first one's time-out, or not at all.
			return goesOn || fault === 'a hang' ? [2] : [1, 2];
		default:
			return [2];
	}
}

interface Subject {
	readonly operation: string;
	readonly parameters: INodeParameters;
	readonly cases: readonly Case[];
	/** A task that both items have already, in this status. */
	readonly status?: 'SUCCEEDED' | 'PENDING';
	/** Paid for both items where nothing goes wrong with the create. */
	readonly creates: number;
}

const createAndWait = { ...create, waitForCompletion: true };
const SUBJECTS: readonly Subject[] = [
	{ operation: 'create', parameters: create, cases: creating, creates: 2 },
	{
		operation: 'create and wait',
		parameters: createAndWait,
		// Each of two new tasks would meet one of two UNKNOWNs, and be forgiven it.
		cases: [
			...creating,
			...waiting.filter(({ fault }) => fault !== 'UNKNOWN twice'),
			...downloading,
		],
		creates: 2,
	},
	{
		operation: 'wait',
		parameters: { operation: 'wait' },
		cases: [...waiting, ...downloading, withoutLink],
		status: 'SUCCEEDED',
		creates: 0,
	},
	{
		operation: 'get status',
		parameters: { operation: 'getStatus' },
		cases: asking('query'),
		status: 'SUCCEEDED',
		creates: 0,
	},
	{
		operation: 'get status with download',
		parameters: { operation: 'getStatus', downloadVideo: true },
		cases: [...downloading, withoutLink],
		status: 'SUCCEEDED',
		creates: 0,
	},
	{
		operation: 'cancel',
		parameters: { operation: 'cancel' },
		cases: asking('cancel'),
		status: 'PENDING',
		creates: 0,
	},
	{
		operation: 'get many',
		parameters: { operation: 'getMany', limit: 1 },
		cases: asking('list'),
		creates: 0,
	},
];

const HANDLING: Readonly<Record<string, NodeSettings>> = {
	'stop on error': {},
	'continue, regular': { onError: 'continueRegularOutput' },
	'continue, error output': { onError: 'continueErrorOutput' },
	'Retry On Fail': { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
};

/** The second item's task is canceled by the time the first one's call has timed out, and cannot be canceled again. */
const isCanceledTwice = ({ operation }: Subject, { fault }: Case, handling: string) =>
	operation === 'cancel' && fault === 'a hang' && handling === 'Retry On Fail';

const CASES = SUBJECTS.flatMap((subject) =>
	subject.cases.flatMap((one) =>
		Object.keys(HANDLING)
			.filter((handling) => !isCanceledTwice(subject, one, handling))
			.map((handling) => ({
				subject,
				one,
				handling,
				operation: subject.operation,
				fault: one.fault,
				on: one.on,
			})),
	),
);

it('is large enough', () => expect(CASES.length).toBeGreaterThanOrEqual(400));

describe('fault matrix', () => {
	it.each(CASES)('$operation, $fault on $on, $handling', async ({ subject, one, handling }) => {
		// What waits on purpose need not be told from what is only slow.
		const isSlow = ['hang', 'drip'].includes(one.effect.effect) || one.on === 'result';
		const time = useVirtualTime(isSlow ? { silentRequestMs: 300 } : {});
		const taskIds = [0, 1].map(() =>
			subject.status ? stage.simulator.addTask({ status: subject.status }) : '',
		);
		const begin = stage.simulator.tasks.size;
		strike(one, taskIds[0]);
		const items = taskIds.map((taskId, index) => ({ json: { taskId, prompt: `item ${index}` } }));
		const result = await time.run(stage.run(items, subject.parameters, HANDLING[handling]));

		const passes = handling === 'Retry On Fail' && one.retryHelps === true;
		if (passes || one.outcome === 'passes') expectBoth(result);
		else expectFailed(result, handling, one.outcome, isMetByBoth(subject, one) ? 2 : 1);
		expect(subject.creates === 0 ? [0] : createsAllowed(one, handling)).toContain(
			stage.count('create'),
		);
		expect(stage.simulator.tasks.size - begin).toBeLessThanOrEqual(subject.creates);

		expect(vi.getTimerCount()).toBeLessThanOrEqual(timersAfterStop);
		time.restore();
		await vi.waitFor(() => expect(stage.simulator.openRequests).toBe(0));
	});
});

/** Lets it go wrong, for this task where it exists already. */
function strike({ on, effect, times = 1 }: Case, taskId: string | undefined): void {
	if (effect.effect === 'diskFull' || on === 'store') return void fillDisk(times);
	stage.simulator.fault({
		on,
		times: Math.min(times, 99),
		...(taskId && on !== 'list' && { taskId }),
		...effect,
	});
}

/** Lets n8n's store take so many files less. */
function fillDisk(times: number): void {
	const storing = vi.spyOn(Container.get(n8nCore.BinaryDataService), 'store');
	onTestFinished(() => storing.mockRestore());
	const full = new Error('ENOSPC: no space left on device, write');
	if (times === Infinity) storing.mockRejectedValue(full);
	else for (let time = 0; time < times; time++) storing.mockRejectedValueOnce(full);
}

function expectBoth(result: EngineResult): void {
	expect(result.error).toBeUndefined();
	expect(result.items('Wan', 0).map(({ json, pairedItem }) => [json['error'], pairedItem])).toEqual(
		[
			[undefined, { item: 0 }],
			[undefined, { item: 1 }],
		],
	);
}

/** The store knows no tasks, and those that are created in the run have no ID yet that the fault could be aimed at. */
const isMetByBoth = ({ status }: Subject, { on }: Case): boolean =>
	on === 'store' || (on === 'result' && status === undefined);

function expectFailed(
	result: EngineResult,
	handling: string,
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
	expect(told(result)).toMatch(outcome);
}
