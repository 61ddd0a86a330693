import type { Answer, Fault } from './apiError';
import { isRecord, recordOf, textOf, type JsonRecord } from '../util/json';

export interface HttpAnswer {
	readonly status: number;
	/** Parsed where it was JSON, else as text. */
	readonly body: unknown;
}

/** How much of a page that is not the service's own is shown to the user, in characters. */
const EXCERPT_LENGTH = 200;

/** Enough to find that many characters behind a page's markup, and quickly so whatever the page holds. */
const LOOKED_AT_LENGTH = 10_000;

/**
 * Tells a usable JSON answer from a refusal and from what is not the service's own.
 * A refusal is `{code, message}` or `{error: {code, message, type}}` (documented, section 4).
 */
export function readAnswer({ status, body }: HttpAnswer): Answer<JsonRecord> {
	if (status >= 200 && status < 300) {
		return isRecord(body)
			? { ok: true, value: body }
			: { ok: false, fault: { kind: 'garbled', status, excerpt: excerptOf(body) } };
	}
	return { ok: false, fault: readRefusal(status, body) };
}

function readRefusal(status: number, body: unknown): Fault {
	if (isRecord(body)) {
		const inner = recordOf(body, 'error');
		const code = textOf(body, 'code') ?? textOf(inner, 'code') ?? textOf(inner, 'type');
		const message = textOf(body, 'message') ?? textOf(inner, 'message');
		const requestId = textOf(body, 'request_id');
		if (code !== undefined || message !== undefined) {
			return {
				kind: 'refused',
				status,
				code: code ?? '',
				message: message ?? '',
				...(requestId !== undefined && { requestId }),
			};
		}
	}
	return { kind: 'garbled', status, excerpt: excerptOf(body) };
}

/** The beginning of an answer in one line, without markup, to show what it was. */
export function excerptOf(body: unknown): string {
	const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
	return text
		.slice(0, LOOKED_AT_LENGTH)
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim()
		.slice(0, EXCERPT_LENGTH);
}
