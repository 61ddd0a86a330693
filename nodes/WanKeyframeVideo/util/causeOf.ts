import { isRecord, optionalText } from './json';

/** What something thrown says, for a description: messages of n8n and of Node never go into a message. */
export function causeOf(thrown: unknown): string {
	const message = isRecord(thrown) ? optionalText(thrown, 'message') : undefined;
	return message ?? String(thrown);
}
