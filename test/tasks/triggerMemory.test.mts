import { describe, expect, it } from 'vitest';
import {
	createTriggerMemory,
	type Polled,
	type StoredData,
} from '../../nodes/WanKeyframeVideo/tasks/triggerMemory.ts';
import {
	readTriggerState,
	type TriggerState,
} from '../../nodes/WanKeyframeVideo/tasks/triggerState.ts';

const NOW_MS = Date.UTC(2026, 10, 24, 12);

const stateOf = (fromMs: number): TriggerState => ({
	fromMs,
	handled: { one: fromMs },
	filter: { statuses: ['SUCCEEDED'], models: ['wan2.7-i2v'] },
	polledAtMs: NOW_MS,
});

const FIRST = stateOf(1);
const SECOND = stateOf(2);

function pollOf(stored: StoredData, activation: object = stored, trigger = 'trigger') {
	return { trigger, activation, isActivation: false, stored, now: () => NOW_MS };
}

const bring = (state: TriggerState, ...items: string[]) => {
	return async (): Promise<Polled<string>> => ({ items, state });
};

/** Work that goes on until it is told to end. */
function longWork<T>() {
	let end: (polled: Polled<T>) => void = () => undefined;
	const ended = new Promise<Polled<T>>((resolve) => {
		end = resolve;
	});
	return { work: async () => await ended, end };
}

describe('polls of a trigger', () => {
	it('begin with what the last one left in what n8n stores', async () => {
		const memory = createTriggerMemory();
		const stored: StoredData = {};
		expect(await memory.run(pollOf(stored), bring(FIRST, 'a'))).toEqual(['a']);
		const seen: unknown[] = [];
		await memory.run(pollOf(stored), async (state) => {
			seen.push(state);
			return { items: [], state: SECOND };
		});
		expect(seen).toEqual([FIRST]);
		expect(stored.endedTasks).toEqual(SECOND);
	});

	it('leave everything as it was where they bring no state, or throw', async () => {
		const memory = createTriggerMemory();
		const stored: StoredData = { endedTasks: FIRST };
		expect(await memory.run(pollOf(stored), async () => ({ items: ['a'] }))).toEqual([]);
		const broken = memory.run(pollOf(stored), async () => {
			throw new Error('no');
		});
		await expect(broken).rejects.toThrow('no');
		expect(stored.endedTasks).toBe(FIRST);
		expect(await memory.run(pollOf(stored), bring(SECOND, 'b'))).toEqual(['b']);
	});

	it('do not begin while one is under way', async () => {
		const memory = createTriggerMemory();
		const stored: StoredData = { endedTasks: FIRST };
		const long = longWork<string>();
		const polling = memory.run(pollOf(stored), long.work);
		const other = async (): Promise<Polled<string>> => {
			throw new Error('began');
		};
		expect(await memory.run(pollOf(stored), other)).toEqual([]);
		long.end({ items: ['a'], state: SECOND });
		expect(await polling).toEqual(['a']);
		expect(stored.endedTasks).toBe(SECOND);
	});

	it('do not stand in the way of those of other triggers', async () => {
		const memory = createTriggerMemory();
		const long = longWork<string>();
		const polling = memory.run(pollOf({}), long.work);
		expect(await memory.run(pollOf({}, {}, 'other'), bring(FIRST, 'a'))).toEqual(['a']);
		long.end({ items: [] });
		await polling;
	});

	it('come to nothing where the trigger is activated anew, whose poll then begins', async () => {
		const memory = createTriggerMemory();
		const stored: StoredData = { endedTasks: FIRST };
		const storedAnew: StoredData = { endedTasks: FIRST };
		let signal: AbortSignal | undefined;
		const long = longWork<string>();
		const polling = memory.run(pollOf(stored), async (_, given) => {
			signal = given;
			return await long.work();
		});
		const anew = memory.run(pollOf(storedAnew), bring(SECOND, 'a'));
		expect(signal?.aborted).toBe(true);
		long.end({ items: ['a'], state: SECOND });
		expect(await polling).toEqual([]);
		expect(stored.endedTasks).toBe(FIRST);
		expect(await anew).toEqual(['a']);
		expect(storedAnew.endedTasks).toBe(SECOND);
	});
});

describe('where n8n did not keep what the first poll left', () => {
	it('the next one of the same process knows how it began', async () => {
		const memory = createTriggerMemory();
		await memory.run(pollOf({}), bring(FIRST));
		const seen: unknown[] = [];
		for (let poll = 0; poll < 2; poll++) {
			await memory.run(pollOf({}), async (state) => {
				seen.push(state);
				// What it found may be lost as well.
				return { items: ['a'], state: SECOND };
			});
		}
		expect(seen).toEqual([FIRST, FIRST]);
	});

	it.each([
		['once it did keep something', pollOf({ endedTasks: SECOND })],
		['once the trigger is activated again', { ...pollOf({}), isActivation: true }],
	])('that is forgotten %s', async (_, later) => {
		const memory = createTriggerMemory();
		await memory.run(pollOf({}), bring(FIRST));
		await memory.run(later, async () => ({ items: [] }));
		const seen: unknown[] = [];
		await memory.run(pollOf({}), async (state) => {
			seen.push(state);
			return { items: [] };
		});
		expect(seen).toEqual([undefined]);
	});
});

describe('what n8n stored', () => {
	it('is read back as it was', () => {
		const full = { ...FIRST, endedCount: 3 };
		expect(readTriggerState(JSON.parse(JSON.stringify(full)), NOW_MS)).toEqual(full);
		expect(readTriggerState(JSON.parse(JSON.stringify(FIRST)), NOW_MS)).toEqual(FIRST);
	});

	it.each([
		['nothing', undefined],
		['null', null],
		['a text', 'state'],
		['a list', []],
		['an empty object', {}],
		['a time that is none', { ...FIRST, fromMs: 'soon' }],
		['a time far ahead', { ...FIRST, fromMs: NOW_MS + 24 * 3_600_000 }],
		['tasks that are none', { ...FIRST, handled: ['one'] }],
		['tasks without times', { ...FIRST, handled: { one: 'yes' } }],
		['no filter', { ...FIRST, filter: undefined }],
		['a filter of numbers', { ...FIRST, filter: { statuses: [1], models: [] } }],
	])('counts as no state where it is %s', (_, stored) => {
		expect(readTriggerState(stored, NOW_MS)).toBeUndefined();
	});
});
