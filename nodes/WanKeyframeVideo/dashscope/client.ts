import type { Clock } from '../util/clock';
import { isSafeToRepeat, isThrottled, repeatForMs, type Answer, type Fault } from './apiError';
import { recordOf, textOf, type JsonRecord } from '../util/json';
import { createPace, type CreateLimit, type Pace } from './rateLimits';
import type { Pacer } from '../util/rateLimiter';
import { certificatePath, readCertificate, type UploadCertificate } from './uploadPolicy';
import { excerptOf, readAnswer, type HttpAnswer } from './readResponse';

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

/** What a create that the service did not take needs to be sent again. */
export interface Patience {
	readonly limit: CreateLimit;
	readonly signal: AbortSignal;
}

/** Tasks that were submitted in a period of at most 24 hours, a page of them; times in milliseconds since 1970. */
export interface TaskListQuery {
	readonly fromMs: number;
	readonly toMs: number;
	readonly pageNo: number;
	readonly pageSize: number;
	readonly modelName?: string;
	readonly status?: string;
}

/**
 * The calls of the API that the node needs, each at the account's pace and none once `signal` has aborted.
 * Each sends one request; only a create is sent again, and only where the service certainly made no task.
 */
export interface DashScopeClient {
	/** Ends when the next create of this limit may be sent. */
	createTurn(limit: CreateLimit, signal: AbortSignal): Promise<void>;
	createTask(path: string, body: JsonRecord, patience: Patience): Promise<Answer<CreatedTask>>;
	/** Permission to put files for this model into the temporary store. */
	getUploadCertificate(modelId: string): Promise<Answer<UploadCertificate>>;
	/** The answer as it is: a failed or an unknown task is an answer too (documented). */
	queryTask(taskId: string, signal: AbortSignal): Promise<Answer<JsonRecord>>;
	listTasks(query: TaskListQuery, signal: AbortSignal): Promise<Answer<JsonRecord>>;
	/** Cancels a task that is still PENDING; any other is refused (documented). */
	cancelTask(taskId: string, signal: AbortSignal): Promise<Answer<JsonRecord>>;
	/** The same, even where the execution has been stopped. */
	cancelDespiteStop(taskId: string): Promise<Answer<JsonRecord>>;
}

/** How requests leave: as part of the execution, and in spite of its end. */
export interface Senders {
	readonly send: Send;
	readonly sendDespiteStop: Send;
}

const NOT_SENT: Fault = { kind: 'unreachable', cause: 'stopped before sending', neverSent: true };

/** A client over senders, which add host and key; clients that share a pace share the account's limits. */
export function createClient(
	{ send, sendDespiteStop }: Senders,
	clock: Clock,
	pace: Pace = createPace(clock),
): DashScopeClient {
	const callOnce = async (request: HttpRequest, sender = send): Promise<Answer<JsonRecord>> => {
		const answer = await sender(request);
		return answer.ok ? readAnswer(answer.value) : answer;
	};

	const call = async (
		request: HttpRequest,
		pacer: Pacer,
		sender?: Send,
	): Promise<Answer<JsonRecord>> => {
		const answer = await callOnce(request, sender);
		if (!answer.ok && isThrottled(answer.fault)) pacer.slowDown();
		// Any other answer, a refusal too, shows that the service takes calls at this pace.
		else if (answer.ok || answer.fault.kind === 'refused') pacer.speedUp();
		return answer;
	};

	const read = async (path: string, pacer: Pacer, signal: AbortSignal) => {
		await pacer.turn(signal);
		if (signal.aborted) return { ok: false, fault: NOT_SENT } as const;
		return await call({ method: 'GET', path }, pacer);
	};

	return {
		async createTurn(limit, signal) {
			await pace.creates(limit).turn(signal);
		},

		async createTask(path, body, { limit, signal }) {
			const request: HttpRequest = {
				method: 'POST',
				path,
				// Without it the service refuses the call; a GET must not carry it (documented).
				headers: { 'X-DashScope-Async': 'enable', ...resolveHeader(body) },
				body,
			};
			const creates = pace.creates(limit);
			const startMs = clock.now();
			for (;;) {
				const answer = await call(request, creates);
				if (answer.ok) {
					creates.acceptedMs = clock.now();
					return readCreated(answer.value);
				}
				const nowMs = clock.now();
				const acceptedMs = creates.acceptedMs > nowMs ? startMs : creates.acceptedMs;
				const hopelessMs = Math.max(startMs, acceptedMs) + repeatForMs(answer.fault);
				if (!isSafeToRepeat(answer.fault) || nowMs >= hopelessMs) return answer;
				if (!isThrottled(answer.fault)) creates.slowDown();
				await creates.turn(signal);
				if (signal.aborted) return { ok: false, fault: NOT_SENT };
			}
		},

		async getUploadCertificate(modelId) {
			const answer = await callOnce({ method: 'GET', path: certificatePath(modelId) });
			return answer.ok ? readCertificate(answer.value) : answer;
		},

		queryTask: async (taskId, signal) => await read(taskPath(taskId), pace.queries, signal),

		async listTasks({ fromMs, toMs, pageNo, pageSize, modelName, status }, signal) {
			const query = new URLSearchParams({
				start_time: listStamp(fromMs),
				end_time: listStamp(toMs),
				page_no: String(pageNo),
				page_size: String(pageSize),
				...(modelName !== undefined && { model_name: modelName }),
				...(status !== undefined && { status }),
			});
			return await read(`/tasks/?${query.toString()}`, pace.lists, signal);
		},

		async cancelTask(taskId, signal) {
			await pace.cancels.turn(signal);
			if (signal.aborted) return { ok: false, fault: NOT_SENT };
			return await call(cancelRequest(taskId), pace.cancels);
		},

		async cancelDespiteStop(taskId) {
			await pace.cancels.turn();
			return await call(cancelRequest(taskId), pace.cancels, sendDespiteStop);
		},
	};
}

const taskPath = (taskId: string): string => `/tasks/${encodeURIComponent(taskId)}`;

const cancelRequest = (taskId: string): HttpRequest => ({
	method: 'POST',
	path: `${taskPath(taskId)}/cancel`,
});

/** The service's clock is eight hours ahead of UTC (documented). */
const SERVICE_OFFSET_MS = 8 * 3_600_000;

/** `YYYYMMDDhhmmss` as the list takes it (documented). */
function listStamp(ms: number): string {
	return new Date(ms + SERVICE_OFFSET_MS).toISOString().replace(/\D/g, '').slice(0, 14);
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
