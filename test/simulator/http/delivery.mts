import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import type { FastifyReply } from 'fastify';

import type { Fault, Framing } from './faults.mts';
import { isObject, memberAt, withMember, type JsonObject } from '../json.mts';
import { documentedRefusal, refusalBody } from '../api/refusals.mts';
import { storeResponse, type ServiceResponse } from '../api/response.mts';
import { storeRefusal } from '../api/storeRefusals.mts';

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
	/** The headers of the whole and its first bytes, then the connection's end or silence. */
	| ({ kind: 'part'; sentBytes: number; then: 'close' | 'silence' } & Payload)
	/** Whole by the framing that the client sees. */
	| ({ kind: 'framed'; framing: Exclude<Framing, 'right'> } & Payload)
	| { kind: 'reset' }
	| { kind: 'hang' };

/** True where the connection stays open without a word, or between words, until the client or a timer acts. */
export function isHeldBack(delivery: Delivery): boolean {
	const { kind } = delivery;
	return kind === 'hang' || kind === 'drip' || (kind === 'part' && delivery.then === 'silence');
}

/** True for a fault that leaves nothing of the right answer. */
export function replacesAnswer(fault: Fault): boolean {
	return planReplacement(fault, '') !== undefined;
}

/**
 * How a call's response reaches the client, given the fault it met. `response` is undefined where
 * the fault happened before the call was handled.
 */
export function planDelivery(
	response: ServiceResponse | undefined,
	fault: Fault | undefined,
	gzip: boolean,
	requestId: string,
): Delivery {
	const replacement = fault === undefined ? undefined : planReplacement(fault, requestId);
	if (replacement !== undefined) return replacement;
	if (response === undefined) return { kind: 'hang' };
	const payload = payloadOf(fault === undefined ? response : spoil(response, fault), gzip);
	const half = Math.floor(payload.bytes.length / 2);
	switch (fault?.effect) {
		case 'drip':
			return { kind: 'drip', ...payload, chunkBytes: fault.chunkBytes, everyMs: fault.everyMs };
		case 'truncate':
			return { kind: 'part', ...payload, sentBytes: fault.bytes ?? half, then: 'close' };
		case 'stall':
			return { kind: 'part', ...payload, sentBytes: fault.bytes ?? half, then: 'silence' };
		case 'transfer':
			return planTransfer(payload, fault);
		default:
			return { kind: 'send', ...payload };
	}
}

function planTransfer(
	{ status, headers, bytes: plain }: Payload,
	{
		bytes: limit,
		framing = 'right',
		gzip = false,
		status: otherStatus,
	}: Fault & { effect: 'transfer' },
): Delivery {
	const whole = gzip ? gzipSync(plain) : plain;
	const bytes = whole.subarray(0, limit);
	const payload = {
		status: otherStatus ?? status,
		headers: {
			...headers,
			...(gzip && { 'content-encoding': 'gzip' }),
			...(otherStatus === 206 && {
				'content-range': `bytes 0-${bytes.length - 1}/${whole.length}`,
			}),
		},
	};
	return framing === 'right'
		? { kind: 'part', ...payload, bytes: whole, sentBytes: bytes.length, then: 'close' }
		: { kind: 'framed', ...payload, bytes, framing };
}

const STORES: readonly string[] = ['result', 'upload', 'file'];

