import {
	NodeOperationError,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type IPollFunctions,
} from 'n8n-workflow';

import type { Clock } from '../util/clock';
import { hashText } from '../util/hash';
import { isRecord, optionalText, parseJson } from '../util/json';
import { onAbort } from '../util/onAbort';
import { optional } from '../util/optional';
import { readBytes, type StreamedResponse } from '../util/readBytes';
import { fail, ok } from '../util/result';
import type { ApiError } from './apiError';
import { createClient, type DashScopeClient, type Send } from './client';
import { resolveBaseUrl } from './hosts';
import type { AccountLimitsRegistry } from './rateLimits';
import type { HttpResponse } from './readResponse';

export const CREDENTIAL_TYPE = 'dashScopeApi';

/**
 * Many times the longest answer, a page of 100 tasks (60 kB); the rest is cut off, which leaves no
 * JSON.
 */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Codes of Node's network and TLS layers that say that no connection was made, so nothing was sent.
 */
const CONNECT_FAILED =
	/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_INVALID_URL|ERR_SSL_WRONG_VERSION)/;

/** EPROTO comes at any time; with these words it is TLS that met a port that does not speak it. */
const NO_TLS_SPOKEN = /wrong version number|unknown protocol|packet length too long|http request/i;

/** What runs a node: an execution, or a trigger's poll. */
export type NodeContext = IExecuteFunctions | IPollFunctions;

/**
 * The API as the node's credential reaches it, with the limits of its account.
 * Throws NodeOperationError where the credential lacks what its region needs.
 */
export async function connect(
	ctx: NodeContext,
	clock: Clock,
	accountLimits: AccountLimitsRegistry,
): Promise<DashScopeClient> {
	const credential = await ctx.getCredentials(CREDENTIAL_TYPE);
	const host = resolveBaseUrl(credential);
	if (host.kind === 'incomplete') {
		throw new NodeOperationError(
			ctx.getNode(),
			`'${host.field}' in the DashScope credential ${host.reason}`,
			{ description: 'Open the credential, correct the field and save it.' },
		);
	}
	const account = hashText(`${host.apiBaseUrl} ${String(credential['apiKey'])}`);
	return createClient(createSender(ctx, host.apiBaseUrl, clock), clock, accountLimits(account));
}

function createSender(ctx: NodeContext, apiBaseUrl: string, clock: Clock): Send {
	return async ({ method, path, headers, body }, signal) => {
		const options: IHttpRequestOptions = {
			method,
			url: apiBaseUrl + path,
			headers: { ...headers },
			json: true,
			encoding: 'stream',
			// None: it counts until the answer begins only, and the signal brings the deadline.
			timeout: 0,
			// n8n sends again on 401 and carries the key along redirects unless told otherwise
			// (test/execution/secrets.test.mts).
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			...(body && { body }),
		};
		try {
			const answer: StreamedResponse = await ctx.helpers.httpRequestWithAuthentication.call(
				withCancelSignal(ctx, signal),
				CREDENTIAL_TYPE,
				options,
			);
			return ok(await readAnswer(answer, signal, clock));
		} catch (error) {
			return fail(toApiError(error));
		}
	};
}

/**
 * The same context with another signal: n8n gives a request the signal of the context that it is
 * called on.
 */
function withCancelSignal(ctx: NodeContext, signal: AbortSignal): NodeContext {
	const getExecutionCancelSignal = { value: () => signal };
	const detached: NodeContext = Object.create(ctx, { getExecutionCancelSignal });
	return detached;
}

async function readAnswer(
	{ statusCode, headers, body }: StreamedResponse,
	signal: AbortSignal,
	clock: Clock,
): Promise<HttpResponse> {
	// A stream of n8n's that unpacks an answer does not end with the signal.
	const unsubscribe = onAbort(signal, () => body.destroy());
	const text = (await readBytes(body, MAX_ANSWER_BYTES).finally(unsubscribe)).toString();
	return {
		status: statusCode,
		// Without a byte order mark, which JSON.parse does not accept.
		body: parseJson(text.trim()) ?? text,
		...optional('retryAfterMs', parseRetryAfter(optionalText(headers, 'retry-after'), clock)),
	};
}

/** Retry-After holds seconds or a date (RFC 9110, 10.2.3). */
function parseRetryAfter(value: string | undefined, clock: Clock): number | undefined {
	if (value === undefined) return undefined;
	const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now();
	return ms > 0 ? ms : undefined;
}

function toApiError(thrown: unknown): ApiError {
	const outer = isRecord(thrown) ? thrown : {};
	const inner = isRecord(outer['cause']) ? outer['cause'] : outer;
	// n8n 1 keeps no cause, and has the network's code where otherwise a status is
	// (test/engine/n8nVersions.mts).
	const code =
		optionalText(inner, 'code') ??
		optionalText(outer, 'code') ??
		optionalText(outer, 'httpCode') ??
		'';
	const message = optionalText(inner, 'message') ?? optionalText(outer, 'message') ?? 'no answer';
	return {
		kind: 'unreachable',
		cause: message.includes(code) ? message : `${code} ${message}`.trim(),
		connectFailed:
			CONNECT_FAILED.test(code) || (/^EPROTO/.test(code) && NO_TLS_SPOKEN.test(message)),
	};
}
