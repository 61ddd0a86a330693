import { isRecord, optionalText } from './json';

/**
 * A text for the user: `message` says what happened, `description` what to do, with details and
 * IDs.
 */
export interface ErrorText {
	readonly message: string;
	readonly description: string;
}

/** One description of several lines; undefined, false and empty ones are left out. */
export function joinLines(lines: ReadonlyArray<string | false | undefined>): string {
	return lines.filter((line) => line !== undefined && line !== false && line !== '').join('\n');
}

/** What is shown of a user's value or of a link, in characters: enough to recognize it. */
const SHOWN_LENGTH = 80;

/** The text, cut where it is too long to be shown in a message. */
export function shorten(text: string, maxLength = SHOWN_LENGTH): string {
	return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/** What something thrown says, for a description: messages of n8n and of Node never go into a message. */
export function causeOf(thrown: unknown): string {
	const message = isRecord(thrown) ? optionalText(thrown, 'message') : undefined;
	return message ?? String(thrown);
}

/** e.g. `1 video`, `12 videos`. */
export const count = (number: number, noun: string): string =>
	`${number} ${noun}${number === 1 ? '' : 's'}`;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** A time span for a message, e.g. `30 min`, `6 s`, `0.06 s`: never rounded to nothing. */
export function describeDuration(ms: number): string {
	return ms < MINUTE_MS ? `${roundShort(ms / SECOND_MS)} s` : `${roundShort(ms / MINUTE_MS)} min`;
}

const roundShort = (value: number): string => String(Number(value.toPrecision(3)));
