import { shorten } from '../util/errorText';
import type { IntegerSet } from './family';

/** The service counts a megabyte as 1,048,576 bytes (inferred from its 10 MiB of data URI). */
export const MEGABYTE = 1024 * 1024;

/** How much of a value is repeated in a message, in characters. */
const MAX_QUOTED_LENGTH = 60;

/** e.g. "720P", "720P or 1080P", "480P, 720P or 1080P". */
export function joinWithOr(values: readonly string[]): string {
	return values.length < 2
		? values.join('')
		: `${values.slice(0, -1).join(', ')} or ${values[values.length - 1]}`;
}

/** e.g. "a whole number from 2 to 15", "5, 8 or 10", "-1 or a whole number from 2 to 30". */
export function describeIntegers(set: IntegerSet): string {
	return joinWithOr(
		set.map((part) =>
			typeof part === 'number' ? String(part) : `a whole number from ${part[0]} to ${part[1]}`,
		),
	);
}

/** e.g. "JPEG, PNG or WEBP". */
export function describeFormats(formats: readonly string[]): string {
	return joinWithOr(formats.map((format) => format.toUpperCase()));
}

/**
 * A size for reading, e.g. "20 MB" or "7.9 MB": rounded up, so that what is just over a limit reads
 * larger than the limit.
 */
export function megabytes(bytes: number): string {
	return `${Math.ceil((bytes / MEGABYTE) * 10) / 10} MB`;
}

/**
 * Any value as a message shows it: text in quotation marks, the JSON of objects and lists, all of
 * it cut if long.
 */
export function quoteValue(value: unknown): string {
	if (typeof value === 'string') return `"${shorten(value, MAX_QUOTED_LENGTH)}"`;
	if (typeof value !== 'object' || value === null) return shorten(String(value), MAX_QUOTED_LENGTH);
	const kind = Array.isArray(value) ? 'a list' : 'an object';
	try {
		return `${kind} (${shorten(JSON.stringify(value), MAX_QUOTED_LENGTH)})`;
	} catch {
		// Circular, or nested too deeply to be written.
		return kind;
	}
}

/** A field as messages name it, e.g. "'Prompt'" or "'Frame URL' of item 2". */
export function nameField({ label, item }: Pick<ValidationIssue, 'label' | 'item'>): string {
	return item === undefined ? `'${label}'` : `'${label}' of item ${item}`;
}

/** One thing to correct in one field. */
export interface ValidationIssue {
	/** The label of the field, as the editor shows it. */
	readonly label: string;
	/** The item that has the field, where it is not clear which of several it is. */
	readonly item?: number;
	/** The rest of a sentence that begins with the label: what is there and what may be there. */
	readonly problem: string;
	/** What to do, as a whole sentence, where the problem does not say it. */
	readonly advice?: string;
}
