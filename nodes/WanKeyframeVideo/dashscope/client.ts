import type { Clock } from '../util/clock';
import { withDeadline } from '../util/deadline';
import { objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';
import type { RateLimiter } from '../util/rateLimiter';
import { fail, ok, type Result } from '../util/result';
import {
	isRetryableCreate,
	isThrottled,
	isTransient,
	retryAfterOf,
	retryWindowMs,
	type ApiError,
} from './apiError';
import { createAccountLimits, type AccountLimits, type CreateLimit } from './rateLimits';
import { readResponse, unexpectedResponse, type HttpResponse } from './readResponse';
import { formatListTime } from './serviceTime';
import { readUploadPolicy, uploadPolicyPath, type UploadPolicy } from './uploadPolicy';

export interface HttpRequest {
	readonly method: 'GET' | 'POST';
	/** Below the API's root, with a leading slash. */
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: JsonRecord;
}

/**
 * Sends one request, once, with the credential, and returns what came back, whatever its status.
 * The signal is the only thing that ends it early; never rejects.
 */
export type Send = (
	request: HttpRequest,
	signal: AbortSignal,
) => Promise<Result<HttpResponse, ApiError>>;

export interface CreatedTask {
	readonly taskId: string;
	readonly status: string;
	readonly requestId?: string;
}

export interface CreateOptions {
	readonly limit: CreateLimit;
	/** Ends the create as long as it has not been sent. */
	readonly signal: AbortSignal;
	/** Called each time just before the request leaves. */
	readonly onSent?: () => void;
}

/**
 * Tasks submitted in a period of at most 24 hours, one page of them; times in milliseconds since
 * 1970.
 */
export interface TaskListQuery {
	readonly fromMs: number;
	readonly toMs: number;
	readonly pageNo: number;
	readonly pageSize: number;
	readonly modelName?: string;
	readonly status?: string;
}

/** How a call that costs nothing meets a passing error. */
export interface ReadOptions {
	/** Send it again a few times over some seconds; for callers that do not poll themselves. */
	readonly retry?: boolean;
}

/**
 * The calls of the API that the node needs. Each keeps to the account's rate limits, has a deadline
 * for its whole answer, and is not sent once `signal` has aborted.
 */
export interface DashScopeClient {
	/**
	 * Creates a task: acquires a slot of the limit, builds the body, sends it. Sent again only
	 * while the service clearly refuses it; with a body that is built anew, so that none is held in
	 * between. Once sent, it is awaited in spite of `signal`: its task is paid for, so its ID must
	 * be known. Throws what `buildBody` throws.
	 */
	createTask(
		path: string,
		buildBody: () => Promise<JsonRecord>,
		options: CreateOptions,
	): Promise<Result<CreatedTask, ApiError>>;
	/** Permission to put files for this model into the temporary store; retries passing errors. */
	getUploadPolicy(modelId: string, signal?: AbortSignal): Promise<Result<UploadPolicy, ApiError>>;
	/**
	 * The answer as the service sent it; a failed or an unknown task is an answer too (documented,
	 * section 5). One without a status, or for another task, is an unexpected response.
	 */
	queryTask(
		taskId: string,
		signal: AbortSignal,
		options?: ReadOptions,
	): Promise<Result<JsonRecord, ApiError>>;
	listTasks(
		query: TaskListQuery,
		signal: AbortSignal,
		options?: ReadOptions,
	): Promise<Result<JsonRecord, ApiError>>;
	/**
	 * The page size that the account's list is known to accept; shared by all clients of the
	 * account.
	 */
	readonly listPageSize: { value: number };
	/** Cancels a task that is still PENDING; any other is refused (documented, section 5). */
	cancelTask(taskId: string, signal: AbortSignal): Promise<Result<JsonRecord, ApiError>>;
	/** As `cancelTask`, for an execution that has been stopped. */
	cancelAfterStop(taskId: string): Promise<Result<JsonRecord, ApiError>>;
}

/** For the whole answer. A create with a data URI took 4.2 s (measured by others, section 5). */
const ANSWER_TIMEOUT_MS = 60_000;

/**
 * The slowest line that a body is sent over: 256 kbit/s. n8n's helpers do not report how much of a
 * body has left (their `timeout` is a total as well), so the time that a body may take follows from
 * its size.
 */
const MIN_UPLOAD_BYTES_PER_MS = 32;

/** Pauses before a call that costs nothing is sent again. */
const RETRY_PAUSES_MS = [1_000, 2_000, 4_000] as const;

const CANCELED: Result<never, ApiError> = fail({ kind: 'canceled' });

/**
 * A client over a sender, which adds host and key; clients that share limits share the account's.
 */
export function createClient(
	send: Send,
	clock: Clock,
	limits: AccountLimits = createAccountLimits(clock),
): DashScopeClient {
	/** Sends a request, gives up at its deadline, and lets the limiter learn from the answer. */
	const call = async (
		request: HttpRequest,
		signal?: AbortSignal,
		limiter?: RateLimiter,
	): Promise<Result<JsonRecord, ApiError>> => {
		const timeoutMs =
			ANSWER_TIMEOUT_MS + Math.ceil(textLength(request.body) / MIN_UPLOAD_BYTES_PER_MS);
		const sent = await withDeadline(
			{ clock, timeoutMs, signal },
			async (abort) => await send(request, abort),
		);
		if (sent.kind === 'aborted') return CANCELED;
		if (sent.kind === 'timedOut') return fail(noAnswerWithin(timeoutMs));
		const answer = sent.value.ok ? readResponse(sent.value.value) : sent.value;
		if (!answer.ok && isThrottled(answer.error)) limiter?.backOff(retryAfterOf(answer.error));
		// Any other answer, a refusal too, shows that the service accepts calls at this rate.
		else if (answer.ok || answer.error.kind === 'refused') limiter?.recover();
		return answer;
	};

	const limited = async (
		request: HttpRequest,
		limiter: RateLimiter,
		signal: AbortSignal,
	): Promise<Result<JsonRecord, ApiError>> => {
		await limiter.acquire(signal);
		return signal.aborted ? CANCELED : await call(request, signal, limiter);
	};

	/** Sends a call that costs nothing again while its error may pass. */
	const withRetries = async <T>(
		attempt: () => Promise<Result<T, ApiError>>,
		signal?: AbortSignal,
		mayPass = isTransient,
	): Promise<Result<T, ApiError>> => {
		for (const pauseMs of RETRY_PAUSES_MS) {
			const answer = await attempt();
			if (answer.ok || !mayPass(answer.error)) return answer;
			await clock.sleep(Math.max(pauseMs, retryAfterOf(answer.error)), signal);
			if (signal?.aborted) return CANCELED;
		}
		return await attempt();
	};

	return {
		listPageSize: limits.listPageSize,

		async createTask(path, buildBody, { limit, signal, onSent }) {
			const limiter = limits.creates(limit);
			const startMs = clock.monotonicMs();
			for (;;) {
				await limiter.acquire(signal);
				if (signal.aborted) return CANCELED;
				const body = await buildBody();
				if (signal.aborted) return CANCELED;
				onSent?.();
				// Without its header the service refuses the create; a GET must not carry it
				// (section 4).
				const headers = { 'X-DashScope-Async': 'enable', ...ossResolveHeader(body) };
				const answer = await call({ method: 'POST', path, headers, body }, undefined, limiter);
				if (answer.ok) {
					limiter.accepted();
					return readCreated(answer.value);
				}
				// As long as others of the group are accepted, the queue moves and a slot may come.
				const sinceMs = Math.max(startMs, limiter.lastAcceptedMs());
				const isWindowOver = clock.monotonicMs() >= sinceMs + retryWindowMs(answer.error);
				if (!isRetryableCreate(answer.error) || isWindowOver) return answer;
				if (!isThrottled(answer.error)) limiter.backOff();
			}
		},

		async getUploadPolicy(modelId, signal) {
			return await withRetries(async () => {
				const answer = await call({ method: 'GET', path: uploadPolicyPath(modelId) }, signal);
				return answer.ok ? readUploadPolicy(answer.value) : answer;
			}, signal);
		},

		async queryTask(taskId, signal, { retry = false } = {}) {
			const request = { method: 'GET', path: taskPath(taskId) } as const;
			const attempt = async () => {
				const answer = await limited(request, limits.queries, signal);
				return answer.ok ? checkTaskAnswer(taskId, answer.value) : answer;
			};
			return await (retry ? withRetries(attempt, signal) : attempt());
		},

		async listTasks(query, signal, { retry = false } = {}) {
			const request = { method: 'GET', path: listPath(query) } as const;
			const attempt = async () => await limited(request, limits.lists, signal);
			return await (retry ? withRetries(attempt, signal) : attempt());
		},

		async cancelTask(taskId, signal) {
			return await limited(cancelRequest(taskId), limits.cancels, signal);
		},

		async cancelAfterStop(taskId) {
			const attempt = async () => {
				await limits.cancels.acquire();
				return await call(cancelRequest(taskId), undefined, limits.cancels);
			};
			// Nobody waits for it, but it must end: a service that is silent is not asked again.
			const mayPass = (error: ApiError) => error.kind !== 'unreachable' && isTransient(error);
			return await withRetries(attempt, undefined, mayPass);
		},
	};
}

const noAnswerWithin = (timeoutMs: number): ApiError => ({
	kind: 'unreachable',
	cause: `No complete answer within ${Math.round(timeoutMs / 1000)} s`,
	connectFailed: false,
});

const taskPath = (taskId: string): string => `/tasks/${encodeURIComponent(taskId)}`;

const cancelRequest = (taskId: string): HttpRequest => ({
	method: 'POST',
	path: `${taskPath(taskId)}/cancel`,
});

/**
 * Without a slash before the question mark, as the newest page and the official SDK write it
 * (section 5).
 */
function listPath({ fromMs, toMs, pageNo, pageSize, modelName, status }: TaskListQuery): string {
	const query = new URLSearchParams({
		start_time: formatListTime(fromMs),
		end_time: formatListTime(toMs),
		page_no: String(pageNo),
		page_size: String(pageSize),
		...optional('model_name', modelName),
		...optional('status', status),
	});
	return `/tasks?${query.toString()}`;
}

/** An answer that is not about this task must neither be waited on nor taken for its video. */
function checkTaskAnswer(taskId: string, answer: JsonRecord): Result<JsonRecord, ApiError> {
	const output = objectOrEmpty(answer, 'output');
	const hasStatus = optionalText(output, 'task_status') !== undefined;
	const answeredId = output['task_id'];
	const isThisTask = answeredId === undefined || answeredId === null || answeredId === taskId;
	return hasStatus && isThisTask ? ok(answer) : fail(unexpectedResponse(answer));
}

function readCreated(answer: JsonRecord): Result<CreatedTask, ApiError> {
	const output = objectOrEmpty(answer, 'output');
	const taskId = optionalText(output, 'task_id');
	if (taskId === undefined) return fail(unexpectedResponse(answer));
	const status = optionalText(output, 'task_status') ?? 'PENDING';
	return ok({ taskId, status, ...optional('requestId', optionalText(answer, 'request_id')) });
}

/** The service reads `oss://` inputs only with this header (documented, section 6). */
function ossResolveHeader(body: JsonRecord): Record<string, string> {
	return holdsTemporaryUrl(body['input']) ? { 'X-DashScope-OssResourceResolve': 'enable' } : {};
}

function holdsTemporaryUrl(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('oss://');
	return (
		typeof value === 'object' && value !== null && Object.values(value).some(holdsTemporaryUrl)
	);
}

/** The characters of all texts in a body: of what is large, data URIs, each is a byte. */
function textLength(value: unknown): number {
	if (typeof value === 'string') return value.length;
	if (typeof value !== 'object' || value === null) return 0;
	return Object.values(value).reduce((sum: number, part) => sum + textLength(part), 0);
}
