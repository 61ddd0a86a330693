import type { IncomingHttpHeaders } from 'node:http';

import { REFUSALS, type Refusal } from './refusals.mts';

/** Who may call: the one key, and the workspace whose host this is, if it is not a shared host. */
export interface AccessRules {
	key: string;
	workspaceId: string | undefined;
}

const ASYNC_HEADER = 'x-dashscope-async';
const WORKSPACE_HOST = /^((?:llm|ws)-[^.:]*)\./;
const WORKSPACE_KEY = /^Bearer sk-ws-/;

/** Why a caller is refused (docs/service-facts.md#2-hosts-and-keys), or undefined. */
export function checkAccess(
	{ authorization, host = '' }: IncomingHttpHeaders,
	{ key, workspaceId }: AccessRules,
): Refusal | undefined {
	if (authorization === undefined || authorization === '') {
		return { ...REFUSALS.InvalidApiKey, message: 'No API-key provided.' };
	}
	const addressed = WORKSPACE_HOST.exec(host)?.[1] ?? workspaceId;
	const isOrdinaryKey = !WORKSPACE_KEY.test(authorization);
	if (addressed !== workspaceId || (workspaceId !== undefined && isOrdinaryKey)) {
		return REFUSALS['Endpoint.AccessDenied'];
	}
	return authorization === `Bearer ${key}` ? undefined : REFUSALS.InvalidApiKey;
}

/** A create has to be asynchronous. */
export function checkAsync(headers: IncomingHttpHeaders): Refusal | undefined {
	return isEnabled(headers[ASYNC_HEADER]) ? undefined : REFUSALS.AccessDenied;
}

/** A GET must not be. */
export function checkNotAsync(headers: IncomingHttpHeaders): Refusal | undefined {
	if (headers[ASYNC_HEADER] === undefined) return undefined;
	return {
		...REFUSALS.AccessDenied,
		message: 'Current user api does not support asynchronous calls.',
	};
}

/** True for a header that switches something on. */
export function isEnabled(header: string | string[] | undefined): boolean {
	return String(header).toLowerCase() === 'enable';
}
