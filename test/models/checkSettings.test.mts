import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	checkSettings,
	includesInteger,
} from '../../nodes/WanKeyframeVideo/models/checkSettings.ts';
import { describeIntegers, joinWithOr } from '../../nodes/WanKeyframeVideo/models/describe.ts';
import type {
	ChoiceRule,
	IntegerRule,
	IntegerSet,
	SettingRule,
	SettingRules,
	SettingValue,
	SettingValues,
} from '../../nodes/WanKeyframeVideo/models/family.ts';
import { IMAGINARY_FAMILY } from './atelier.mts';
import { modelTaking, modelWith } from './imaginary.mts';

const check = (rules: SettingRules, settings: SettingValues) =>
	checkSettings(modelTaking(rules), settings);

/** What is said about one setting under one rule; nothing where it is fine. */
const says = (rule: SettingRule, value: SettingValue) =>
	check({ seed: rule }, { seed: value }).map((issue) => issue.problem);

const text = (
	maxLength: number,
	required = false,
	tooLong: 'cut' | 'refused' = 'cut',
): SettingRule => ({
	kind: 'text',
	in: 'input',
	field: 'text',
	maxLength,
	tooLong,
	required,
});

const integer = (allowed: IntegerSet): IntegerRule => ({
	kind: 'integer',
	in: 'parameters',
	field: 'number',
	allowed,
});

const choice: ChoiceRule = {
	kind: 'choice',
	in: 'parameters',
	field: 'choice',
	choices: [
		{ value: 'Small', apiValue: 's' },
		{ value: 'Large', apiValue: 'l' },
	],
	default: 'Small',
};

const flag: SettingRule = { kind: 'boolean', in: 'parameters', field: 'flag', default: false };

describe('a text', () => {
	it('may be as long as the limit, and not longer', () => {
		expect(says(text(5), 'abcde')).toEqual([]);
		expect(says(text(5), 'abcdef')).toEqual([
			'has 6 characters, but some-model takes at most 5 and would silently cut the rest',
		]);
	});

	it('that is too long is said to be refused where the service does not cut it', () => {
		expect(says(text(5, false, 'refused'), 'abcdef')).toEqual([
			'has 6 characters, but some-model takes at most 5 and refuses a longer one',
		]);
	});

	it('is counted in characters, whatever they need in memory', () => {
		expect(says(text(5), '猫'.repeat(5))).toEqual([]);
		expect(says(text(5), '🐈'.repeat(5))).toEqual([]);
		expect(says(text(5), '🐈'.repeat(6))).toEqual([expect.stringContaining('has 6 characters')]);
	});

	it('may be empty where none is needed', () => {
		expect(says(text(5), '')).toEqual([]);
		expect(check({ prompt: text(5) }, {})).toEqual([]);
	});

	it('is missed where one is needed', () => {
		expect(check({ prompt: text(5, true) }, {})).toEqual([
			{ label: 'Prompt', problem: 'is empty, but some-model needs one' },
		]);
		expect(check({ prompt: text(5, true) }, { prompt: 'cat' })).toEqual([]);
	});

	it.each([5, true])('is not %s', (value) => {
		expect(says(text(5), value)).toEqual([`is ${value}, but some-model takes text`]);
	});
});

describe('a choice', () => {
	it('is one of the listed', () => {
		expect(says(choice, 'Small')).toEqual([]);
		expect(says(choice, 'Large')).toEqual([]);
	});

	it.each(['small', 'Medium', '', 's', 'Small '])('is not "%s"', (value) => {
		expect(says(choice, value)).toEqual([`is "${value}", but some-model takes Small or Large`]);
	});

	it.each([720, false])('is not %s', (value) => {
		expect(says(choice, value)).toEqual([`is ${value}, but some-model takes Small or Large`]);
	});

	it('is shown in short where it is long', () => {
		const shown = `is "${'x'.repeat(60)}…", but some-model takes Small or Large`;
		expect(says(choice, 'x'.repeat(61))).toEqual([shown]);
		expect(says(choice, 'x'.repeat(60))).toEqual([shown.replace('…', '')]);
	});
});

