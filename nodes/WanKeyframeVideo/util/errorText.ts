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
