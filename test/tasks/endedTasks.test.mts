/** What a poll of the trigger finds, asks and remembers. */
import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';
import {
	findLatestEndedTask,
	pollEndedTasks,
	type EndedTasks,
} from '../../nodes/WanKeyframeVideo/tasks/endedTasks.ts';
import type { TriggerState } from '../../nodes/WanKeyframeVideo/tasks/triggerState.ts';
import { ListedService, type ServiceTask, type ServiceTraits } from './listedService.mts';
import { Timeline } from './timeline.mts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START_MS = Date.UTC(2026, 10, 24, 12);

const SUCCEEDED = { statuses: ['SUCCEEDED'], models: ['wan2.7-i2v'] };
const ALL_ENDS = { ...SUCCEEDED, statuses: ['SUCCEEDED', 'FAILED', 'CANCELED'] };

const BROKEN: ApiError = { kind: 'unreachable', cause: 'ECONNRESET', connectFailed: false };

class Scene {
	readonly time = new Timeline(START_MS);
	readonly service: ListedService;
	state: TriggerState | undefined;
	faultAt: ServiceTraits['faultAt'] = () => undefined;
	private made = 0;

	constructor(traits: Partial<ServiceTraits> = {}) {
		this.service = new ListedService(this.time, {
			aheadMs: 0,
			order: 'newest first',
			maxPageSize: 100,
			refusesLargerPages: false,
			queryLagMs: 0,
			callMs: () => 100,
			faultAt: (atMs, call) => this.faultAt(atMs, call),
			...traits,
		});
	}

	/** A task with times relative to the first poll; gives its ID. */
	add(submittedMs: number, endedMs = Infinity, traits: Partial<ServiceTask> = {}): string {
		const id = `task-${++this.made}`;
		this.service.tasks.push({
			id,
			model: 'wan2.7-i2v',
			submittedMs: START_MS + submittedMs,
			startedMs: START_MS + submittedMs + SECOND,
			endedMs: START_MS + endedMs,
			outcome: 'SUCCEEDED',
			lagMs: 0,
			...traits,
		});
		return id;
	}

	/** Many tasks that are submitted one second after another. */
	addMany(count: number, submittedMs: number, endedMs = Infinity): string[] {
		return Array.from({ length: count }, (_, index) => {
			return this.add(submittedMs + index * SECOND, endedMs + index);
		});
	}

	/** Polls at a time relative to START_MS; the IDs of what it gives, without what is held back. */
	async poll(atMs: number, filter = SUCCEEDED, heldBack: string[] = []): Promise<string[]> {
		const outcome = await this.outcome(atMs, filter);
		if (outcome === undefined) return [];
		this.state = outcome.remember(new Set(heldBack));
		return outcome.tasks.map(({ taskId }) => taskId).filter((id) => !heldBack.includes(id));
	}

	/** What a poll brings, with nothing remembered yet; undefined where the service gave no list. */
	async outcome(
		atMs: number,
		filter = SUCCEEDED,
		isTimeUp = () => false,
	): Promise<EndedTasks | undefined> {
		await this.time.runTo(START_MS + atMs);
		const polling = pollEndedTasks({
			...(this.state && { state: this.state }),
			filter,
			nowMs: this.time.now(),
			source: this.service,
			isTimeUp,
		});
		await this.time.runTo(this.time.now() + 30 * SECOND);
		const polled = await polling;
		return polled.ok ? polled.value : undefined;
	}

	/** How many calls of the list a poll makes. */
	async listCalls(atMs: number, filter = SUCCEEDED): Promise<number> {
		const before = this.service.listCalls;
		await this.poll(atMs, filter);
		return this.service.listCalls - before;
	}
}

describe('the first poll', () => {
	it('gives nothing of what had ended, and everything that ends from then on', async () => {
		const scene = new Scene();
		scene.add(-2 * HOUR, -HOUR);
		const running = scene.add(-2 * HOUR, MINUTE);
		expect(await scene.poll(0)).toEqual([]);
		expect(await scene.poll(2 * MINUTE)).toEqual([running]);
		expect(await scene.poll(3 * MINUTE)).toEqual([]);
	});

	it('knows what had ended also where the service forgets a task while the list is read', async () => {
		const scene = new Scene({ order: 'oldest first', maxPageSize: 10, callMs: () => SECOND });
		// It is gone before the second page is read, and all others move up by one.
		scene.add(-24 * HOUR + 1.5 * SECOND, -23 * HOUR);
		scene.addMany(25, -2 * HOUR, -HOUR);
		await scene.poll(0);
		const id = scene.add(0, MINUTE);
		expect(await scene.poll(2 * MINUTE)).toEqual([id]);
	});

	it('begins with nothing where its time is up before it has seen all that had ended', async () => {
		const scene = new Scene({ maxPageSize: 10 });
		scene.addMany(25, -2 * HOUR, -HOUR);
		const begin = scene.service.calls;
		const isTimeUp = () => scene.service.calls > begin + 1;
		expect(await scene.outcome(0, SUCCEEDED, isTimeUp)).toBeUndefined();
	});

	it('remembers no more than the tasks that the list will show again', async () => {
		const scene = new Scene();
		scene.addMany(90, -3 * HOUR, -2 * HOUR);
		const shown = scene.addMany(3, -30 * SECOND, -20 * SECOND);
		await scene.poll(0);
		expect(Object.keys(scene.state?.handled ?? {})).toEqual(shown);
	});
});

