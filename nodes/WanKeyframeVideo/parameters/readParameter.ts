import type { IExecuteFunctions, IPollFunctions } from 'n8n-workflow';

import { joinWithOr, quoteValue, type ValidationIssue } from '../models/describe';
import { isRecord, type JsonRecord } from '../util/json';
import { fail, ok, type Result } from '../util/result';

/** A field of the node, by its name in saved workflows and its label in the editor. */
export interface FieldRef {
	readonly name: string;
	readonly label: string;
}

export interface NumberRange {
	readonly default: number;
	readonly min?: number;
	readonly max?: number;
}

/**
 * Reads the fields of one item, whatever an expression gives for them. A value of a wrong type is
 * refused with an issue that names it, never taken for a default; the issues come out of
 * `readParameters`.
 */
export interface ParameterReader {
	/** Trimmed; empty where nothing is set. A number is read as its text. */
	text(field: FieldRef, byDefault?: string): string;
	/** A number, also as text; the default where nothing is set. */
	number(field: FieldRef, range: NumberRange): number;
	/** true or false, also as text in any case, 1 or 0; the default where nothing is set. */
	boolean(field: FieldRef, byDefault: boolean): boolean;
	/** One of the values; the default where nothing is set. */
	choice<T extends string>(field: FieldRef, values: readonly T[], byDefault: T): T;
	/** The fields inside a collection; it has none where it is not set. */
	collection(field: FieldRef): ParameterReader;
	/** The value as it is, for what no other reader fits; null or undefined where it is not set. */
	value(field: FieldRef): unknown;
	/** Refuses a field in which nothing is set; one whose value was refused already has its issue. */
	refuseIfUnset(field: FieldRef, problem: string): void;
	/** Adds an issue of the caller's own. */
	refuse(issue: ValidationIssue): void;
}

/** True where the saved workflow holds an expression for a field of the node or of a collection. */
export function isExpression(ctx: IExecuteFunctions, field: string, collection?: string): boolean {
	const { parameters } = ctx.getNode();
	const fields: unknown = collection === undefined ? parameters : parameters[collection];
	const value = isRecord(fields) ? fields[field] : undefined;
	return typeof value === 'string' && value.startsWith('=');
}

/** What `build` makes of the item's parameters, or everything that is wrong with those it read. */
export function readParameters<T>(
	ctx: IExecuteFunctions,
	itemIndex: number,
	build: (read: ParameterReader) => T,
): Result<T, readonly ValidationIssue[]> {
	// n8n throws for a hidden field unless there is something to fall back on.
	return buildFrom((name) => ctx.getNodeParameter(name, itemIndex, null), build);
}

/** The same for a trigger, which has no items. */
export function readTriggerParameters<T>(
	ctx: IPollFunctions,
	build: (read: ParameterReader) => T,
): Result<T, readonly ValidationIssue[]> {
	return buildFrom((name) => ctx.getNodeParameter(name, null), build);
}

function buildFrom<T>(
	valueOf: (name: string) => unknown,
	build: (read: ParameterReader) => T,
): Result<T, readonly ValidationIssue[]> {
	const issues: ValidationIssue[] = [];
	const value = build(createReader(valueOf, issues));
	return issues.length === 0 ? ok(value) : fail(issues);
}

function createReader(
	valueOf: (name: string) => unknown,
	issues: ValidationIssue[],
): ParameterReader {
	/**
	 * The converted value; the default where nothing is set, and also, with an issue, where it is
	 * refused.
	 */
	const read = <T>({ name, label }: FieldRef, convert: Converter<T>, byDefault: T): T => {
		const value = valueOf(name);
		if (isUnset(value)) return byDefault;
		const result = convert(value);
		if (result.ok) return result.value;
		issues.push({ label, problem: result.error });
		return byDefault;
	};
	return {
		text: (field, byDefault = '') => read(field, toText, byDefault),
		number: (field, range) => read(field, (value) => toNumberWithin(value, range), range.default),
		boolean: (field, byDefault) => read(field, toBoolean, byDefault),
		choice: (field, values, byDefault) =>
			read(field, (value) => toChoice(value, values), byDefault),
		collection: (field) => {
			const members = read(field, toRecord, {});
			return createReader((name) => members[name], issues);
		},
		value: ({ name }) => valueOf(name),
		refuseIfUnset: ({ name, label }, problem) => {
			if (isUnset(valueOf(name))) issues.push({ label, problem });
		},
		refuse: (issue) => void issues.push(issue),
	};
}

/**
 * The value as another type, or the problem with it: the rest of a sentence that begins with the
 * label.
 */
type Converter<T> = (value: unknown) => Result<T, string>;

/** True for what an expression gives where there is nothing. */
export function isUnset(value: unknown): boolean {
	return (
		value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
	);
}

const refusal = (value: unknown, expected: string): Result<never, string> =>
	fail(`is ${quoteValue(value)}, but it takes ${expected}`);

/** What JavaScript writes for a value that is no text, when an expression puts it into one. */
const OBJECT_IN_TEXT = '[object Object]';
const NOTHING_AS_TEXT = ['undefined', 'null'];

/**
 * Trimmed text; a number as its text. Objects, lists, switches and what is left of them in text are
 * refused.
 */
export function toText(value: unknown): Result<string, string> {
	if (typeof value === 'number' && Number.isFinite(value)) return ok(String(value));
	if (typeof value !== 'string') return refusal(value, 'text');
	const text = value.trim();
	return text.includes(OBJECT_IN_TEXT) || NOTHING_AS_TEXT.includes(text)
		? fail(`is ${quoteValue(text)}, which is what an expression gives that finds no text`)
		: ok(text);
}

/** A finite number, also as text. */
export function toNumber(value: unknown): Result<number, string> {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number)
		? ok(number)
		: refusal(value, 'a number');
}

function toNumberWithin(value: unknown, { min, max }: NumberRange): Result<number, string> {
	const number = toNumber(value);
	const isTooSmall = number.ok && min !== undefined && number.value < min;
	const isTooLarge = number.ok && max !== undefined && number.value > max;
	if (number.ok && !isTooSmall && !isTooLarge) return number;
	const range = [
		...(min === undefined ? [] : [`from ${min}`]),
		...(max === undefined ? [] : [`up to ${max}`]),
	];
	return refusal(value, ['a number', ...range].join(' '));
}

/** true or false, also as text in any case, as 1 or as 0: spreadsheets write "TRUE". */
export function toBoolean(value: unknown): Result<boolean, string> {
	const isScalar = ['boolean', 'number', 'string'].includes(typeof value);
	const text = isScalar ? String(value).trim().toLowerCase() : '';
	if (text === 'true' || text === '1') return ok(true);
	if (text === 'false' || text === '0') return ok(false);
	return refusal(value, 'true or false');
}

function toChoice<T extends string>(value: unknown, values: readonly T[]): Result<T, string> {
	const text = typeof value === 'string' ? value.trim() : value;
	const choice = values.find((candidate) => candidate === text);
	return choice === undefined ? refusal(value, joinWithOr(values)) : ok(choice);
}

function toRecord(value: unknown): Result<JsonRecord, string> {
	return isRecord(value) ? ok(value) : refusal(value, 'an object with a member for each field');
}
