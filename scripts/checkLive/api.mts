import { setTimeout as sleep } from 'node:timers/promises';
import { memberAt } from '../../test/simulator/json.mts';
import { isImpossible } from './impossible.mts';

/** How the service is reached, and how patient the checks are. */
export interface LiveService {
	/** Without a slash at its end. */
	apiBaseUrl: string;
	apiKey: string;
	/** What else must not be saved, e.g. the workspace. */
	secrets?: readonly string[];
	/** Between two questions after the same task. */
	pollMs: number;
	/** How long a task that must fail at once may take. */
	failsWithinMs: number;
	/** How long a paid video may take. */
	videoWithinMs: number;
}

export interface CallOptions {
	headers?: Readonly<Record<string, string>>;
	/** Sent as JSON; a string as it stands. */
	body?: unknown;
	/** Another key than the service's; `null` sends none. */
	key?: string | null;
	/** Says that this create may make a video, and be billed. */
	paid?: true;
}

/** A call and its answer, as they are saved: with secrets. */
export interface Exchange {
	request: { method: string; address: string; headers: Record<string, string>; body: unknown };
	answer: { status: number; headers: Record<string, string>; body: unknown; ms: number };
}

export interface Reply {
	status: number;
	headers: Headers;
	/** Parsed where it is JSON, else the text. */
	body: unknown;
	ms: number;
	/** The member of the body at a dotted path. */
	at(path: string): unknown;
}

/** A call without an answer for so long is given up. */
const TIMEOUT_MS = 30_000;
const MOST_ATTEMPTS = 5;
const CREATE = /\/video-synthesis$/;
/** Headers that a simulator could copy; others may tell who asked. */
const SAVED_HEADERS = ['content-encoding', 'content-length', 'content-type', 'etag', 'retry-after'];

/** The only place that sends anything. Keeps what was said, for the files. */
export class LiveApi {
	exchanges: Exchange[] = [];

	constructor(readonly service: LiveService) {}

	async call(method: 'GET' | 'POST', path: string, options: CallOptions = {}): Promise<Reply> {
		const { headers = {}, body, key = this.service.apiKey, paid } = options;
		const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
		if (method === 'POST' && CREATE.test(path) && !paid && !isImpossible(text ?? '')) {
			throw new Error('Not sent: this create could come to a video.');
		}
		const sent = {
			...(text !== undefined && { 'content-type': 'application/json' }),
			...headers,
			...(key !== null && { authorization: `Bearer ${key}` }),
		};
		for (let attempt = 1; ; attempt++) {
			const address = this.service.apiBaseUrl + path;
			const reply = await this.send(method, address, sent, text, body);
			// Others may use the account at the same time; what was refused so has done nothing.
			if (reply.status !== 429 || attempt === MOST_ATTEMPTS) return reply;
			await sleep(this.service.pollMs * 2 ** attempt);
		}
	}

	/** Any address, without the key. */
	async visit(
		method: 'GET' | 'POST',
		address: string,
		{ headers = {}, form }: { headers?: Record<string, string>; form?: FormData } = {},
	): Promise<Reply> {
		if (!/^https?:\/\//i.test(address)) throw new Error('Not sent: this is no web address.');
		const fields =
			form &&
			Object.fromEntries(
				[...form].map(([name, value]) => [
					name,
					typeof value === 'string' ? value : `(${value.size} bytes)`,
				]),
			);
		return await this.send(method, address, headers, form, fields);
	}

	private async send(
		method: string,
		address: string,
		headers: Record<string, string>,
		payload: string | FormData | undefined,
		told: unknown,
	): Promise<Reply> {
		const startedAt = performance.now();
		const response = await fetch(address, {
			method,
			headers,
			...(payload !== undefined && { body: payload }),
			// A redirect is an answer to look at, and the key must not follow it.
			redirect: 'manual',
			signal: AbortSignal.timeout(TIMEOUT_MS),
		});
		const body = await bodyOf(response);
		const ms = Math.round(performance.now() - startedAt);
		this.exchanges.push({
			request: { method, address, headers, body: told },
			answer: { status: response.status, headers: savedHeaders(response), body, ms },
		});
		const { status, headers: answered } = response;
		return { status, headers: answered, body, ms, at: (path) => memberAt(body, path) };
	}
}

async function bodyOf(response: Response): Promise<unknown> {
	if (response.headers.get('content-type')?.startsWith('video/')) {
		return `(${(await response.arrayBuffer()).byteLength} bytes)`;
	}
	const text = await response.text();
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function savedHeaders({ headers }: Response): Record<string, string> {
	return Object.fromEntries([...headers].filter(([name]) => SAVED_HEADERS.includes(name)));
}