describe('a poll gives each task that ended', () => {
	it('once, also where several end in the same millisecond, in a fixed order', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const ids = [scene.add(0, MINUTE), scene.add(0, MINUTE), scene.add(-SECOND, MINUTE)];
		expect(await scene.poll(2 * MINUTE)).toEqual([ids[2], ids[0], ids[1]]);
		expect(await scene.poll(3 * MINUTE)).toEqual([]);
	});

	it('once, although a task that was submitted before it shows up in the list much later', async () => {
		const scene = new Scene();
		scene.add(-11 * MINUTE, -9 * MINUTE);
		scene.add(-SECOND, -100);
		await scene.poll(0);
		scene.add(-10 * MINUTE, HOUR, { lagMs: 11 * MINUTE });
		const first = scene.add(0, MINUTE);
		expect(await scene.poll(2 * MINUTE)).toEqual([first]);
		const second = scene.add(0, 3 * MINUTE);
		expect(await scene.poll(4 * MINUTE)).toEqual([second]);
	});

	it('in the order of the ends, not of the submissions', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const late = scene.add(0, 3 * MINUTE);
		const early = scene.add(MINUTE, 2 * MINUTE);
		expect(await scene.poll(4 * MINUTE)).toEqual([early, late]);
	});

	it('also after hours, and although later ones ended and were given long before', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const slow = scene.add(0, 5 * HOUR);
		const quick = scene.addMany(30, MINUTE, 10 * MINUTE);
		expect(await scene.poll(HOUR)).toEqual(quick);
		expect(await scene.poll(4 * HOUR)).toEqual([]);
		expect(await scene.poll(6 * HOUR)).toEqual([slow]);
	});

	it('of its models only, and lets others neither in nor into what it remembers', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const ours = scene.add(0, MINUTE);
		for (let index = 0; index < 50; index++) scene.add(index, MINUTE, { model: 'paraformer-v2' });
		expect(await scene.poll(2 * MINUTE)).toEqual([ours]);
		expect(Object.keys(scene.state?.handled ?? {})).toEqual([ours]);
	});

	it('with a status that is asked for', async () => {
		const scene = new Scene();
		await scene.poll(0, ALL_ENDS);
		const failed = scene.add(0, MINUTE, { outcome: 'FAILED' });
		const canceled = scene.add(0, 2 * MINUTE, { outcome: 'CANCELED' });
		const other = new Scene();
		await other.poll(0);
		other.add(0, MINUTE, { outcome: 'FAILED' });
		expect(await scene.poll(3 * MINUTE, ALL_ENDS)).toEqual([failed, canceled]);
		expect(await other.poll(3 * MINUTE)).toEqual([]);
	});

	it.each([-50, 50])('with a clock of the service that is %i minutes ahead', async (minutes) => {
		const scene = new Scene({ aheadMs: minutes * MINUTE });
		scene.add(-2 * MINUTE, -MINUTE);
		await scene.poll(0);
		const id = scene.add(MINUTE, 2 * MINUTE);
		expect(await scene.poll(3 * MINUTE)).toEqual([id]);
	});

	it.each([
		['cut', false],
		['refused', true],
	])('from as many pages as there are, where larger ones are %s', async (_, refusesLargerPages) => {
		const scene = new Scene({ maxPageSize: 10, refusesLargerPages });
		await scene.poll(0);
		const ids = scene.addMany(35, 0, 5 * MINUTE);
		expect(await scene.poll(6 * MINUTE)).toEqual(ids);
		expect(await scene.poll(7 * MINUTE)).toEqual([]);
	});

	it('after the state came back as it was when something was last given', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const first = scene.add(0, MINUTE);
		expect(await scene.poll(2 * MINUTE)).toEqual([first]);
		const stored = scene.state;
		for (let hour = 1; hour < 20; hour++) await scene.poll(hour * HOUR);
		expect(scene.state?.fromMs).not.toBe(stored?.fromMs);
		scene.state = stored;
		const second = scene.add(20 * HOUR, 21 * HOUR);
		expect(await scene.poll(22 * HOUR)).toEqual([second]);
	});

	it('after almost a day without a poll', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const ids = [scene.add(10 * MINUTE, HOUR), scene.add(20 * HOUR, 21 * HOUR)];
		const outcome = await scene.outcome(23.9 * HOUR);
		expect(outcome?.tasks.map(({ taskId }) => taskId)).toEqual(ids);
		expect(outcome?.unseenMs).toBeUndefined();
	});

	it('that the service still keeps after more than a day without a poll, and tells of the others', async () => {
		const scene = new Scene();
		await scene.poll(0);
		scene.add(MINUTE, HOUR);
		const kept = scene.add(29 * HOUR, 30 * HOUR);
		const outcome = await scene.outcome(52 * HOUR);
		expect(outcome?.tasks.map(({ taskId }) => taskId)).toEqual([kept]);
		expect(outcome?.unseenMs).toBe(52 * HOUR);
	});
});

