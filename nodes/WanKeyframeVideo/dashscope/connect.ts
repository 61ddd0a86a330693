import {
	NodeOperationError,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type IPollFunctions,
} from 'n8n-workflow';

import { createClient, type DashScopeClient, type Send } from './client';
import { systemClock } from '../util/clock';
import type { ApiError } from './apiError';
import { hashText } from '../util/hash';
import { resolveBaseUrl } from './hosts';
import { isRecord, optionalText } from '../util/json';
import { sharedRateLimits } from './rateLimits';
import { readBytes, type StreamedResponse } from '../util/readBytes';

export const CREDENTIAL_TYPE = 'dashScopeApi';

/** No byte for this long means no answer. A create with a data URI took 4.2 s (measured), a busy service longer. */
const IDLE_TIMEOUT_MS = 60_000;

/** Many times the longest answer, a page of 100 tasks (60 kB); what is cut off is no JSON, and said so. */
const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/** These say that no connection was made, so nothing was sent. */
const CONNECT_FAILED =
	/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_INVALID_URL)/;

/** What runs a node: an execution, or the poll of a trigger, which nobody can stop. */
export type NodeContext = IExecuteFunctions | IPollFunctions;

/**
 * The API as the node's credential reaches it. Stop reaches requests under way: n8n attaches its signal itself.
 * Throws NodeOperationError where the credential lacks what its region needs.
 */
export async function connect(ctx: NodeContext): Promise<DashScopeClient> {
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
	const senders = {
		send: senderTo(ctx, host.apiBaseUrl),
		sendAfterStop: senderTo(withoutCancelSignal(ctx), host.apiBaseUrl),
	};
	return createClient(senders, systemClock, sharedRateLimits(account, systemClock));
}

/** The same context without Stop: n8n gives a request the signal of the context that it is called on (measured). */
function withoutCancelSignal(ctx: NodeContext): NodeContext {
	const never = { value: () => undefined };
	const detached: NodeContext = Object.create(ctx, { getExecutionCancelSignal: never });
	return detached;
}

function senderTo(ctx: NodeContext, apiBaseUrl: string): Send {
	return async ({ method, path, headers, body }) => {
		const options: IHttpRequestOptions = {
			method,
			url: apiBaseUrl + path,
			headers: { ...headers },
			json: true,
			encoding: 'stream',
			timeout: IDLE_TIMEOUT_MS,
			// n8n sends again on 401 and carries the key along redirects unless told otherwise (measured).
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			...(body && { body }),
		};
		try {
			const answer: StreamedResponse = await ctx.helpers.httpRequestWithAuthentication.call(
				ctx,
				CREDENTIAL_TYPE,
				options,
			);
			const text = (await readBytes(answer.body, LONGEST_ANSWER_BYTES)).toString();
			return { ok: true, value: { status: answer.statusCode, body: parsed(text) } };
		} catch (error) {
			return { ok: false, error: toApiError(error) };
		}
	};
}

function parsed(text: string): unknown {
	try {
		// Also takes off a byte order mark.
		return JSON.parse(text.trim());
	} catch {
		return text;
	}
}

function toApiError(error: unknown): ApiError {
	const thrown = isRecord(error) ? error : {};
	const inner = isRecord(thrown['cause']) ? thrown['cause'] : thrown;
	// Before n8n 2 there is no cause, and the network's code stands where otherwise a status does (measured).
	const code =
		optionalText(inner, 'code') ??
		optionalText(thrown, 'code') ??
		optionalText(thrown, 'httpCode') ??
		'';
	const words = optionalText(inner, 'message') ?? optionalText(thrown, 'message') ?? 'no answer';
	return {
		kind: 'unreachable',
		cause: words.includes(code) ? words : `${code} ${words}`.trim(),
		connectFailed: CONNECT_FAILED.test(code),
	};
}
