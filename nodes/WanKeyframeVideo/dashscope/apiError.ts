/** Why a call brought no usable answer. */
export type Fault =
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
			readonly kind: 'garbled';
			readonly status: number;
			readonly excerpt: string;
			readonly requestId?: string;
	  }
	/** No answer came. `neverSent` is true only where the connection was never made. */
	| { readonly kind: 'unreachable'; readonly cause: string; readonly neverSent: boolean };

export type Answer<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly fault: Fault };

const TOO_MANY_REQUESTS = 429;
const SERVER_SIDE = 500;

/** True for a fault that may be gone a moment later: 429, 5xx, an answer of something in between, no answer. */
export function isTransient(fault: Fault): boolean {
	switch (fault.kind) {
		case 'refused':
			return fault.status === TOO_MANY_REQUESTS || fault.status >= SERVER_SIDE;
		case 'garbled':
			return (
				fault.status < 300 || fault.status === TOO_MANY_REQUESTS || fault.status >= SERVER_SIDE
			);
		case 'unreachable':
			return true;
	}
}

/** True where a create with this fault may have made a task all the same, so that sending it again could pay twice. */
export function isAmbiguousForCreate(fault: Fault): boolean {
	switch (fault.kind) {
		case 'refused':
			return fault.status >= SERVER_SIDE;
		case 'garbled':
			return fault.status < 300 || fault.status >= SERVER_SIDE;
		case 'unreachable':
			return !fault.neverSent;
	}
}

/** True where the service said that it gets too many calls. */
export function isThrottled(fault: Fault): boolean {
	return fault.kind !== 'unreachable' && fault.status === TOO_MANY_REQUESTS;
}

/** True where a create with this fault made no task and may be taken a moment later. */
export function isSafeToRepeat(fault: Fault): boolean {
	return isTransient(fault) && !isAmbiguousForCreate(fault);
}

/**
 * Where creates are refused because all places are taken, one frees when a task ends: the slowest known took
 * ten minutes (documented sample). So long without any create of the group being taken, no place comes.
 */
const THROTTLED_FOR_MS = 15 * 60_000;

/** Quotas that renew at all within an execution do so by the minute (inferred); others are used up for good. */
const QUOTA_FOR_MS = 70_000;

/** A name server or a proxy that restarts is back by then; a host that does not exist is told soon. */
const UNREACHABLE_FOR_MS = 10_000;

/** How many milliseconds it makes sense to go on sending a create that meets this fault. */
export function repeatForMs(fault: Fault): number {
	if (fault.kind === 'unreachable') return UNREACHABLE_FOR_MS;
	const isQuota = fault.kind === 'refused' && /allocation\W?quota/i.test(fault.code);
	return isQuota ? QUOTA_FOR_MS : THROTTLED_FOR_MS;
}
