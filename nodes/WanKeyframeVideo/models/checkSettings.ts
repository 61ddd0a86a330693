import { defaultOf } from './buildRequest';
import {
	SETTING_LABELS,
	type IntegerRule,
	type IntegerSet,
	type Model,
	type SettingName,
	type SettingRule,
	type SettingValue,
	type SettingValues,
} from './family';
import { settingEntries } from './findModel';

/** One thing to correct: the field's label, what stands there, and what the model takes. */
export interface Finding {
	readonly label: string;
	/** The rest of a sentence that begins with the label: what is there and what may be there. */
	readonly says: string;
}

/** How much of a value is repeated in a message, in characters. */
const SHOWN_LENGTH = 60;

/** Everything in `settings` that the service would refuse, cut or ignore for this model; empty when all is well. */
export function checkSettings(model: Model, settings: SettingValues): Finding[] {
	const given = settingEntries(settings).flatMap(([name, value]) => {
		const rule = model.settings[name];
		const says =
			rule === undefined ? notTaken(model, name) : violation(model, rule, value, settings);
		return says === undefined ? [] : [{ label: SETTING_LABELS[name], says }];
	});
	const missing = settingEntries(model.settings).flatMap(([name, rule]) =>
		rule.kind === 'text' && rule.required && settings[name] === undefined
			? [{ label: SETTING_LABELS[name], says: `is empty, but ${model.id} needs one` }]
			: [],
	);
	return [...missing, ...given];
}

function notTaken(model: Model, name: SettingName): string {
	return `is set, but ${model.id} does not take ${name === 'duration' ? 'one: its length is fixed' : 'it'}`;
}

function violation(
	model: Model,
	rule: SettingRule,
	value: SettingValue,
	settings: SettingValues,
): string | undefined {
	switch (rule.kind) {
		case 'text': {
			if (typeof value !== 'string') return expected(value, model, 'text');
			const length = characterCount(value);
			if (length <= rule.maxLength) return undefined;
			return `has ${length} characters, but ${model.id} takes at most ${rule.maxLength} and would silently cut the rest`;
		}
		case 'choice': {
			const values = rule.choices.map((choice) => choice.value);
			return typeof value === 'string' && values.includes(value)
				? undefined
				: expected(value, model, listed(values));
		}
		case 'integer': {
			const { allowed, condition } = allowedIntegers(model, rule, settings);
			return typeof value === 'number' && holds(allowed, value)
				? undefined
				: expected(value, model, describeIntegers(allowed) + condition);
		}
		case 'switch':
			return typeof value === 'boolean' ? undefined : expected(value, model, 'true or false');
	}
}

function expected(value: SettingValue, model: Model, range: string): string {
	const text = String(value);
	const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
	return `is ${typeof value === 'string' ? `"${shown}"` : shown}, but ${model.id} takes ${range}`;
}

/** The numbers a rule allows beside the other settings, or their defaults, with the words for a condition that holds. */
function allowedIntegers(
	model: Model,
	{ allowed, narrowed }: IntegerRule,
	settings: SettingValues,
): { allowed: IntegerSet; condition: string } {
	if (narrowed === undefined) return { allowed, condition: '' };
	const { by, to } = narrowed;
	const otherRule = model.settings[by];
	const other = settings[by] ?? (otherRule && defaultOf(otherRule));
	const fewer = Object.entries(to).find(([value]) => value === other)?.[1];
	if (fewer === undefined) return { allowed, condition: '' };
	return { allowed: fewer, condition: ` when '${SETTING_LABELS[by]}' is ${other}` };
}

/** True where the whole number is in the set; a fraction or NaN never is. */
export function holds(set: IntegerSet, value: number): boolean {
	return (
		Number.isInteger(value) &&
		set.some((part) =>
			typeof part === 'number' ? part === value : part[0] <= value && value <= part[1],
		)
	);
}

/** e.g. "a whole number from 2 to 15", "5, 8 or 10", "-1 or a whole number from 2 to 30". */
export function describeIntegers(set: IntegerSet): string {
	return listed(
		set.map((part) =>
			typeof part === 'number' ? String(part) : `a whole number from ${part[0]} to ${part[1]}`,
		),
	);
}

/** e.g. "720P", "720P or 1080P", "480P, 720P or 1080P". */
export function listed(values: readonly string[]): string {
	return values.length < 2
		? values.join('')
		: `${values.slice(0, -1).join(', ')} or ${values[values.length - 1]}`;
}

/** Characters as the service counts them: a surrogate pair is one. */
function characterCount(text: string): number {
	return Array.from(text).length;
}
