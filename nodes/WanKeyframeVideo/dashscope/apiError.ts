/** Why a call brought no usable answer. */
export type ApiError =
	/** The service said no, in JSON. */
	| {
			readonly kind: 'refused';
			readonly status: number;
			readonly code: string;
			readonly message: string;
			readonly requestId?: string;
	  }
	/** Something answered, but not in the service's words: a proxy's page, an empty body, a redirect. */
	| {
			readonly kind: 'unexpectedResponse';
			readonly status: number;
			readonly excerpt: string;
			readonly requestId?: string;
	  }
	/** No answer came. `connectFailed` is true only if the connection was never made. */
	| { readonly kind: 'unreachable'; readonly cause: string; readonly connectFailed: boolean }
	/** The execution was stopped before the call was sent. */
	| { readonly kind: 'canceled' };

const TOO_MANY_REQUESTS = 429;
const SERVER_SIDE = 500;

/** True for a error that may be gone a moment later: 429, 5xx, an answer of something in between, no answer. */
export function isTransient(error: ApiError): boolean {
	switch (error.kind) {
		case 'refused':
			return error.status === TOO_MANY_REQUESTS || error.status >= SERVER_SIDE;
		case 'unexpectedResponse':
			return (
				error.status < 300 || error.status === TOO_MANY_REQUESTS || error.status >= SERVER_SIDE
			);
		case 'unreachable':
			return true;
		case 'canceled':
			return false;
	}
}

/** True where a create with this error may have made a task all the same, so that sending it again could pay twice. */
export function isCreateOutcomeUnknown(error: ApiError): boolean {
	switch (error.kind) {
		case 'refused':
			return error.status >= SERVER_SIDE;
		case 'unexpectedResponse':
			return error.status < 300 || error.status >= SERVER_SIDE;
		case 'unreachable':
			return !error.connectFailed;
		case 'canceled':
			return false;
	}
}

/** True where the service said that it gets too many calls. */
export function isThrottled(error: ApiError): boolean {
	return 'status' in error && error.status === TOO_MANY_REQUESTS;
}

/** True where a create with this error made no task and may be taken a moment later. */
export function isRetryableCreate(error: ApiError): boolean {
	return isTransient(error) && !isCreateOutcomeUnknown(error);
}

/**
 * Where creates are refused because all places are taken, one frees when a task ends: the slowest known took
 * ten minutes (documented sample). So long without any create of the group being taken, no place comes.
 */
const THROTTLED_RETRY_MS = 15 * 60_000;

/** Quotas that renew at all within an execution do so by the minute (inferred); others are used up for good. */
const QUOTA_RETRY_MS = 70_000;

/** A name server or a proxy that restarts is back by then; a host that does not exist is told soon. */
const UNREACHABLE_RETRY_MS = 10_000;

/** How many milliseconds it makes sense to go on sending a create that meets this error. */
export function retryWindowMs(error: ApiError): number {
	if (error.kind === 'unreachable') return UNREACHABLE_RETRY_MS;
	const isQuota = error.kind === 'refused' && /allocation\W?quota/i.test(error.code);
	return isQuota ? QUOTA_RETRY_MS : THROTTLED_RETRY_MS;
}