describe('where the service fails', () => {
	it('a list without an answer leaves everything as it is', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const id = scene.add(0, MINUTE);
		const before = scene.state;
		scene.faultAt = () => BROKEN;
		expect(await scene.outcome(2 * MINUTE)).toBeUndefined();
		scene.faultAt = () => undefined;
		expect(scene.state).toBe(before);
		expect(await scene.poll(3 * MINUTE)).toEqual([id]);
	});

	it('on a later page of the list, nothing is given, and everything by the next poll', async () => {
		const scene = new Scene({ maxPageSize: 10 });
		await scene.poll(0);
		const ids = scene.addMany(25, 0, 5 * MINUTE);
		const begin = scene.service.calls;
		scene.faultAt = (_, call) => (call === begin + 3 ? BROKEN : undefined);
		expect(await scene.outcome(6 * MINUTE)).toBeUndefined();
		expect(await scene.poll(7 * MINUTE)).toEqual(ids);
	});

	it('at a query, what ended before that task is given, and the rest by the next poll', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const ids = [scene.add(0, MINUTE), scene.add(0, 2 * MINUTE), scene.add(0, 3 * MINUTE)];
		const begin = scene.service.calls;
		// The first page, the list, and then the second query.
		scene.faultAt = (_, call) => (call === begin + 3 ? BROKEN : undefined);
		const outcome = await scene.outcome(4 * MINUTE);
		expect(outcome?.tasks.map(({ taskId }) => taskId)).toEqual(ids.slice(0, 1));
		expect(outcome?.error).toEqual(BROKEN);
		scene.state = outcome?.remember(new Set());
		expect(await scene.poll(5 * HOUR)).toEqual(ids.slice(1));
	});

	it('at many queries, it is not asked for all the others', async () => {
		const scene = new Scene();
		await scene.poll(0);
		scene.addMany(90, 0, 5 * MINUTE);
		const begin = scene.service.calls;
		scene.faultAt = (_, call) => (call >= begin + 2 ? BROKEN : undefined);
		await scene.outcome(6 * MINUTE);
		expect(scene.service.calls - begin).toBeLessThan(30);
	});
});

describe('a task waits for a later poll', () => {
	it('where the time of a poll is up', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const ids = scene.addMany(50, 0, 5 * MINUTE);
		const begin = scene.service.calls;
		const isTimeUp = () => scene.service.calls >= begin + 2 + 20;
		const outcome = await scene.outcome(6 * MINUTE, SUCCEEDED, isTimeUp);
		expect(outcome?.tasks.map(({ taskId }) => taskId)).toEqual(ids.slice(0, 20));
		scene.state = outcome?.remember(new Set());
		expect(await scene.poll(7 * MINUTE)).toEqual(ids.slice(20));
	});

	it('while the query does not know yet that it ended', async () => {
		const scene = new Scene({ queryLagMs: 2 * MINUTE });
		await scene.poll(0);
		const id = scene.add(0, MINUTE);
		expect(await scene.poll(2 * MINUTE)).toEqual([]);
		expect(await scene.poll(4 * MINUTE)).toEqual([id]);
		expect(await scene.poll(5 * MINUTE)).toEqual([]);
	});

	it('where it is held back, however long, and does not hold up others', async () => {
		const scene = new Scene({ maxPageSize: 10 });
		await scene.poll(0);
		const held = scene.add(0, MINUTE);
		const others = scene.addMany(30, MINUTE, 2 * MINUTE);
		expect(await scene.poll(3 * MINUTE, SUCCEEDED, [held])).toEqual(others);
		expect(await scene.poll(5 * HOUR, SUCCEEDED, [held])).toEqual([]);
		expect(await scene.poll(6 * HOUR)).toEqual([held]);
	});
});

