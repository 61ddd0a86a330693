/** What a request is for. `other` is any path that the simulator does not know. */
export const REQUEST_KINDS = [
	'create',
	'query',
	'list',
	'cancel',
	'policy',
	'upload',
	'models',
	'limits',
	'result',
	'file',
	'other',
] as const;

export type RequestKind = (typeof REQUEST_KINDS)[number];

/** Which requests a fault meets. */
export interface FaultTarget {
	on: RequestKind;
	/** Only requests about this task. */
	taskId?: string;
	/** Only creates with this prompt. */
	prompt?: string;
	/** Only requests about a task that was created, or has ended, less than `ms` ago. */
	within?: { since: 'created' | 'ended'; ms: number };
	/** How many matching requests it meets; default 1, with `within` all. */
	times?: number;
	/** How many matching requests pass first; default 0. */
	skip?: number;
}

/** Whether the request has been handled (a task exists, a file is stored) before the fault. */
export interface FaultMoment {
	/** Default `before`: nothing was done. */
	when?: 'before' | 'after';
}

/**
 * How a client learns where a body ends. `right`: Content-Length of the whole body; `sent`:
 * Content-Length of the bytes that are sent; `chunked`: chunks; `close`: the connection's end.
 */
export type Framing = 'right' | 'sent' | 'chunked' | 'close';

/** What goes wrong. Times in ms. */
export type FaultEffect =
	/**
	 * A refusal; status and message default to the documented ones of the code. XML where an object
	 * store answers (result, upload, file).
	 */
	| ({
			effect: 'error';
			code: string;
			status?: number;
			message?: string;
			shape?: 'flat' | 'nested';
			requestId?: boolean;
			headers?: Record<string, string>;
	  } & FaultMoment)
	/** A gateway's HTML page; default 502. */
	| ({ effect: 'html'; status?: number } & FaultMoment)
	/** Any other body; default 200 and JSON. */
	| ({ effect: 'text'; text: string; status?: number; contentType?: string } & FaultMoment)
	/** No body; default 200. */
	| ({ effect: 'empty'; status?: number } & FaultMoment)
	/** A body that ends in the middle of its JSON; default 200. */
	| ({ effect: 'invalidJson'; status?: number } & FaultMoment)
	/** The connection is reset. */
	| ({ effect: 'reset' } & FaultMoment)
	/** No answer, ever. */
	| ({ effect: 'hang' } & FaultMoment)
	/** Default 302. */
	| { effect: 'redirect'; location: string; status?: number }
	/** The right answer, late; with `before` the request is handled late as well. */
	| ({ effect: 'delay'; ms: number } & FaultMoment)
	/** The right answer, a few bytes at a time. */
	| { effect: 'drip'; chunkBytes: number; everyMs: number }
	/** The right answer up to so many bytes, then silence; default half of them. */
	| { effect: 'stall'; bytes?: number }
	/** The right headers, and a connection that ends after so many bytes; default half of them. */
	| { effect: 'truncate'; bytes?: number }
	/** The right body, or its first bytes, sent in another way. Status 206 comes with its range. */
	| { effect: 'transfer'; bytes?: number; framing?: Framing; gzip?: boolean; status?: number }
	/** The right bytes under another content type. */
	| { effect: 'contentType'; contentType: string }
	/** The right answer without some members, named by dotted paths (`output.video_url`). */
	| { effect: 'omit'; fields: string[] }
	/** The right answer with other members, by dotted paths (`data.*.status` in all entries). */
	| { effect: 'set'; fields: Record<string, unknown> }
	/** The right answer with some texts in lower case. */
	| { effect: 'lowerCase'; fields: string[] }
	/** A query, list or limits answer as it was some time ago. */
	| { effect: 'lag'; byMs: number }
	/** The list's first page, whatever page is asked for, as one of so many; default 5,000. */
	| { effect: 'endlessList'; pages?: number }
	/** The task fails: once created about 0.1 s later, once asked for at once; or at its end. */
	| { effect: 'failTask'; code: string; message: string; at?: 'once' | 'end' }
	/** The query is answered as if there were no such task. */
	| { effect: 'unknown' }
	/** The query is answered with a status of the test's choice. */
	| { effect: 'taskStatus'; status: string };

/** A misbehavior of the simulator: which requests it meets and what it does to them. */
export type Fault = FaultTarget & FaultEffect;

/** What a fault's target is compared with. Unix times in ms. */
export interface FaultedRequest {
	kind: RequestKind;
	atMs: number;
	taskId: string | undefined;
	/** A create's prompt. */
	prompt: unknown;
	/** When the task was created and has ended, if the request is about one. */
	task: { createdAtMs: number; endedAtMs: number } | undefined;
}

