import type { Clock } from '../util/clock';
import { isRetryableCreate, isThrottled, retryWindowMs, type ApiError } from './apiError';
import { objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import { createRateLimits, type CreateLimit, type RateLimits } from './rateLimits';
import type { RateLimiter } from '../util/rateLimiter';
import { uploadPolicyPath, readUploadPolicy, type UploadPolicy } from './uploadPolicy';
import { excerptOf, readResponse, type HttpResponse } from './readResponse';
import { fail, ok, type Result } from '../util/result';

export interface HttpRequest {
	readonly method: 'GET' | 'POST';
	/** Below the API's root, with a leading slash. */
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: JsonRecord;
}

/** Sends one request, once, with the credential; gives what came back, whatever its status. */
export type Send = (request: HttpRequest) => Promise<Result<HttpResponse, ApiError>>;

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
	createTask(
		path: string,
		body: JsonRecord,
		patience: Patience,
	): Promise<Result<CreatedTask, ApiError>>;
	/** Permission to put files for this model into the temporary store. */
	getUploadPolicy(modelId: string, signal: AbortSignal): Promise<Result<UploadPolicy, ApiError>>;
	/** The answer as it is: a failed or an unknown task is an answer too (documented). */
	queryTask(taskId: string, signal: AbortSignal): Promise<Result<JsonRecord, ApiError>>;
	listTasks(query: TaskListQuery, signal: AbortSignal): Promise<Result<JsonRecord, ApiError>>;
	/** Cancels a task that is still PENDING; any other is refused (documented). */
	cancelTask(taskId: string, signal: AbortSignal): Promise<Result<JsonRecord, ApiError>>;
	/** The same, even where the execution has been stopped. */
	cancelAfterStop(taskId: string): Promise<Result<JsonRecord, ApiError>>;
}

/** How requests leave: as part of the execution, and in spite of its end. */
export interface Senders {
	readonly send: Send;
	readonly sendAfterStop: Send;
}

const CANCELED: Result<never, ApiError> = fail({ kind: 'canceled' });

/** A client over senders, which add host and key; clients that share a pace share the account's limits. */
export function createClient(
	{ send, sendAfterStop }: Senders,
	clock: Clock,
	pace: RateLimits = createRateLimits(clock),
): DashScopeClient {
	const callOnce = async (
		request: HttpRequest,
		sender = send,
	): Promise<Result<JsonRecord, ApiError>> => {
		const answer = await sender(request);
		return answer.ok ? readResponse(answer.value) : answer;
	};

	const call = async (
		request: HttpRequest,
		pacer: RateLimiter,
		sender?: Send,
	): Promise<Result<JsonRecord, ApiError>> => {
		const answer = await callOnce(request, sender);
		if (!answer.ok && isThrottled(answer.error)) pacer.backOff();
		// Any other answer, a refusal too, shows that the service takes calls at this pace.
		else if (answer.ok || answer.error.kind === 'refused') pacer.recover();
		return answer;
	};

	const read = async (path: string, pacer: RateLimiter, signal: AbortSignal) => {
		await pacer.turn(signal);
		if (signal.aborted) return CANCELED;
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
				const hopelessMs = Math.max(startMs, acceptedMs) + retryWindowMs(answer.error);
				if (!isRetryableCreate(answer.error) || nowMs >= hopelessMs) return answer;
				if (!isThrottled(answer.error)) creates.backOff();
				await creates.turn(signal);
				if (signal.aborted) return CANCELED;
			}
		},

		async getUploadPolicy(modelId) {
			const answer = await callOnce({ method: 'GET', path: uploadPolicyPath(modelId) });
			return answer.ok ? readUploadPolicy(answer.value) : answer;
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
			if (signal.aborted) return CANCELED;
			return await call(cancelRequest(taskId), pace.cancels);
		},

		async cancelAfterStop(taskId) {
			await pace.cancels.turn();
			return await call(cancelRequest(taskId), pace.cancels, sendAfterStop);
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

function readCreated(answer: JsonRecord): Result<CreatedTask, ApiError> {
	const output = objectOrEmpty(answer, 'output');
	const taskId = optionalText(output, 'task_id');
	const requestId = optionalText(answer, 'request_id');
	if (taskId === undefined) {
		const error = { kind: 'unexpectedResponse', status: 200, excerpt: excerptOf(answer) } as const;
		return fail({ ...error, ...(requestId !== undefined && { requestId }) });
	}
	const status = optionalText(output, 'task_status') ?? 'PENDING';
	return ok({ taskId, status, ...(requestId !== undefined && { requestId }) });
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
