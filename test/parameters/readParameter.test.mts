import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	type ParameterReader,
	readParameters,
} from '../../nodes/WanKeyframeVideo/parameters/readParameter.ts';
import { readTaskId } from '../../nodes/WanKeyframeVideo/parameters/taskFields.ts';
import {
	readWaitForCompletion,
	readWaitOptions,
} from '../../nodes/WanKeyframeVideo/parameters/waitFields.ts';
import { contextWith } from './parameterContext.mts';

const FIELD = { name: 'field', label: 'Field' };

/** What the reader makes of a value: the value, or the problem with it. */
function read<T>(value: unknown, build: (read: ParameterReader) => T): unknown {
	const result = readParameters(contextWith({ field: value }), 0, build);
	return result.ok
		? result.value
		: result.error.map(({ label, problem }) => `'${label}' ${problem}`);
}

const readText = (value: unknown) => read(value, (reader) => reader.text(FIELD, 'default'));
const readNumber = (value: unknown) =>
	read(value, (reader) => reader.number(FIELD, { default: 30, min: 1, max: 60 }));
const readBoolean = (value: unknown) => read(value, (reader) => reader.boolean(FIELD, true));
const readChoice = (value: unknown) =>
	read(value, (reader) => reader.choice(FIELD, ['auto', 'upload'], 'auto'));

/** What an expression gives that finds nothing, and a hidden field. */
const NOTHING = [undefined, null, '', '  \n'];
const OBJECTS = [{ a: 1 }, [], {}, ['a cat']];

describe('a text', () => {
	it('is trimmed, and a number is its text', () => {
		expect([readText(' a cat '), readText(7), readText(0)]).toEqual(['a cat', '7', '0']);
	});

	it('has its default where nothing is set', () => {
		expect(NOTHING.map(readText)).toEqual(NOTHING.map(() => 'default'));
	});

	it.each([
		[{ a: 1 }, `'Field' is an object ({"a":1}), but it takes text`],
		[['a cat'], `'Field' is a list (["a cat"]), but it takes text`],
		[true, `'Field' is true, but it takes text`],
		[NaN, `'Field' is NaN, but it takes text`],
	])('is not %j', (value, sentence) => {
		expect(readText(value)).toEqual([sentence]);
	});

	it.each(['[object Object]', 'undefined', ' null '])(
		'is not "%s", which an expression left',
		(value) => {
			expect(readText(value)).toEqual([
				`'Field' is "${value.trim()}", which is what an expression gives that finds no text`,
			]);
		},
	);

	it('is shown in short in the message, however large the value is', () => {
		const [sentence] = [readText({ a: 'x'.repeat(30_000) })].flat();
		expect(String(sentence).length).toBeLessThan(150);
	});
});

describe('a number', () => {
	it('may be text', () => {
		expect([readNumber(5), readNumber(' 5 '), readNumber('2.5')]).toEqual([5, 5, 2.5]);
	});

	it('has its default where nothing is set', () => {
		expect(NOTHING.map(readNumber)).toEqual(NOTHING.map(() => 30));
	});

	it.each([0, -5, 'abc', '1 min', true, NaN, Infinity, 61, ...OBJECTS])('is not %j', (value) => {
		expect(readNumber(value)).toEqual([
			expect.stringMatching(/^'Field' is .+, but it takes a number/),
		]);
	});

	it('names its range', () => {
		expect(readNumber(0)).toEqual(["'Field' is 0, but it takes a number from 1 up to 60"]);
	});
});

describe('a switch', () => {
	it.each([true, 'true', 'TRUE', ' True ', 1, '1'])('is on for %j', (value) => {
		expect(readBoolean(value)).toBe(true);
	});

	it.each([false, 'false', 'FALSE', 0, '0'])('is off for %j', (value) => {
		expect(readBoolean(value)).toBe(false);
	});

	it('has its default where nothing is set', () => {
		expect(NOTHING.map(readBoolean)).toEqual(NOTHING.map(() => true));
	});

	it.each(['yes', 2, ['true'], {}])('is not %j', (value) => {
		expect(readBoolean(value)).toEqual([expect.stringContaining('takes true or false')]);
	});
});

describe('a choice', () => {
	it('is one of its values, or the default', () => {
		expect([readChoice(' upload '), readChoice(''), readChoice(null)]).toEqual([
			'upload',
			'auto',
			'auto',
		]);
	});

	it.each(['Upload', 5, ['upload']])('is not %j', (value) => {
		expect(readChoice(value)).toEqual([expect.stringContaining('takes auto or upload')]);
	});
});

