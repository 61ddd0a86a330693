/**
 * A proxy between the node and one simulator. What is said wrongly is the business of the simulator's faults; the proxy
 * damages how it is delivered, and knows which answers it holds back, so that virtual time need not guess.
 */
import {
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	request as sendRequest,
	type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen } from '../engine/localServer.mts';
import type { RequestKind } from '../simulator/index.mts';

/** What the attacked operations call. */
export const CALLS = ['create', 'query', 'list', 'cancel', 'policy', 'upload', 'result'] as const;
export type AttackedCall = Extract<RequestKind, (typeof CALLS)[number]>;

/** How the right answer, or a fault's, is delivered. Times in ms; undefined: for good. */
export type Damage =
	/** Nothing for so long, then the answer. */
	| { readonly damage: 'delay'; readonly ms: number | undefined }
	/** Headers and a part of the body; the rest after so long. */
	| { readonly damage: 'stall'; readonly share: number; readonly ms: number | undefined }
	/** A byte a second, up to the end. */
	| { readonly damage: 'trickle' }
	/** The request is not read, and not answered. */
	| { readonly damage: 'deaf' }
	/** Answered with 413 and closed before the request was read. */
	| { readonly damage: 'early' }
	/** The whole body under another Content-Length, as a factor of its own. */
	| { readonly damage: 'length'; readonly factor: number }
	| { readonly damage: 'status'; readonly status: number }
	| { readonly damage: 'headers'; readonly headers: Readonly<Record<string, string>> }
	/** Another body, made from the right one. */
	| { readonly damage: 'body'; readonly change: (bytes: Buffer) => Buffer }
	/** Bytes that stand in place of HTTP. */
	| { readonly damage: 'raw'; readonly bytes: (body: Buffer) => Buffer }
	/** An interim response comes first. */
	| { readonly damage: 'earlyHints' };

export interface Proxy extends AsyncDisposable {
	readonly url: string;
	/** Damages the next so many answers to this call. */
	spoil(call: AttackedCall, damage: Damage, times: number): void;
	/** Exchanges that are silent because the proxy holds them back. */
	heldCount(): number;
	/** Exchanges that are not over. */
	openCount(): number;
}

interface Answer {
	status: number;
	headers: IncomingHttpHeaders;
	bytes: Buffer;
	isComplete: boolean;
}