function planReplacement(fault: Fault, requestId: string): Delivery | undefined {
	switch (fault.effect) {
		case 'error':
			return STORES.includes(fault.on) ? storeError(fault) : apiError(fault, requestId);
		case 'html': {
			const status = fault.status ?? 502;
			return sendText(status, 'text/html', htmlPage(status));
		}
		case 'text':
			return sendText(fault.status ?? 200, fault.contentType ?? 'application/json', fault.text);
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

type ErrorFault = Fault & { effect: 'error' };

function apiError(fault: ErrorFault, requestId: string): Delivery {
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

function storeError({ code, status, message, headers }: ErrorFault): Delivery {
	const known = storeRefusal(code);
	const response = storeResponse({
		...known,
		...(status !== undefined && { status }),
		...(message !== undefined && { message }),
	});
	const payload = payloadOf(response, false);
	return { kind: 'send', ...payload, headers: { ...payload.headers, ...headers } };
}

function htmlPage(status: number): string {
	const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
	return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
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

function spoil(response: ServiceResponse, fault: Fault): ServiceResponse {
	if (response.kind === 'bytes') {
		return fault.effect === 'contentType'
			? { ...response, contentType: fault.contentType }
			: response;
	}
	return fault.effect === 'contentType'
		? { ...asBytes(response), contentType: fault.contentType }
		: { ...response, body: spoilBody(response.body, fault) };
}

function spoilBody(body: JsonObject, fault: Fault): JsonObject {
	switch (fault.effect) {
		case 'omit':
			return changeAll(body, fault.fields, () => undefined);
		case 'set':
			return Object.entries(fault.fields).reduce(
				(spoiled, [path, value]) => changeAll(spoiled, [path], () => value),
				body,
			);
		case 'lowerCase':
			return changeAll(body, fault.fields, (value) =>
				typeof value === 'string' ? value.toLowerCase() : value,
			);
		case 'unknown':
			return withStatusAlone(body, 'UNKNOWN');
		case 'taskStatus':
			return withStatusAlone(body, fault.status);
		default:
			return body;
	}
}

function changeAll(
	body: JsonObject,
	paths: readonly string[],
	change: (member: unknown) => unknown,
): JsonObject {
	const changed = paths.reduce<unknown>((value, path) => withMember(value, path, change), body);
	return isObject(changed) ? changed : body;
}

function withStatusAlone(body: JsonObject, status: string): JsonObject {
	return {
		request_id: body.request_id,
		output: { task_id: memberAt(body, 'output.task_id'), task_status: status },
	};
}

function asBytes(
	response: ServiceResponse & { kind: 'json' },
): ServiceResponse & { kind: 'bytes' } {
	return {
		kind: 'bytes',
		status: response.status,
		bytes: Buffer.from(JSON.stringify(response.body)),
		contentType: 'application/json',
		headers: {},
	};
}

function payloadOf(response: ServiceResponse, gzip: boolean): Payload {
	const { status, bytes, contentType, headers } =
		response.kind === 'json' ? asBytes(response) : response;
	const typed = contentType === undefined ? headers : { ...headers, 'content-type': contentType };
	return gzip && response.kind === 'json'
		? { status, headers: { ...typed, 'content-encoding': 'gzip' }, bytes: gzipSync(bytes) }
		: { status, headers: typed, bytes };
}

/** Carries a delivery out. */
export function deliver(delivery: Delivery, reply: FastifyReply, socket: Socket): void {
	switch (delivery.kind) {
		case 'send':
			void reply.code(delivery.status).headers(delivery.headers).send(delivery.bytes);
			return;
		case 'drip':
			writeHead(delivery, reply, { 'content-length': String(delivery.bytes.length) });
			drip(delivery, reply);
			return;
		case 'part':
			writeHead(delivery, reply, { 'content-length': String(delivery.bytes.length) });
			sendPart(delivery, reply, socket);
			return;
		case 'framed':
			sendFramed(delivery, reply);
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

function writeHead({ status, headers }: Payload, reply: FastifyReply, framing: Headers): void {
	reply.hijack();
	reply.raw.writeHead(status, { ...headers, ...framing });
}

function sendPart(
	{ bytes, sentBytes, then }: Delivery & { kind: 'part' },
	reply: FastifyReply,
	socket: Socket,
): void {
	if (sentBytes >= bytes.length && then === 'close') {
		reply.raw.end(bytes);
		return;
	}
	reply.raw.flushHeaders();
	reply.raw.write(bytes.subarray(0, sentBytes), () => {
		if (then === 'close') socket.destroy();
	});
}

function sendFramed(delivery: Delivery & { kind: 'framed' }, reply: FastifyReply): void {
	const { framing, bytes } = delivery;
	// Without a length, and without chunks, the body ends with the connection.
	if (framing === 'close') reply.raw.useChunkedEncodingByDefault = false;
	const length = { 'content-length': String(bytes.length) };
	const headers = { sent: length, chunked: {}, close: { connection: 'close' } }[framing];
	writeHead(delivery, reply, headers);
	// In two pieces, since a body that ends with its first piece is given a length.
	reply.raw.flushHeaders();
	reply.raw.write(bytes);
	reply.raw.end();
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