describe('a collection', () => {
	const inner = { name: 'inner', label: 'Inner' };
	const readInner = (value: unknown) =>
		read(value, (reader) => reader.collection(FIELD).boolean(inner, false));

	it('has fields of its own, with the same rules', () => {
		expect([readInner({ inner: 'TRUE' }), readInner({}), readInner(undefined)]).toEqual([
			true,
			false,
			false,
		]);
		expect(readInner({ inner: 'maybe' })).toEqual([
			expect.stringContaining('\'Inner\' is "maybe"'),
		]);
	});

	it.each(['text', 5, []])('is not %j', (value) => {
		expect(readInner(value)).toEqual([expect.stringContaining('takes an object')]);
	});
});

it('whatever an expression gives, reading ends in a value of the type or in an issue', () => {
	fc.assert(
		fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => {
			for (const result of [
				readText(value),
				readNumber(value),
				readBoolean(value),
				readChoice(value),
			]) {
				const isIssues =
					Array.isArray(result) && result.every((issue) => typeof issue === 'string');
				expect(isIssues || ['string', 'number', 'boolean'].includes(typeof result)).toBe(true);
			}
		}),
	);
});

describe('the fields of waiting', () => {
	const waitWith = (parameters: Record<string, unknown>) =>
		readWaitOptions(contextWith(parameters), 0);

	it('have their defaults where nothing is set', () => {
		expect(waitWith({})).toEqual({
			ok: true,
			value: {
				downloadVideo: false,
				simplify: true,
				binaryProperty: 'data',
				fileName: '',
				polling: { kind: 'automatic' },
				timeoutMs: 1_800_000,
				onTimeout: 'error',
				cancelOnStop: false,
			},
		});
	});

	it('are read as a spreadsheet writes them', () => {
		const options = { polling: 'fixed', pollInterval: '20', cancelOnStop: 'TRUE', fileName: 7 };
		expect(waitWith({ timeout: '2', downloadVideo: 1, simplify: 'false', options })).toMatchObject({
			value: {
				timeoutMs: 120_000,
				downloadVideo: true,
				simplify: false,
				polling: { kind: 'fixed', intervalMs: 20_000 },
				cancelOnStop: true,
				fileName: '7',
			},
		});
	});

	it.each([
		[{ timeout: 0 }, "'Timeout (Minutes)' is 0, but it takes a number from 0.1"],
		[{ timeout: -5 }, "'Timeout (Minutes)' is -5"],
		[{ timeout: 'abc' }, '\'Timeout (Minutes)\' is "abc"'],
		[{ downloadVideo: 'maybe' }, '\'Download Video\' is "maybe"'],
		[{ options: { polling: 'fixed', pollInterval: 0.5 } }, "'Poll Interval (Seconds)' is 0.5"],
		[{ options: { onTimeout: 'ignore' } }, '\'On Timeout\' is "ignore"'],
		[{ options: 'none' }, '\'Options\' is "none"'],
	])('are refused by name: %j', (parameters, sentence) => {
		expect(waitWith(parameters)).toMatchObject({
			ok: false,
			error: { message: expect.stringContaining(sentence) },
		});
	});

	it('are all named where several are wrong', () => {
		const result = waitWith({ timeout: 0, simplify: 'maybe' });
		expect(result).toMatchObject({
			error: {
				message: expect.stringContaining('Timeout'),
				description: expect.stringContaining('Simplify'),
			},
		});
	});

	it('are not needed by a Create that does not wait', () => {
		const waits = (value: unknown) =>
			readWaitForCompletion(contextWith({ waitForCompletion: value }), 0);
		expect([waits('TRUE'), waits(undefined)]).toEqual([
			{ ok: true, value: true },
			{ ok: true, value: false },
		]);
		expect(waits('perhaps')).toMatchObject({ ok: false });
	});
});

describe('a task ID', () => {
	const taskId = (value: unknown) => readTaskId(contextWith({ taskId: value }), 0);

	it('is trimmed', () => {
		expect(taskId(' 0385dc79-5ff8 ')).toEqual({ ok: true, value: '0385dc79-5ff8' });
	});

	it.each([
		[undefined, "'Task ID' is empty"],
		['', "'Task ID' is empty"],
		['../x', '\'Task ID\' is "../x", which cannot be the ID of a task'],
		[{ id: 1 }, '\'Task ID\' is an object ({"id":1}), but it takes text'],
		['undefined', '\'Task ID\' is "undefined"'],
	])('is not %j', (value, sentence) => {
		expect(taskId(value)).toMatchObject({
			ok: false,
			error: {
				message: expect.stringContaining(sentence),
				description: expect.stringContaining('taskId in the output of Create'),
			},
		});
	});
});
