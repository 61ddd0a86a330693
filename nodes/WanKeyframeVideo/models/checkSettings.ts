import { describeIntegers, joinWithOr, quoteValue, type ValidationIssue } from './describe';
import type {
	ChoiceRule,
	IntegerRule,
	IntegerSet,
	Model,
	Restriction,
	SettingName,
	SettingRule,
	SettingValue,
	SettingValues,
	TextRule,
} from './family';
import { defaultOf, SETTING_LABELS, settingEntries } from './settings';

/**
 * Everything in `settings` that the service would refuse, cut or ignore for this model; empty if
 * all is well.
 */
export function checkSettings(model: Model, settings: SettingValues): ValidationIssue[] {
	const missing = settingEntries(model.settings).flatMap(([name, rule]) =>
		rule.kind === 'text' && rule.required && settings[name] === undefined
			? [{ label: SETTING_LABELS[name], problem: `is empty, but ${model.id} needs one` }]
			: [],
	);
	const invalid = settingEntries(settings).flatMap(([name, value]) => {
		const rule = model.settings[name];
		const problem =
			rule === undefined
				? notAcceptedProblem(model, name)
				: valueProblem(model, rule, value, settings);
		return problem === undefined ? [] : [{ label: SETTING_LABELS[name], problem }];
	});
	return [...missing, ...invalid];
}

function notAcceptedProblem(model: Model, name: SettingName): string {
	return name === 'duration' && model.fixedSeconds !== undefined
		? `is set, but ${model.id} does not take one: its length is fixed`
		: `is set, but ${model.id} does not take it`;
}

function valueProblem(
	model: Model,
	rule: SettingRule,
	value: SettingValue,
	settings: SettingValues,
): string | undefined {
	switch (rule.kind) {
		case 'text':
			return typeof value === 'string'
				? lengthProblem(model, rule, value)
				: describeInvalidValue(value, model, 'text');
		case 'choice': {
			const { values, condition } = allowedChoices(model, rule, settings);
			return typeof value === 'string' && values.includes(value)
				? undefined
				: describeInvalidValue(value, model, joinWithOr(values) + condition);
		}
		case 'integer': {
			const { values, condition } = allowedIntegers(model, rule, settings);
			return typeof value === 'number' && includesInteger(values, value)
				? undefined
				: describeInvalidValue(value, model, describeIntegers(values) + condition);
		}
		case 'boolean':
			return typeof value === 'boolean'
				? undefined
				: describeInvalidValue(value, model, 'true or false');
	}
}

const describeInvalidValue = (value: SettingValue, model: Model, range: string): string =>
	`is ${quoteValue(value)}, but ${model.id} takes ${range}`;

function lengthProblem(
	model: Model,
	{ maxLength, tooLong }: TextRule,
	text: string,
): string | undefined {
	const length = characterCount(text);
	if (length <= maxLength) return undefined;
	const consequence =
		tooLong === 'cut' ? 'and would silently cut the rest' : 'and refuses a longer one';
	return `has ${length} characters, but ${model.id} takes at most ${maxLength} ${consequence}`;
}

interface AllowedValues<Values> {
	readonly values: Values;
	/** Words for the end of a sentence, where another setting allows fewer values; else empty. */
	readonly condition: string;
}

const allowedChoices = (model: Model, rule: ChoiceRule, settings: SettingValues) =>
	restrict(
		model,
		settings,
		rule.choices.map(({ value }): string => value),
		rule.restricted,
	);

const allowedIntegers = (model: Model, rule: IntegerRule, settings: SettingValues) =>
	restrict(model, settings, rule.allowed, rule.restricted);

/** The values that a rule allows beside the other settings, or their defaults. */
function restrict<Values>(
	model: Model,
	settings: SettingValues,
	values: Values,
	restriction: Restriction<Values> | undefined,
): AllowedValues<Values> {
	if (restriction === undefined) return { values, condition: '' };
	const { by, to } = restriction;
	const other = settings[by] ?? defaultOf(model.settings[by]);
	// Values of any kind are compared as text; own members only, so that "constructor" is none.
	const fewer = Object.entries(to).find(([key]) => key === String(other))?.[1];
	return fewer === undefined
		? { values, condition: '' }
		: { values: fewer, condition: ` ${describeCondition(by, String(other))}` };
}

/** e.g. "when 'Resolution' is 1080P". */
function describeCondition(by: SettingName, value: string): string {
	return `when '${SETTING_LABELS[by]}' is ${value}`;
}

/** e.g. ["5 or 8 when 'Resolution' is 1080P"]. */
export function describeRestriction<Values>(
	restriction: Restriction<Values> | undefined,
	describe: (values: Values) => string,
): string[] {
	if (restriction === undefined) return [];
	const { by, to } = restriction;
	return Object.entries(to).map(
		([value, values]) => `${describe(values)} ${describeCondition(by, value)}`,
	);
}

/** True if the whole number is in the set; a fraction or NaN never is. */
export function includesInteger(set: IntegerSet, value: number): boolean {
	return (
		Number.isInteger(value) &&
		set.some((part) =>
			typeof part === 'number' ? part === value : part[0] <= value && value <= part[1],
		)
	);
}

/** Characters as the service counts them: a surrogate pair is one. */
function characterCount(text: string): number {
	return Array.from(text).length;
}
