import type { Clock } from './clock';
import type { Answer, Fault } from './fault';
import { recordOf, textOf, type JsonRecord } from './json';
import { certificatePath, readCertificate, type UploadCertificate } from './uploadCertificate';
import { createPacer, type Pacer } from './pacer';
import { excerptOf, readAnswer, type HttpAnswer } from './readAnswer';

export interface HttpRequest {
	readonly method: 'GET' | 'POST';
	/** Below the API's root, with a leading slash. */
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: JsonRecord;
}

/** Sends one request, once, with the credential; gives what came back, whatever its status. */
export type Send = (request: HttpRequest) => Promise<Answer<HttpAnswer>>;

export interface CreatedTask {
	readonly taskId: string;
	readonly status: string;
	readonly requestId?: string;
}

/** Calls that the service counts together, and how many creates a second it takes of them. */
export interface CreateLimit {
	readonly group: string;
	readonly createsPerSecond: number;
}

/** Queries a second that the service takes from an account, all its keys together (documented). */
const QUERIES_PER_SECOND = 20;

/** The calls of the API that the node needs. Each sends exactly one request; none is sent once `signal` has aborted. */
export interface DashScopeClient {
	/** Ends when the next create of this limit may be sent. */
	createTurn(limit: CreateLimit, signal: AbortSignal): Promise<void>;
	createTask(path: string, body: JsonRecord): Promise<Answer<CreatedTask>>;
	/** Permission to put files for this model into the temporary store. */
	getUploadCertificate(modelId: string): Promise<Answer<UploadCertificate>>;
	/** The answer as it is: a failed or an unknown task is an answer too (documented). Waits for its turn. */
	queryTask(taskId: string, signal: AbortSignal): Promise<Answer<JsonRecord>>;
}

const NOT_SENT: Fault = { kind: 'unreachable', cause: 'stopped before sending', neverSent: true };

/** A client over `send`, which adds host and key; calls of one client share its pace. */
export function createClient(send: Send, clock: Clock): DashScopeClient {
	const queryTurn = createPacer(QUERIES_PER_SECOND, clock);
	const createTurns = new Map<string, Pacer>();

	const call = async (request: HttpRequest): Promise<Answer<JsonRecord>> => {
		const answer = await send(request);
		return answer.ok ? readAnswer(answer.value) : answer;
	};

	return {
		async createTurn({ group, createsPerSecond }, signal) {
			const turn = createTurns.get(group) ?? createPacer(createsPerSecond, clock);
			createTurns.set(group, turn);
			await turn(signal);
		},

		async createTask(path, body) {
			const answer = await call({
				method: 'POST',
				path,
				// Without it the service refuses the call; a GET must not carry it (documented).
				headers: { 'X-DashScope-Async': 'enable', ...resolveHeader(body) },
				body,
			});
			return answer.ok ? readCreated(answer.value) : answer;
		},

		async getUploadCertificate(modelId) {
			const answer = await call({ method: 'GET', path: certificatePath(modelId) });
			return answer.ok ? readCertificate(answer.value) : answer;
		},

		async queryTask(taskId, signal) {
			await queryTurn(signal);
			if (signal.aborted) return { ok: false, fault: NOT_SENT };
			return await call({ method: 'GET', path: `/tasks/${encodeURIComponent(taskId)}` });
		},
	};
}

function readCreated(answer: JsonRecord): Answer<CreatedTask> {
	const output = recordOf(answer, 'output');
	const taskId = textOf(output, 'task_id');
	const requestId = textOf(answer, 'request_id');
	if (taskId === undefined) {
		const fault = { kind: 'garbled', status: 200, excerpt: excerptOf(answer) } as const;
		return { ok: false, fault: { ...fault, ...(requestId !== undefined && { requestId }) } };
	}
	const status = textOf(output, 'task_status') ?? 'PENDING';
	return { ok: true, value: { taskId, status, ...(requestId !== undefined && { requestId }) } };
}

/** The service reads `oss://` inputs only when this header says so (documented, section 6). */
function resolveHeader(body: JsonRecord): Record<string, string> {
	return holdsTemporaryUrl(body['input']) ? { 'X-DashScope-OssResourceResolve': 'enable' } : {};
}

function holdsTemporaryUrl(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('oss://');
	return (
		typeof value === 'object' && value !== null && Object.values(value).some(holdsTemporaryUrl)
	);
}
