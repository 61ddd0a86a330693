import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTaskIds } from '../../nodes/WanKeyframeVideo/execution/customData.ts';
import { printSeed, seed } from '../seed.mts';

printSeed('custom data');

const uuid = (index: number) => `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`;
const uuids = (count: number) => Array.from({ length: count }, (_, index) => uuid(index));
const added = (ids: readonly string[], maxValues = 10) =>
	ids.reduce<string[]>((values, id) => addTaskIds(values, [id], maxValues), []);

describe('the task IDs in the custom data of an execution', () => {
	it('fill one key after the other, 13 to a key', () => {
		expect(added(uuids(3))).toEqual([uuids(3).join(',')]);
		expect(added(uuids(30)).map((value) => value.split(',').length)).toEqual([13, 13, 4]);
	});

	it('say at their end how many more there are, where not all fit into the ten keys of n8n', () => {
		const values = added(uuids(500));
		expect(values).toHaveLength(10);
		expect(values.flatMap((value) => value.split(',')).slice(0, 130)).toEqual(uuids(130));
		expect(values.at(-1)).toMatch(/,\+370 more$/);
	});

	it('leave out an ID that stands there already', () => {
		expect(addTaskIds([uuid(1)], [uuid(1), uuid(2)], 10)).toEqual([`${uuid(1)},${uuid(2)}`]);
	});

	it('leave keys to other nodes that use them', () => {
		expect(added(uuids(30), 1)).toEqual([`${uuids(13).join(',')},+17 more`]);
		expect(added(uuids(3), 0)).toEqual([]);
	});

	it('are all there or counted, and no value is longer than n8n keeps', () => {
		const id = fc.string({ unit: fc.constantFrom(...'abcdef0123-'), minLength: 1, maxLength: 60 });
		fc.assert(
			fc.property(
				fc.uniqueArray(id, { maxLength: 120 }),
				fc.integer({ min: 1, max: 10 }),
				(ids, maxValues) => {
					const values = added(ids, maxValues);
					const parts = values.flatMap((value) => value.split(','));
					const omitted = Number(/^\+(\d+) more$/.exec(parts.at(-1) ?? '')?.[1] ?? 0);
					const kept = parts.filter((part) => !part.startsWith('+'));
					expect(values.length).toBeLessThanOrEqual(maxValues);
					expect(values.every(({ length }) => length <= 512)).toBe(true);
					expect(kept.every((part) => ids.includes(part))).toBe(true);
					expect(kept.length + omitted).toBe(ids.length);
				},
			),
			{ seed, numRuns: 200 },
		);
	});
});