describe('a number', () => {
	const rule = integer([-1, [2, 15]]);

	it.each([-1, 2, 3, 15])('may be %s', (value) => {
		expect(says(rule, value)).toEqual([]);
	});

	it.each([-2, 0, 1, 16, 2.5, NaN, Infinity, -Infinity])('may not be %s', (value) => {
		expect(says(rule, value)).toEqual([
			`is ${value}, but some-model takes -1 or a whole number from 2 to 15`,
		]);
	});

	it('is not its own text', () => {
		expect(says(rule, '5')).toEqual([
			'is "5", but some-model takes -1 or a whole number from 2 to 15',
		]);
		expect(says(rule, true)).toHaveLength(1);
	});

	it('is in a set exactly when one of its parts holds it', () => {
		const part = fc.oneof(
			fc.integer({ min: -20, max: 20 }),
			fc
				.tuple(fc.integer({ min: -20, max: 20 }), fc.nat(10))
				.map(([min, length]): [number, number] => [min, min + length]),
		);
		fc.assert(
			fc.property(fc.array(part), fc.integer({ min: -40, max: 40 }), (set, value) => {
				const all = set.flatMap((one) =>
					typeof one === 'number'
						? [one]
						: Array.from({ length: one[1] - one[0] + 1 }, (_, i) => one[0] + i),
				);
				expect(includesInteger(set, value)).toBe(all.includes(value));
				expect(includesInteger(set, value + 0.5)).toBe(false);
			}),
		);
	});
});

describe('a number that another setting restricts', () => {
	const rules: SettingRules = {
		resolution: choice,
		duration: {
			kind: 'integer',
			in: 'parameters',
			field: 'duration',
			allowed: [5, 8, 10],
			restricted: { by: 'resolution', to: { Large: [5, 8] } },
		},
	};

	it.each([
		['Small', 10],
		['Large', 8],
	])('at %s may be %s', (resolution, duration) => {
		expect(check(rules, { resolution, duration })).toEqual([]);
	});

	it('is refused with the smaller range and its condition', () => {
		expect(check(rules, { resolution: 'Large', duration: 10 })).toEqual([
			{
				label: 'Duration (Seconds)',
				problem: "is 10, but some-model takes 5 or 8 when 'Resolution' is Large",
			},
		]);
	});

	it('is refused with the whole range where nothing restricts it', () => {
		const whole = 'is 9, but some-model takes 5, 8 or 10';
		expect(check(rules, { resolution: 'Small', duration: 9 })).toMatchObject([{ problem: whole }]);
		expect(check(rules, { duration: 9 })).toMatchObject([{ problem: whole }]);
	});

	it('has no opinion on the other setting being wrong', () => {
		expect(check(rules, { resolution: 'Huge', duration: 10 })).toEqual([
			{ label: 'Resolution', problem: 'is "Huge", but some-model takes Small or Large' },
		]);
	});
});

describe('a number that a default restricts', () => {
	const rules: SettingRules = {
		resolution: { ...choice, default: 'Large', alwaysSent: true },
		duration: {
			kind: 'integer',
			in: 'parameters',
			field: 'duration',
			allowed: [5, 8, 10],
			restricted: { by: 'resolution', to: { Large: [5, 8] } },
		},
	};

	it('is refused where the default is what will be sent', () => {
		expect(check(rules, { duration: 10 })).toMatchObject([{ label: 'Duration (Seconds)' }]);
	});

	it.each(['constructor', 'toString', '__proto__'])('is not confused by "%s"', (word) => {
		expect(check(rules, { resolution: word, duration: 5 })).toMatchObject([
			{ label: 'Resolution' },
		]);
	});
});

