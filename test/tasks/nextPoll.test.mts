import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	nextPoll,
	type Polling,
	type PollState,
} from '../../nodes/WanKeyframeVideo/tasks/nextPoll.ts';

const AUTOMATIC: Polling = { kind: 'automatic' };

/** Two days: a task is kept for one. */
const elapsedMs = fc.integer({ min: 0, max: 48 * 3_600_000 });
const queries = fc.integer({ min: 1, max: 100_000 });
const faults = fc.nat(2_000);
const intervalMs = fc.integer({ min: 1_000, max: 3_600_000 });
const isNew = fc.boolean();
const asked: fc.Arbitrary<PollState> = fc.record({ elapsedMs, queries, faults, isNew });
const polling: fc.Arbitrary<Polling> = fc.oneof(
	fc.constant(AUTOMATIC),
	intervalMs.map((ms): Polling => ({ kind: 'fixed', intervalMs: ms })),
);

describe('the pause before a query', () => {
	it('is never less than none, and the same for the same state', () => {
		const anyState = fc.record({ elapsedMs, queries: fc.nat(100_000), faults, isNew });
		fc.assert(
			fc.property(polling, anyState, (how, state) => {
				const pauseMs = nextPoll(Object.freeze(how), Object.freeze(state));
				expect(pauseMs).toBeGreaterThanOrEqual(0);
				expect(pauseMs).toBeLessThanOrEqual(3_600_000);
				expect(nextPoll({ ...how }, { ...state })).toBe(pauseMs);
			}),
		);
	});

	it('is none before the first query for a task that exists', () => {
		fc.assert(
			fc.property(polling, elapsedMs, (how, elapsed) => {
				const state = { elapsedMs: elapsed, queries: 0, faults: 0, isNew: false };
				expect(nextPoll(how, state)).toBe(0);
			}),
		);
	});

	it('is two seconds before the first query for a new task, or shorter where the interval is', () => {
		const state = { elapsedMs: 0, queries: 0, faults: 0, isNew: true };
		expect(nextPoll(AUTOMATIC, state)).toBe(2_000);
		expect(nextPoll({ kind: 'fixed', intervalMs: 1_000 }, state)).toBe(1_000);
		expect(nextPoll({ kind: 'fixed', intervalMs: 60_000 }, state)).toBe(2_000);
	});

	it('grows with the time gone by, from 3 to 15 seconds', () => {
		fc.assert(
			fc.property(asked, elapsedMs, (state, longer) => {
				const calm = { ...state, faults: 0 };
				const pauseMs = nextPoll(AUTOMATIC, calm);
				expect(pauseMs).toBeGreaterThanOrEqual(3_000);
				expect(pauseMs).toBeLessThanOrEqual(15_000);
				const later = { ...calm, elapsedMs: calm.elapsedMs + longer };
				expect(nextPoll(AUTOMATIC, later)).toBeGreaterThanOrEqual(pauseMs);
			}),
		);
		const at = (ms: number) =>
			nextPoll(AUTOMATIC, { elapsedMs: ms, queries: 1, faults: 0, isNew: true });
		expect([0, 30_000, 70_000, 150_000, 600_000].map(at)).toEqual([
			3_000, 3_000, 7_000, 15_000, 15_000,
		]);
	});

	it('is the interval that the user set, whatever time has gone by', () => {
		fc.assert(
			fc.property(intervalMs, asked, (ms, state) => {
				expect(nextPoll({ kind: 'fixed', intervalMs: ms }, { ...state, faults: 0 })).toBe(ms);
			}),
		);
	});

	it('doubles with each fault in a row, up to a minute', () => {
		const after = (count: number) =>
			nextPoll(AUTOMATIC, { elapsedMs: 0, queries: 5, faults: count, isNew: false });
		expect([0, 1, 2, 3, 4, 5, 100].map(after)).toEqual([
			3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000,
		]);
	});

	it('is never shortened by a fault, and beyond a minute not lengthened', () => {
		fc.assert(
			fc.property(polling, asked, (how, state) => {
				const regular = nextPoll(how, { ...state, faults: 0 });
				const pauseMs = nextPoll(how, state);
				expect(pauseMs).toBeGreaterThanOrEqual(regular);
				expect(pauseMs).toBeLessThanOrEqual(Math.max(60_000, regular));
				const onceMore = nextPoll(how, { ...state, faults: state.faults + 1 });
				expect(onceMore).toBeGreaterThanOrEqual(pauseMs);
			}),
		);
	});
});