/** The faults that wait for their requests, first come first served. */
export class FaultQueue {
	private waiting: { fault: Fault; skip: number; times: number }[] = [];

	add(fault: Fault): void {
		const times = fault.times ?? (fault.within === undefined ? 1 : Infinity);
		this.waiting.push({ fault, skip: fault.skip ?? 0, times });
	}

	clear(): void {
		this.waiting = [];
	}

	/** The fault that this request meets; uses it up. */
	take(request: FaultedRequest): Fault | undefined {
		const entry = this.waiting.find(({ fault }) => meets(fault, request));
		if (entry === undefined) return undefined;
		if (entry.skip > 0) {
			entry.skip -= 1;
			return undefined;
		}
		entry.times -= 1;
		this.waiting = this.waiting.filter(({ times }) => times > 0);
		return entry.fault;
	}
}

function meets({ on, taskId, prompt, within }: FaultTarget, request: FaultedRequest): boolean {
	return (
		on === request.kind &&
		(taskId === undefined || taskId === request.taskId) &&
		(prompt === undefined || prompt === request.prompt) &&
		(within === undefined || isWithin(within, request))
	);
}

function isWithin(
	{ since, ms }: NonNullable<FaultTarget['within']>,
	{ task, atMs }: FaultedRequest,
): boolean {
	if (task === undefined) return false;
	const passedMs = atMs - (since === 'created' ? task.createdAtMs : task.endedAtMs);
	return passedMs >= 0 && passedMs < ms;
}

const count = { type: 'integer', minimum: 1 };
const size = { type: 'integer', minimum: 0 };
const status = { type: 'integer', minimum: 200, maximum: 599 };
const text = { type: 'string' };
const texts = { type: 'array', items: text };
const moment = { enum: ['before', 'after'] };

const EFFECTS: Readonly<Record<FaultEffect['effect'], { required: string[]; members: object }>> = {
	error: {
		required: ['code'],
		members: {
			code: text,
			status,
			message: text,
			shape: { enum: ['flat', 'nested'] },
			requestId: { type: 'boolean' },
			headers: { type: 'object', additionalProperties: text },
			when: moment,
		},
	},
	html: { required: [], members: { status, when: moment } },
	text: { required: ['text'], members: { text, status, contentType: text, when: moment } },
	empty: { required: [], members: { status, when: moment } },
	invalidJson: { required: [], members: { status, when: moment } },
	reset: { required: [], members: { when: moment } },
	hang: { required: [], members: { when: moment } },
	redirect: { required: ['location'], members: { location: text, status } },
	delay: { required: ['ms'], members: { ms: size, when: moment } },
	drip: { required: ['chunkBytes', 'everyMs'], members: { chunkBytes: count, everyMs: count } },
	stall: { required: [], members: { bytes: size } },
	truncate: { required: [], members: { bytes: size } },
	transfer: {
		required: [],
		members: {
			bytes: size,
			framing: { enum: ['right', 'sent', 'chunked', 'close'] },
			gzip: { type: 'boolean' },
			status,
		},
	},
	contentType: { required: ['contentType'], members: { contentType: text } },
	omit: { required: ['fields'], members: { fields: texts } },
	set: { required: ['fields'], members: { fields: { type: 'object' } } },
	lowerCase: { required: ['fields'], members: { fields: texts } },
	lag: { required: ['byMs'], members: { byMs: size } },
	endlessList: { required: [], members: { pages: count } },
	failTask: {
		required: ['code', 'message'],
		members: { code: text, message: text, at: { enum: ['once', 'end'] } },
	},
	unknown: { required: [], members: {} },
	taskStatus: { required: ['status'], members: { status: text } },
};

/** The JSON schema of a fault, for those that arrive over HTTP. */
export const FAULT_SCHEMA = {
	type: 'object',
	required: ['on', 'effect'],
	discriminator: { propertyName: 'effect' },
	oneOf: Object.entries(EFFECTS).map(([effect, { required, members }]) => ({
		required,
		additionalProperties: false,
		properties: {
			on: { enum: REQUEST_KINDS },
			taskId: text,
			prompt: text,
			within: {
				type: 'object',
				required: ['since', 'ms'],
				additionalProperties: false,
				properties: { since: { enum: ['created', 'ended'] }, ms: size },
			},
			times: count,
			skip: size,
			effect: { const: effect },
			...members,
		},
	})),
};
