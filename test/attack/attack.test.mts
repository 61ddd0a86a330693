/**
 * Every call of every operation meets spoiled answers, in many ways and by chance in more: the run ends in time, gives
 * what is right or says a sentence, pays once, and leaves nothing behind. A sample runs; `npm run test:deep` runs all, and
 * `ATTACK_RUNS=20` all with twenty times as many chances.
 */
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { OPERATIONS } from '../../nodes/WanKeyframeVideo/operations/index.ts';
import { credentialFor } from '../credential.mts';
import { timersAfterStop } from '../engine/n8nVersions.mts';
import { type Engine, type EngineResult, startEngine } from '../engine/engine.mts';
import { picture } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import type { NodeSettings, SourceItem } from '../engine/workflowBuilder.mts';
import { createFrom, itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { isDeep } from '../depth.mts';
import { printSeed, seed } from '../seed.mts';
import { type Simulator, startSimulator, type TaskSeed } from '../simulator/index.mts';
import { DELIVERIES, type Mutation, MUTATIONS } from './mutations.mts';
import { type AttackedCall, type Proxy, startProxy } from './proxy.mts';
import { pngUri } from '../simulator/testClient.mts';

printSeed('Attack');
const rounds = Number(process.env['ATTACK_RUNS'] ?? (isDeep ? 1 : 0));
/** How many run where the environment says nothing. */
const SAMPLE = 500;

/** Virtual time replaces the global one. */
const realSetTimeout = setTimeout;

const KEY = 'sk-a-key-that-nobody-may-see';
const MINUTE_MS = 60_000;
const red = await picture('#c03030');
const frame = pngUri(red);
const files = { firstFrame: { bytes: red }, lastFrame: { bytes: red } };

const HANDLINGS = {
	'stop on error': {},
	'continue on error': { onError: 'continueRegularOutput' },
	'Retry On Fail': { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
} as const satisfies Readonly<Record<string, NodeSettings>>;
type Handling = keyof typeof HANDLINGS;

interface Subject {
	readonly name: string;
	readonly parameters: INodeParameters;
	readonly calls: readonly AttackedCall[];
	readonly itemCount: number;
	/** The state of the task that each item has already; left out where the run creates it. */
	readonly status?: NonNullable<TaskSeed['status']>;
	readonly withFiles?: boolean;
	/** Minutes in which a try ends, whatever is done to it. */
	readonly minutes: number;
}

const TIMEOUT_MINUTES = 2;
const create = { ...createFrom(frame), duration: 2 };
const wait = { waitForCompletion: true, timeout: TIMEOUT_MINUTES };
/** Creates are sent again for a quarter of an hour while the service throttles them. */
const THROTTLED_MINUTES = 20;

const SUBJECTS: readonly Subject[] = [
	{
		name: 'create',
		parameters: create,
		calls: ['create'],
		itemCount: 2,
		minutes: THROTTLED_MINUTES,
	},
	{
		name: 'create with files',
		parameters: {
			operation: 'create',
			model: 'vidu/viduq3-pro_start-end2video',
			prompt: 'red stays red',
			firstFrameSource: 'binary',
			lastFrameSource: 'binary',
		},
		calls: ['policy', 'upload', 'create'],
		itemCount: 2,
		withFiles: true,
		minutes: THROTTLED_MINUTES,
	},
	{
		name: 'create that waits',
		parameters: { ...create, ...wait },
		calls: ['create', 'query', 'result'],
		itemCount: 2,
		minutes: THROTTLED_MINUTES + TIMEOUT_MINUTES,
	},
	{
		name: 'create that waits for many',
		parameters: { ...create, ...wait, downloadVideo: false },
		calls: ['list'],
		// From ten tasks on the list is looked at.
		itemCount: 10,
		minutes: TIMEOUT_MINUTES + 1,
	},
	{
		name: 'wait',
		parameters: { operation: 'wait', timeout: TIMEOUT_MINUTES },
		calls: ['query', 'result'],
		itemCount: 2,
		status: 'RUNNING',
		minutes: TIMEOUT_MINUTES + 1,
	},
	{
		name: 'get status with download',
		parameters: { operation: 'getStatus', downloadVideo: true },
		calls: ['query', 'result'],
		itemCount: 2,
		status: 'SUCCEEDED',
		minutes: 12,
	},
	{
		name: 'get many',
		parameters: { operation: 'getMany', returnAll: true },
		calls: ['list'],
		itemCount: 1,
		status: 'SUCCEEDED',
		minutes: 6,
	},
	{
		name: 'cancel',
		parameters: { operation: 'cancel' },
		calls: ['cancel'],
		itemCount: 2,
		status: 'PENDING',
		minutes: 3,
	},
];

interface Attack {
	readonly subject: Subject;
	readonly call: AttackedCall;
	readonly mutations: readonly Mutation[];
	readonly handling: Handling;
	/** How many answers in a row are spoiled. */
	readonly times: number;
}

const choices = fc.record({
	handling: fc.constantFrom<Handling>('stop on error', 'continue on error', 'Retry On Fail'),
	times: fc.constantFrom(1, 1, 2, 5, 999),
	delivery: fc.option(fc.constantFrom(...DELIVERIES), { freq: 2 }),
});

/** Each mutation of each call once, with the rest by chance. */
function attacksOn(subject: Subject, call: AttackedCall, round: number): Attack[] {
	const mutations = MUTATIONS.filter(({ calls }) => calls?.includes(call) ?? true);
	const chosen = fc.sample(choices, { seed: seed + round, numRuns: mutations.length });
	return mutations.flatMap((mutation, index) => {
		const choice = chosen[index];
		if (choice === undefined) return [];
		const { handling, times, delivery } = choice;
		// The same answer is delivered in one way.
		const second = delivery !== null && !('damage' in mutation.effect) ? [delivery] : [];
		return [{ subject, call, mutations: [mutation, ...second], handling, times }];
	});
}

function describeAttack({ subject, call, mutations, handling, times }: Attack): string {
	const what = mutations.map(({ name }) => name).join(' and ');
	return `${subject.name}: ${what} on ${call}, ${times} times, under ${handling} (TEST_SEED=${seed})`;
}

/** A service of its own for each of the attacks that run at once. */
interface TestService {
	readonly simulator: Simulator;
	readonly proxy: Proxy;
	readonly engine: Engine;
}

async function startLane(): Promise<TestService> {
	const simulator = await startSimulator({
		key: KEY,
		maxPixels: 64 * 64,
		times: { pendingMs: 500, runningMs: 5_000 },
		limits: { createsPerSecond: 1000, running: 1000, queriesPerSecond: 1000 },
		// Unpacking happens in other threads, where virtual time does not see it.
		gzip: false,
	});
	const proxy = await startProxy(simulator.url);
	const credentials = { dashScopeApi: credentialFor({ url: proxy.url, key: KEY }) };
	return { simulator, proxy, engine: await startEngine({ credentials }) };
}

const SERVICES = 24;
const services = await Promise.all(Array.from({ length: SERVICES }, startLane));
afterAll(async () => {
	for (const { proxy, simulator } of services) {
		await proxy[Symbol.asyncDispose]();
		await simulator.close();
	}
});
// What n8n sets up with its first request has timers of its own.
beforeAll(async () => {
	const nodes = [itemsNode([{}]), wanNode({ operation: 'getMany' })];
	await services[0]?.engine.run(workflow(nodes)).result;
});
const isOpen = ({ proxy, simulator }: TestService) =>
	proxy.openCount() + simulator.openRequests > 0;

function inject({ call, mutations, times }: Attack, { simulator, proxy }: TestService): void {
	for (const { effect } of mutations) {
		if ('damage' in effect) proxy.spoil(call, effect, times);
		else simulator.fault({ on: call, times, ...effect });
	}
}

interface Outcome {
	readonly result: EngineResult;
	readonly endedMs: number;
	readonly created: number;
}

async function attack(
	one: Attack,
	service: TestService,
	elapsedMs: () => number,
	items: SourceItem[],
): Promise<Outcome> {
	const { subject, handling } = one;
	const before = service.simulator.tasks.size;
	inject(one, service);
	const node = wanNode(subject.parameters, HANDLINGS[handling]);
	const result = await service.engine.run(workflow([itemsNode(items), node])).result;
	return { result, endedMs: elapsedMs(), created: service.simulator.tasks.size - before };
}

/** Words of JavaScript, of broken templates, and the key. */
const LEAKED_INTERNALS =
	/\bundefined\b|\bNaN\b|\[object |Cannot (read|destructure|set)|is not (a function|iterable)|is not defined|Maximum call stack|stack size|Unexpected token|in JSON at|TypeError|RangeError|ERR_[A-Z]|sk-a-key/;

/** What is wrong with how a run ended; nothing if it is empty. */
async function violationsOf(
	one: Attack,
	service: TestService,
	outcome: Outcome,
): Promise<string[]> {
	const { subject, handling } = one;
	const { result, endedMs, created } = outcome;
	const violations: string[] = [];
	const tries = handling === 'Retry On Fail' ? 2 : 1;
	if (endedMs > subject.minutes * tries * MINUTE_MS) {
		violations.push(`ended after ${Math.round(endedMs / 1000)} s`);
	}
	const mayCreate = subject.status === undefined ? subject.itemCount : 0;
	if (created > mayCreate) violations.push(`${created} tasks for ${mayCreate} items`);

	const items = result.items('Wan');
	const failed = items.flatMap(({ json }) => ('error' in json ? [String(json['error'])] : []));
	const { error } = result;
	const ending = error === undefined ? [] : [`${error.message}\n${error.description ?? ''}`];
	for (const said of [...failed, ...ending]) {
		const [headline = ''] = said.split('\n', 1);
		if (!/^\S.*\S{2}/.test(headline)) violations.push(`says nothing: '${said}'`);
		const unfit = LEAKED_INTERNALS.exec(said);
		if (unfit) violations.push(`says '${unfit[0]}': ${said}`);
	}
	if (error === undefined && items.length < subject.itemCount && subject.name !== 'get many') {
		violations.push(`${items.length} items of ${subject.itemCount} came out`);
	}
	if (JSON.stringify([result.run, result.customData]).includes(KEY)) violations.push('the key');

	for (const { json, binary } of items) {
		if (binary?.['data'] === undefined) continue;
		const got = await result.binaryBytes(binary['data']);
		const expected = await videoOf(service.simulator, String(json['taskId']));
		if (!got.equals(expected)) {
			violations.push(`a video of ${got.length} bytes in place of ${expected.length}`);
		}
	}
	return violations;
}

/** The bytes as the simulator itself serves them. */
async function videoOf({ url, key }: Simulator, taskId: string): Promise<Buffer> {
	const answer = await get(`${url}/api/v1/tasks/${taskId}`, { authorization: `Bearer ${key}` });
	const { output }: { output: { video_url: string } } = JSON.parse(answer.toString());
	return await get(output.video_url);
}

/** Without fetch(), whose idle connections leave timers. */
async function get(url: string, headers: Record<string, string> = {}): Promise<Buffer> {
	return await new Promise((resolve, reject) => {
		const sent = request(url, { headers, agent: false }, (response) => {
			buffer(response).then(resolve, reject);
		});
		sent.once('error', reject).end();
	});
}

function itemsFor({ subject }: Attack, { simulator }: TestService): SourceItem[] {
	const { status, itemCount, withFiles } = subject;
	return Array.from({ length: itemCount }, () => ({
		json: status === undefined ? {} : { taskId: simulator.addTask({ status }) },
		...(withFiles && { binary: files }),
	}));
}

/** Runs attacks at once, each in a service of its own, and gives what was wrong with any. */
async function attackTogether(attacks: readonly Attack[]): Promise<string[]> {
	const unhandled: unknown[] = [];
	const listener = (reason: unknown) => void unhandled.push(reason);
	process.on('unhandledRejection', listener);
	onTestFinished(() => void process.off('unhandledRejection', listener));
	const heldRequests = () => services.reduce((sum, { proxy }) => sum + proxy.heldCount(), 0);
	const time = useVirtualTime({ silentRequestMs: 150, heldRequests, stepMs: 250 });
	const runs = attacks.flatMap((one, index) => {
		const service = services[index];
		return service === undefined ? [] : [{ one, service, items: itemsFor(one, service) }];
	});
	const outcomes = await time.run(
		Promise.all(
			runs.map(
				async ({ one, service, items }) => await attack(one, service, time.elapsedMs, items),
			),
		),
	);
	const violations = await leftOpenBy(runs);
	const timers = vi.getTimerCount();
	for (const [index, { one, service }] of runs.entries()) {
		service.simulator.clearFaults();
		const outcome = outcomes[index];
		if (outcome === undefined) continue;
		const found = await violationsOf(one, service, outcome);
		violations.push(...found.map((violation) => `${describeAttack(one)}: ${violation}`));
	}
	const names = attacks.map(describeAttack).join('\n');
	if (timers > timersAfterStop) violations.push(`${timers} timers are left of\n${names}`);
	if (unhandled.length > 0) violations.push(`Unhandled: ${unhandled.join(', ')} in\n${names}`);
	time.restore();
	return violations;
}

/** Which runs have ended and left a request open, once what was closed had a moment to be noticed. */
async function leftOpenBy(
	runs: ReadonlyArray<{ readonly one: Attack; readonly service: TestService }>,
): Promise<string[]> {
	const openRuns = () => runs.filter(({ service }) => isOpen(service));
	for (let waitedMs = 0; waitedMs < 2_000 && openRuns().length > 0; waitedMs += 5) {
		await new Promise((resolve) => realSetTimeout(resolve, 5));
	}
	return openRuns().map(({ one }) => `${describeAttack(one)}: a request is left open`);
}

/** In groups of as many as there are services. */
function groupsOf(attacks: readonly Attack[]): Attack[][] {
	const count = Math.ceil(attacks.length / SERVICES);
	return Array.from({ length: count }, (_, at) =>
		attacks.slice(at * SERVICES, (at + 1) * SERVICES),
	);
}

const ALL = SUBJECTS.flatMap((subject) =>
	subject.calls.flatMap((call) =>
		Array.from({ length: Math.max(rounds, 1) }, (_, round) =>
			attacksOn(subject, call, round),
		).flat(),
	),
);

/** So many of them by chance, in their order. */
function sampleOf(attacks: Attack[], count: number): Attack[] {
	const some = fc.shuffledSubarray(attacks, { minLength: count, maxLength: count });
	const [chosen = []] = fc.sample(some, { seed, numRuns: 1 });
	const isChosen = new Set(chosen);
	return attacks.filter((one) => isChosen.has(one));
}

const CHOSEN = rounds > 0 ? ALL : sampleOf(ALL, SAMPLE);

const ATTACKS = SUBJECTS.flatMap((subject) =>
	subject.calls.map((call) => ({
		subject,
		call,
		attacks: CHOSEN.filter((one) => one.subject === subject && one.call === call),
	})),
);

it('there are at least 500 attacks, on every call of every operation', () => {
	expect(new Set(SUBJECTS.map(({ parameters }) => parameters['operation']))).toEqual(
		new Set(OPERATIONS.map(({ option }) => option.value)),
	);
	const counts = ATTACKS.map(({ attacks }) => attacks.length);
	expect(counts).not.toContain(0);
	expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(500);
	console.log(`${CHOSEN.length} of ${ALL.length} attacks`);
});

describe.each(ATTACKS)('$subject.name withstands spoiled answers to $call', ({ attacks }) => {
	it.each(groupsOf(attacks).map((group, index) => ({ group, part: index + 1 })))(
		'in time, with a sentence, paid once (part $part)',
		async ({ group }) => {
			expect(await attackTogether(group)).toEqual([]);
		},
	);
});
