import type { ApiError } from './apiError';
import { isRecord, objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';
import { fail, ok, type Result } from '../util/result';

export interface HttpResponse {
	readonly status: number;
	/** Parsed where it was JSON, else as text. */
	readonly body: unknown;
	/** What the header Retry-After asks for, in milliseconds. */
	readonly retryAfterMs?: number;
}

/** How much of an answer that is not the service's own is shown to the user, in characters. */
const EXCERPT_LENGTH = 200;

/**
 * Enough to find that many characters behind a page's markup, and short enough for the patterns
 * below.
 */
const EXCERPT_SOURCE_LENGTH = 10_000;

/**
 * Tells a usable JSON answer from a refusal and from what is not the service's own.
 * A refusal is `{code, message}` or `{error: {code, message, type}}` (documented, section 4).
 */
export function readResponse(response: HttpResponse): Result<JsonRecord, ApiError> {
	const { status, body } = response;
	if (status < 200 || status >= 300) return fail(readRefusal(response));
	return isRecord(body) ? ok(body) : fail(unexpectedResponse(body, status));
}

function readRefusal({ status, body, retryAfterMs }: HttpResponse): ApiError {
	const pause = optional('retryAfterMs', retryAfterMs);
	if (isRecord(body)) {
		const inner = objectOrEmpty(body, 'error');
		const code =
			optionalText(body, 'code') ?? optionalText(inner, 'code') ?? optionalText(inner, 'type');
		const message = optionalText(body, 'message') ?? optionalText(inner, 'message');
		if (code !== undefined || message !== undefined) {
			return {
				kind: 'refused',
				status,
				code: code ?? '',
				message: message ?? '',
				...optional('requestId', optionalText(body, 'request_id')),
				...pause,
			};
		}
	}
	return { ...unexpectedResponse(body, status), ...pause };
}

/** The error for an answer that is not as documented, with what it said and its request ID. */
export function unexpectedResponse(
	body: unknown,
	status = 200,
): ApiError & { kind: 'unexpectedResponse' } {
	const requestId = isRecord(body) ? optionalText(body, 'request_id') : undefined;
	return {
		kind: 'unexpectedResponse',
		status,
		excerpt: excerptOf(body),
		...optional('requestId', requestId),
	};
}

/** The beginning of an answer in one line, without markup. Never throws, whatever the answer is. */
export function excerptOf(body: unknown): string {
	return textOf(body)
		.slice(0, EXCERPT_SOURCE_LENGTH)
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim()
		.slice(0, EXCERPT_LENGTH);
}

function textOf(body: unknown): string {
	if (typeof body === 'string') return body;
	try {
		return JSON.stringify(body) ?? '';
	} catch {
		// Too deeply nested or circular: there is no text to show.
		return `(${typeof body})`;
	}
}
