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