describe('a filter that is changed', () => {
	it('gives nothing that had ended before by the new filter alone', async () => {
		const scene = new Scene();
		await scene.poll(0);
		scene.add(0, MINUTE, { outcome: 'FAILED' });
		const succeeded = scene.add(0, MINUTE);
		expect(await scene.poll(2 * MINUTE, ALL_ENDS)).toEqual([succeeded]);
		const failed = scene.add(0, 3 * MINUTE, { outcome: 'FAILED' });
		expect(await scene.poll(4 * MINUTE, ALL_ENDS)).toEqual([failed]);
	});

	it('gives what was under way long before for a model that is new to it, and nothing twice', async () => {
		const scene = new Scene();
		await scene.poll(0);
		const other = scene.add(MINUTE, 5 * HOUR, { model: 'kling' });
		const ours = scene.add(MINUTE, 2 * MINUTE);
		expect(await scene.poll(3 * MINUTE)).toEqual([ours]);
		scene.add(2 * HOUR, 3 * HOUR);
		await scene.poll(4 * HOUR);
		const both = { ...SUCCEEDED, models: ['kling', 'wan2.7-i2v'] };
		expect(await scene.poll(4.5 * HOUR, both)).toEqual([]);
		expect(await scene.poll(6 * HOUR, both)).toEqual([other]);
	});
});

describe('calls of the list', () => {
	it('are one while nothing ends, with more tasks waiting than a page holds', async () => {
		const scene = new Scene({ maxPageSize: 10 });
		await scene.poll(0);
		scene.addMany(60, MINUTE);
		await scene.poll(3 * MINUTE);
		expect(await scene.listCalls(4 * MINUTE)).toBe(1);
	});

	it('are one once all of a batch have ended, although it fills several pages', async () => {
		const scene = new Scene({ maxPageSize: 10, refusesLargerPages: true });
		await scene.poll(0);
		scene.addMany(15, MINUTE, 4 * MINUTE);
		await scene.poll(5 * MINUTE);
		expect(await scene.listCalls(6 * MINUTE)).toBe(1);
		scene.addMany(60, HOUR, 1.1 * HOUR);
		await scene.poll(1.2 * HOUR);
		expect(await scene.listCalls(1.3 * HOUR)).toBe(1);
		expect(await scene.listCalls(4 * HOUR)).toBe(1);
	});

	it('are one while nothing ends, for several statuses too, where the tasks fit on a page', async () => {
		const scene = new Scene();
		scene.addMany(50, -MINUTE);
		await scene.poll(0, ALL_ENDS);
		expect(await scene.listCalls(2 * MINUTE, ALL_ENDS)).toBe(1);
	});

	it.each([
		['empty', 0],
		['quiet', 40],
	])('are one in a %s account at any hour', async (_, tasks) => {
		const scene = new Scene({ maxPageSize: 10 });
		scene.addMany(tasks, -HOUR, -30 * MINUTE);
		await scene.poll(0);
		let polls = 0;
		const before = scene.service.listCalls;
		for (let hour = 0.5; hour < 60; hour += 0.5) {
			await scene.poll(hour * HOUR);
			polls++;
		}
		// Now and then the state is renewed, which takes another.
		expect(scene.service.listCalls - before).toBeLessThan(polls * 1.1);
	});
});

describe('the latest task that ended', () => {
	const find = async (scene: Scene, filter = SUCCEEDED) => {
		const { time, service } = scene;
		const request = { filter, nowMs: time.now(), source: service, isTimeUp: () => false };
		const finding = findLatestEndedTask(request);
		await time.runTo(time.now() + 30 * SECOND);
		const found = await finding;
		return found.ok ? found.value?.taskId : undefined;
	};

	it('is the one that finished last, of the models and statuses', async () => {
		const scene = new Scene({ maxPageSize: 10 });
		scene.addMany(25, -3 * HOUR, -2 * HOUR);
		const latest = scene.add(-3 * HOUR, -MINUTE);
		scene.add(-2 * HOUR, -SECOND, { model: 'paraformer-v2' });
		const failed = scene.add(-2 * HOUR, -SECOND, { outcome: 'FAILED' });
		scene.add(-2 * HOUR);
		expect(await find(scene)).toBe(latest);
		expect(await find(scene, ALL_ENDS)).toBe(failed);
	});

	it('is none where none has ended', async () => {
		const scene = new Scene();
		scene.add(-HOUR);
		expect(await find(scene)).toBeUndefined();
	});
});
