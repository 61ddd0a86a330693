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
	/** How many matching requests it meets; default 1. */
	times?: number;
	/** How many matching requests pass first; default 0. */
	skip?: number;
}

/** Whether the request has done its work (a task exists, a file is stored) when the fault strikes. */
export interface FaultMoment {
	/** Default `before`: nothing was done. */
	when?: 'before' | 'after';
}

/** What goes wrong. Times in ms. */
export type FaultEffect =
	/** A refusal; status and message default to the document's for the code. */
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
	/** The right answer, a few bytes at a time. */
	| { effect: 'drip'; chunkBytes: number; everyMs: number }
	/** The right headers, and a connection that ends after so many bytes; default half of them. */
	| { effect: 'truncate'; bytes?: number }
	/** The right bytes under another content type. */
	| { effect: 'contentType'; contentType: string }
	/** The right answer without some members, named by dotted paths (`output.video_url`). */
	| { effect: 'omit'; fields: string[] }
	/** The task fails: once created about 0.1 s later, once asked for at once; or at its end. */
	| { effect: 'failTask'; code: string; message: string; at?: 'once' | 'end' }
	/** The query is answered as if there were no such task. */
	| { effect: 'unknown' }
	/** The query is answered with a status of the test's choice. */
	| { effect: 'taskStatus'; status: string };

/** A misbehaviour of the simulator: which requests it meets and what it does to them. */
export type Fault = FaultTarget & FaultEffect;

/** The faults that wait for their requests, first come first served. */
export class FaultQueue {
	private waiting: { fault: Fault; skip: number; times: number }[] = [];

	add(fault: Fault): void {
		this.waiting.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
	}

	clear(): void {
		this.waiting = [];
	}

	/** The fault that this request meets; uses it up. */
	take(on: RequestKind, taskId: string | undefined): Fault | undefined {
		const entry = this.waiting.find(
			({ fault, times }) =>
				times > 0 && fault.on === on && (fault.taskId === undefined || fault.taskId === taskId),
		);
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

const count = { type: 'integer', minimum: 1 };
const status = { type: 'integer', minimum: 200, maximum: 599 };
const text = { type: 'string' };
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
	empty: { required: [], members: { status, when: moment } },
	invalidJson: { required: [], members: { status, when: moment } },
	reset: { required: [], members: { when: moment } },
	hang: { required: [], members: { when: moment } },
	redirect: { required: ['location'], members: { location: text, status } },
	drip: { required: ['chunkBytes', 'everyMs'], members: { chunkBytes: count, everyMs: count } },
	truncate: { required: [], members: { bytes: { type: 'integer', minimum: 0 } } },
	contentType: { required: ['contentType'], members: { contentType: text } },
	omit: { required: ['fields'], members: { fields: { type: 'array', items: text } } },
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
			times: count,
			skip: { type: 'integer', minimum: 0 },
			effect: { const: effect },
			...members,
		},
	})),
};