describe('a setting that a value of another kind restricts', () => {
	const seconds = (by: 'audio' | 'seed', key: string): SettingRules => ({
		audio: flag,
		seed: integer([[0, 9]]),
		duration: { ...integer([[2, 15]]), restricted: { by, to: { [key]: [[2, 8]] } } },
	});

	it('is restricted by a switch, and by its default', () => {
		const rules = seconds('audio', 'true');
		expect(check(rules, { audio: true, duration: 9 })).toEqual([
			{
				label: 'Duration (Seconds)',
				problem: "is 9, but some-model takes a whole number from 2 to 8 when 'Audio' is true",
			},
		]);
		expect(check(rules, { audio: false, duration: 9 })).toEqual([]);
		expect(check(rules, { duration: 9 })).toEqual([]);
		expect(check(seconds('audio', 'false'), { duration: 9 })).toHaveLength(1);
	});

	it('is restricted by a number', () => {
		const rules = seconds('seed', '7');
		expect(check(rules, { seed: 7, duration: 9 })).toHaveLength(1);
		expect(check(rules, { seed: 6, duration: 9 })).toEqual([]);
		expect(check(rules, { duration: 9 })).toEqual([]);
	});

	it('may be a choice', () => {
		const rules: SettingRules = {
			duration: integer([[2, 15]]),
			resolution: { ...choice, restricted: { by: 'duration', to: { '15': ['Small'] } } },
		};
		expect(check(rules, { duration: 15, resolution: 'Large' })).toEqual([
			{
				label: 'Resolution',
				problem: 'is "Large", but some-model takes Small when \'Duration (Seconds)\' is 15',
			},
		]);
		expect(check(rules, { duration: 14, resolution: 'Large' })).toEqual([]);
	});
});

describe('a switch', () => {
	it('is true or false', () => {
		expect(says(flag, true)).toEqual([]);
		expect(says(flag, false)).toEqual([]);
	});

	it.each(['true', 'yes', ''])('is not the text "%s"', (value) => {
		expect(says(flag, value)).toEqual([`is "${value}", but some-model takes true or false`]);
	});

	it.each([0, 1])('is not %s', (value) => {
		expect(says(flag, value)).toEqual([`is ${value}, but some-model takes true or false`]);
	});
});

describe('a setting that the model does not take', () => {
	it('is refused by name, whatever its value', () => {
		for (const value of ['', 0, false, 'adaptive']) {
			expect(check({}, { ratio: value })).toEqual([
				{ label: 'Aspect Ratio', problem: 'is set, but some-model does not take it' },
			]);
		}
	});

	it('is explained where it is the length', () => {
		const model = modelWith({ settings: {}, fixedSeconds: 5 });
		expect(checkSettings(model, { duration: 5 })).toEqual([
			{
				label: 'Duration (Seconds)',
				problem: 'is set, but some-model does not take one: its length is fixed',
			},
		]);
	});

	it('is not there when it is undefined', () => {
		const settings: { ratio?: string } = {};
		expect(check({}, settings)).toEqual([]);
	});
});

it('everything that is wrong is said at once', () => {
	const issues = checkSettings(modelTaking(IMAGINARY_FAMILY.settings), {
		resolution: '4K',
		duration: 4,
		audio: 'on',
		template: 1,
		seed: 1,
	});
	expect(issues.map(({ label }) => label)).toEqual([
		'Prompt',
		'Resolution',
		'Duration (Seconds)',
		'Audio',
		'Template',
		'Seed',
	]);
});

describe('ranges in words', () => {
	it.each<[IntegerSet, string]>([
		[[[2, 15]], 'a whole number from 2 to 15'],
		[[5, 8, 10], '5, 8 or 10'],
		[[-1, [2, 30]], '-1 or a whole number from 2 to 30'],
		[[4], '4'],
	])('%j', (set, words) => {
		expect(describeIntegers(set)).toBe(words);
	});

	it.each([
		[[], ''],
		[['720P'], '720P'],
		[['720P', '1080P'], '720P or 1080P'],
		[['480P', '720P', '1080P'], '480P, 720P or 1080P'],
	])('%j', (values, words) => {
		expect(joinWithOr(values)).toBe(words);
	});
});
