import type { ApiError } from './apiError';
import { isRecord, objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import type { Result } from '../util/result';

export interface HttpResponse {
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
export function readResponse({ status, body }: HttpResponse): Result<JsonRecord, ApiError> {
	if (status >= 200 && status < 300) {
		return isRecord(body)
			? { ok: true, value: body }
			: { ok: false, error: { kind: 'unexpectedResponse', status, excerpt: excerptOf(body) } };
	}
	return { ok: false, error: readRefusal(status, body) };
}

function readRefusal(status: number, body: unknown): ApiError {
	if (isRecord(body)) {
		const inner = objectOrEmpty(body, 'error');
		const code =
			optionalText(body, 'code') ?? optionalText(inner, 'code') ?? optionalText(inner, 'type');
		const message = optionalText(body, 'message') ?? optionalText(inner, 'message');
		const requestId = optionalText(body, 'request_id');
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
	return { kind: 'unexpectedResponse', status, excerpt: excerptOf(body) };
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
