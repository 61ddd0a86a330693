/** Why a call brought no usable answer. */
export type ApiError =
	/** The service refused the call, in JSON of its own. */
	| {
			readonly kind: 'refused';
			readonly status: number;
			readonly code: string;
			readonly message: string;
			readonly requestId?: string;
			/** How long the service asks to wait, in milliseconds. */
			readonly retryAfterMs?: number;
	  }
	/**
	 * An answer that is not as the service documents it: a proxy's page, an empty body, a redirect.
	 */
	| {
			readonly kind: 'unexpectedResponse';
			readonly status: number;
			readonly excerpt: string;
			readonly requestId?: string;
			readonly retryAfterMs?: number;
	  }
	/** No answer came. `connectFailed` is true only if the connection was never made. */
	| { readonly kind: 'unreachable'; readonly cause: string; readonly connectFailed: boolean }
	/**
	 * The execution was stopped before the call was sent, or while a call that pays nothing was
	 * sent.
	 */
	| { readonly kind: 'canceled' };

const TOO_MANY_REQUESTS = 429;
const SERVER_ERRORS_FROM = 500;

/**
 * Request Timeout, Conflict, Too Early, Client Closed Request: an intermediary's words, or to be
 * repeated.
 */
const PASSING_STATUSES: readonly number[] = [408, 409, 425, 499];

/**
 * With these an intermediary says that it did not pass the call on: redirects, Proxy Authentication
 * Required. Not 303 See Other, which says that the call was handled.
 */
const isNotPassedOn = (status: number): boolean =>
	(status >= 300 && status < 400 && status !== 303) || status === 407;

/**
 * True for an error that may be gone a moment later: what is not the service's own words always may
 * be.
 */
export function isTransient(error: ApiError): boolean {
	switch (error.kind) {
		case 'refused':
			return (
				error.status === TOO_MANY_REQUESTS ||
				error.status >= SERVER_ERRORS_FROM ||
				PASSING_STATUSES.includes(error.status)
			);
		case 'unexpectedResponse':
		case 'unreachable':
			return true;
		case 'canceled':
			return false;
	}
}

/**
 * True where a create with this error may have made a task, so that sending it again could pay
 * twice.
 */
export function isCreateOutcomeUnknown(error: ApiError): boolean {
	switch (error.kind) {
		case 'refused':
			return error.status >= SERVER_ERRORS_FROM || PASSING_STATUSES.includes(error.status);
		case 'unexpectedResponse':
			return !isThrottled(error) && !isNotPassedOn(error.status);
		case 'unreachable':
			return !error.connectFailed;
		case 'canceled':
			return false;
	}
}

/** True where the service says that it receives too many calls. */
export function isThrottled(error: ApiError): boolean {
	return 'status' in error && error.status === TOO_MANY_REQUESTS;
}

/** How long the answer asks to wait, in milliseconds; 0 where it does not say. */
export function retryAfterOf(error: ApiError): number {
	return ('retryAfterMs' in error && error.retryAfterMs) || 0;
}

/** True where a create with this error made no task and may be accepted a moment later. */
export function isRetryableCreate(error: ApiError): boolean {
	return isThrottled(error) || (error.kind === 'unreachable' && error.connectFailed);
}

/**
 * A full queue has a free slot when a task ends; the slowest known task took 12 minutes (documented
 * sample, section 5). After so long without any accepted create of the group, none is to be
 * expected.
 */
const RETRY_THROTTLED_MS = 15 * 60_000;

/**
 * Quotas that renew within an execution renew by the minute (inferred); others are used up for
 * good.
 */
const RETRY_QUOTA_MS = 70_000;

/**
 * A name server or a proxy that restarts is back by then; a host that does not exist is told soon.
 */
const RETRY_UNREACHABLE_MS = 10_000;

/** For how many milliseconds a create that meets this error is sent again. */
export function retryWindowMs(error: ApiError): number {
	if (error.kind === 'unreachable') return RETRY_UNREACHABLE_MS;
	const isQuota = error.kind === 'refused' && /allocation\W?quota/i.test(error.code);
	return isQuota ? RETRY_QUOTA_MS : RETRY_THROTTLED_MS;
}
