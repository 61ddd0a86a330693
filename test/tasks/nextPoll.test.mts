import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	nextPoll,
	type Polling,
	type PollState,
} from '../../nodes/WanKeyframeVideo/tasks/nextPoll.ts';

const AUTOMATIC: Polling = { kind: 'automatic' };

/** Two days: a task is kept for one. */
const ageMs = fc.integer({ min: 0, max: 48 * 3_600_000 });
const queries = fc.integer({ min: 1, max: 100_000 });
const faults = fc.nat(2_000);
const intervalMs = fc.integer({ min: 1_000, max: 3_600_000 });
const isNew = fc.boolean();
const asked: fc.Arbitrary<PollState> = fc.record({ ageMs, queries, faults, isNew });
const polling: fc.Arbitrary<Polling> = fc.oneof(
	fc.constant(AUTOMATIC),
	intervalMs.map((ms): Polling => ({ kind: 'fixed', intervalMs: ms })),
);

describe('the pause before a query', () => {
	it('is never negative, and the same for the same state', () => {
		const anyState = fc.record({ ageMs, queries: fc.nat(100_000), faults, isNew });
		fc.assert(
			fc.property(polling, anyState, (how, state) => {
				const pauseMs = nextPoll(Object.freeze(how), Object.freeze(state));
				expect(pauseMs).toBeGreaterThanOrEqual(0);
				expect(pauseMs).toBeLessThanOrEqual(3_600_000);
				expect(nextPoll({ ...how }, { ...state })).toBe(pauseMs);
			}),
		);
	});

	it('is zero before the first query for a task that exists', () => {
		fc.assert(
			fc.property(polling, ageMs, (how, elapsed) => {
				const state = { ageMs: elapsed, queries: 0, faults: 0, isNew: false };
				expect(nextPoll(how, state)).toBe(0);
			}),
		);
	});

	it('is two seconds before the first query for a new task, or shorter where the interval is', () => {
		const state = { ageMs: 0, queries: 0, faults: 0, isNew: true };
		expect(nextPoll(AUTOMATIC, state)).toBe(2_000);
		expect(nextPoll({ kind: 'fixed', intervalMs: 1_000 }, state)).toBe(1_000);
		expect(nextPoll({ kind: 'fixed', intervalMs: 60_000 }, state)).toBe(2_000);
	});

	it('is about ten seconds where nothing is known of the run time', () => {
		fc.assert(
			fc.property(asked, (state) => {
				expect(nextPoll(AUTOMATIC, { ...state, faults: 0 })).toBe(10_600);
			}),
		);
	});

	it('lasts until the earliest expected end, in parts of a minute at most', () => {
		const at = (ms: number) =>
			nextPoll(AUTOMATIC, {
				ageMs: ms,
				estimate: { runMs: 100_000, spreadMs: 10_000 },
				queries: 1,
				faults: 0,
				isNew: true,
			});
		expect([2_000, 62_000, 92_400, 105_000, 111_000, 150_000, 300_000].map(at)).toEqual([
			60_000, 30_400, 2_400, 2_400, 2_400, 10_000, 15_000,
		]);
	});

	it('counts from the time at which the task began to run', () => {
		const estimate = { runMs: 50_000, spreadMs: 5_000 };
		const state = { estimate, queries: 1, faults: 0, isNew: true };
		expect(nextPoll(AUTOMATIC, { ...state, ageMs: 42_000, startAgeMs: 40_000 })).toBe(45_400);
		expect(nextPoll(AUTOMATIC, { ...state, ageMs: 42_000, startAgeMs: 0 })).toBe(5_400);
	});

	it('is the interval that the user set, whatever time has gone by', () => {
		fc.assert(
			fc.property(intervalMs, asked, (ms, state) => {
				expect(nextPoll({ kind: 'fixed', intervalMs: ms }, { ...state, faults: 0 })).toBe(ms);
			}),
		);
	});

	it('doubles with each error in a row, up to a minute', () => {
		const after = (count: number) =>
			nextPoll(AUTOMATIC, { ageMs: 0, queries: 5, faults: count, isNew: false });
		expect([0, 1, 2, 3, 4, 5, 100].map(after)).toEqual([
			10_600, 21_200, 42_400, 60_000, 60_000, 60_000, 60_000,
		]);
	});

	it('is never shortened by an error, and beyond a minute not lengthened', () => {
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