const PATHS: ReadonlyArray<readonly [method: string, path: RegExp, call: AttackedCall]> = [
	['POST', /\/video-synthesis$/, 'create'],
	['POST', /\/tasks\/[^/]+\/cancel$/, 'cancel'],
	['GET', /\/tasks\/[^/]+$/, 'query'],
	['GET', /\/tasks\/?$/, 'list'],
	['GET', /\/api\/v1\/uploads$/, 'policy'],
	['POST', /\/oss$/, 'upload'],
	['GET', /^\/results\//, 'result'],
];

/** Starts a proxy on a port of its own; links in JSON answers lead through it too. */
export async function startProxy(targetUrl: string): Promise<Proxy> {
	let held = 0;
	let open = 0;
	const plans = new Map<AttackedCall, { readonly damage: Damage; times: number }>();

	/** Ends after the time or with the connection; false if that has closed. */
	async function hold(response: ServerResponse, ms: number | undefined): Promise<boolean> {
		held++;
		await new Promise<void>((resolve) => {
			const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
			response.once('close', () => {
				clearTimeout(timer);
				resolve();
			});
		});
		held--;
		return !response.destroyed;
	}

	async function trickle(bytes: Buffer, response: ServerResponse): Promise<void> {
		response.setMaxListeners(0);
		for (const byte of bytes.subarray(0, -1)) {
			response.write(Buffer.of(byte));
			if (!(await hold(response, 1_000))) return;
		}
		response.end(bytes.subarray(-1));
	}

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const damage = takeDamage(plans, request);
		if (damage?.damage === 'deaf') return void (await hold(response, undefined));
		if (damage?.damage === 'early') {
			response.writeHead(413, { connection: 'close' }).end('<html>413 Too Large</html>');
			return;
		}
		const answer = await forward(targetUrl, server.url, request);
		// Not by resetAndDestroy(): now and then Node cannot reset the socket, and never closes it.
		if (answer === undefined) return void request.socket.destroy();
		switch (damage?.damage) {
			case 'delay':
				if (await hold(response, damage.ms)) send(answer, response);
				return;
			case 'stall': {
				const { bytes } = answer;
				const at = Math.ceil(bytes.length * damage.share);
				writeHead(answer, response);
				response.write(bytes.subarray(0, at));
				if (await hold(response, damage.ms)) response.end(bytes.subarray(at));
				return;
			}
			case 'trickle':
				writeHead(answer, response);
				return void (await trickle(answer.bytes, response));
			case 'length': {
				const length = Math.floor(answer.bytes.length * damage.factor);
				const headers = { ...answer.headers, 'content-length': String(length) };
				return send({ ...answer, headers, isComplete: damage.factor <= 1 }, response);
			}
			case 'status':
				return send({ ...answer, status: damage.status }, response);
			case 'headers':
				return send({ ...answer, headers: { ...answer.headers, ...damage.headers } }, response);
			case 'body':
				return send(withBody(answer, damage.change(answer.bytes)), response);
			case 'raw':
				return void request.socket.end(damage.bytes(answer.bytes));
			case 'earlyHints':
				response.writeEarlyHints({ link: '</style.css>; rel=preload' });
				return send(answer, response);
			default:
				return send(answer, response);
		}
	}

	const server = await listen(
		createServer((request, response) => {
			open++;
			response.once('close', () => open--);
			// What breaks here shows as a reset at the node, and in the test as an answer that never came.
			handle(request, response).catch((error: unknown) => {
				console.error('The attacking proxy broke', error);
				request.socket.destroy();
			});
		}),
	);
	return {
		url: server.url,
		spoil: (call, damage, times) => void plans.set(call, { damage, times }),
		heldCount: () => held,
		openCount: () => open,
		[Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
	};
}

function takeDamage(
	plans: Map<AttackedCall, { readonly damage: Damage; times: number }>,
	{ method, url = '' }: IncomingMessage,
): Damage | undefined {
	const [path = ''] = url.split('?', 1);
	const call = PATHS.find(([verb, pattern]) => verb === method && pattern.test(path))?.[2];
	const plan = call && plans.get(call);
	if (plan === undefined || plan.times <= 0) return undefined;
	plan.times--;
	return plan.damage;
}

/** The simulator's answer as far as it came; undefined where none began. */
async function forward(
	targetUrl: string,
	proxyUrl: string,
	request: IncomingMessage,
): Promise<Answer | undefined> {
	const body = await buffer(request);
	const answer = await new Promise<Answer | undefined>((resolve) => {
		const { method, headers } = request;
		const sent = sendRequest(`${targetUrl}${request.url}`, { method, headers, agent: false });
		sent.once('error', () => resolve(undefined));
		sent.once('response', (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			// Closing early is reported as an error; `complete` tells the same.
			response.once('error', () => {});
			response.once('close', () =>
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers,
					bytes: Buffer.concat(chunks),
					isComplete: response.complete,
				}),
			);
		});
		sent.end(body);
	});
	const isJson = String(answer?.headers['content-type']).includes('json');
	if (answer === undefined || !isJson || answer.headers['content-encoding']) return answer;
	return withBody(answer, Buffer.from(answer.bytes.toString().replaceAll(targetUrl, proxyUrl)));
}

function withBody(answer: Answer, bytes: Buffer): Answer {
	const length = answer.headers['content-length'];
	if (length === undefined) return { ...answer, bytes };
	const grown = bytes.length - answer.bytes.length;
	const headers = { ...answer.headers, 'content-length': String(Number(length) + grown) };
	return { ...answer, headers, bytes };
}

function writeHead({ status, headers }: Answer, response: ServerResponse): void {
	const { 'transfer-encoding': chunked, connection, ...others } = headers;
	// Without a length, and without chunks, the body ends with the connection.
	const isFramed = chunked !== undefined || headers['content-length'] !== undefined;
	if (!isFramed) response.useChunkedEncodingByDefault = false;
	response.writeHead(status, { ...others, ...(!isFramed && { connection: 'close' }) });
	response.flushHeaders();
}

function send(answer: Answer, response: ServerResponse): void {
	writeHead(answer, response);
	if (answer.isComplete) response.end(answer.bytes);
	else response.write(answer.bytes, () => response.destroy());
}
