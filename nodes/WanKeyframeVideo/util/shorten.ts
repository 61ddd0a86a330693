/** What is shown of a user's value or of a link, in characters: enough to recognize it. */
const SHOWN_LENGTH = 80;

/** The text, cut where it is too long to be shown in a message. */
export function shorten(text: string, maxLength = SHOWN_LENGTH): string {
	return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}
