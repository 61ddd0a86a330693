import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import type { FastifyReply } from 'fastify';

import type { Fault } from './faults.mts';
import { memberAt, withoutMembers } from './json.mts';
import { documentedRefusal, refusalBody } from './refusals.mts';
import type { ServiceResponse } from './response.mts';

type Headers = Readonly<Record<string, string>>;

interface Payload {
	status: number;
	headers: Headers;
	bytes: Buffer;
}

/** What happens on the connection. */
export type Delivery =
	| ({ kind: 'send' } & Payload)
	| ({ kind: 'drip'; chunkBytes: number; everyMs: number } & Payload)
	| ({ kind: 'cut'; afterBytes: number } & Payload)
	| { kind: 'reset' }
	| { kind: 'hang' };

const BAD_GATEWAY_HTML =
	'<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

/** True for a fault that leaves nothing of the right answer. */
export function replacesAnswer(fault: Fault): boolean {
	return planReplacement(fault, '') !== undefined;
}

/**
 * How a call's answer reaches the client, given the fault it met. `answer` is undefined where the
 * fault struck before the call was handled.
 */
export function planDelivery(
	answer: ServiceResponse | undefined,
	fault: Fault | undefined,
	gzip: boolean,
	requestId: string,
): Delivery {
	const replacement = fault === undefined ? undefined : planReplacement(fault, requestId);
	if (replacement !== undefined) return replacement;
	if (answer === undefined) return { kind: 'hang' };
	const payload = payloadOf(fault === undefined ? answer : spoil(answer, fault), gzip);
	switch (fault?.effect) {
		case 'drip':
			return { kind: 'drip', ...payload, chunkBytes: fault.chunkBytes, everyMs: fault.everyMs };
		case 'truncate':
			return {
				kind: 'cut',
				...payload,
				afterBytes: fault.bytes ?? Math.floor(payload.bytes.length / 2),
			};
		default:
			return { kind: 'send', ...payload };
	}
}

function planReplacement(fault: Fault, requestId: string): Delivery | undefined {
	switch (fault.effect) {
		case 'error': {
			const known = documentedRefusal(fault.code);
			const message = fault.message ?? known?.message ?? 'Something went wrong.';
			const id = fault.requestId === false ? undefined : requestId;
			return sendText(
				fault.status ?? known?.status ?? 400,
				'application/json',
				JSON.stringify(refusalBody({ code: fault.code, message }, id, fault.shape)),
				fault.headers,
			);
		}
		case 'html':
			return sendText(fault.status ?? 502, 'text/html', BAD_GATEWAY_HTML);
		case 'empty':
			return { kind: 'send', status: fault.status ?? 200, headers: {}, bytes: Buffer.alloc(0) };
		case 'invalidJson':
			return sendText(fault.status ?? 200, 'application/json', '{"request_id": "');
		case 'redirect':
			return {
				kind: 'send',
				status: fault.status ?? 302,
				headers: { location: fault.location },
				bytes: Buffer.alloc(0),
			};
		case 'reset':
			return { kind: 'reset' };
		case 'hang':
			return { kind: 'hang' };
		default:
			return undefined;
	}
}

function sendText(
	status: number,
	contentType: string,
	text: string,
	headers: Headers = {},
): Delivery {
	return {
		kind: 'send',
		status,
		headers: { ...headers, 'content-type': contentType },
		bytes: Buffer.from(text),
	};
}

function spoil(answer: ServiceResponse, fault: Fault): ServiceResponse {
	if (answer.kind === 'bytes') {
		return fault.effect === 'contentType' ? { ...answer, contentType: fault.contentType } : answer;
	}
	const taskId = memberAt(answer.body, 'output.task_id');
	switch (fault.effect) {
		case 'omit':
			return { ...answer, body: withoutMembers(answer.body, fault.fields) };
		case 'unknown':
			return {
				...answer,
				body: {
					request_id: answer.body.request_id,
					output: { task_id: taskId, task_status: 'UNKNOWN' },
				},
			};
		case 'taskStatus':
			return {
				...answer,
				body: {
					request_id: answer.body.request_id,
					output: { task_id: taskId, task_status: fault.status },
				},
			};
		case 'contentType':
			return { ...payloadAnswer(answer), contentType: fault.contentType };
		default:
			return answer;
	}
}

function payloadAnswer(
	answer: ServiceResponse & { kind: 'json' },
): ServiceResponse & { kind: 'bytes' } {
	return {
		kind: 'bytes',
		status: answer.status,
		bytes: Buffer.from(JSON.stringify(answer.body)),
		contentType: 'application/json',
		headers: {},
	};
}

function payloadOf(answer: ServiceResponse, gzip: boolean): Payload {
	const { status, bytes, contentType, headers } =
		answer.kind === 'json' ? payloadAnswer(answer) : answer;
	const typed = contentType === undefined ? headers : { ...headers, 'content-type': contentType };
	return gzip && answer.kind === 'json'
		? { status, headers: { ...typed, 'content-encoding': 'gzip' }, bytes: gzipSync(bytes) }
		: { status, headers: typed, bytes };
}

/** Carries a delivery out. */
export function perform(delivery: Delivery, reply: FastifyReply, socket: Socket): void {
	switch (delivery.kind) {
		case 'send':
			void reply.code(delivery.status).headers(delivery.headers).send(delivery.bytes);
			return;
		case 'drip':
			writeHead(delivery, reply);
			drip(delivery, reply);
			return;
		case 'cut':
			writeHead(delivery, reply);
			reply.raw.write(delivery.bytes.subarray(0, delivery.afterBytes), () => socket.destroy());
			return;
		case 'reset':
			reply.hijack();
			socket.resetAndDestroy();
			return;
		case 'hang':
			reply.hijack();
			return;
	}
}

function writeHead({ status, headers, bytes }: Payload, reply: FastifyReply): void {
	reply.hijack();
	reply.raw.writeHead(status, { ...headers, 'content-length': bytes.length });
}

function drip(
	{ bytes, chunkBytes, everyMs }: Delivery & { kind: 'drip' },
	reply: FastifyReply,
): void {
	let sent = 0;
	const next = (): void => {
		reply.raw.write(bytes.subarray(sent, sent + chunkBytes));
		sent += chunkBytes;
		if (sent >= bytes.length) {
			reply.raw.end();
			return;
		}
		const timer = setTimeout(next, everyMs);
		reply.raw.once('close', () => clearTimeout(timer));
	};
	reply.raw.setMaxListeners(0);
	next();
}
