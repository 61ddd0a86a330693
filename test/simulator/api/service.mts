import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { checkAccess, checkAsync, checkNotAsync, isEnabled } from './access.mts';
import { checkCreateBody } from './createBody.mts';
import { finishedEvent } from './events.mts';
import { isObject, parseObject, type JsonObject } from '../json.mts';
import { limitsAnswer } from './limitsAnswer.mts';
import { checkDownload, resultFiles, resultLinks, WATERMARK_FILE } from './links.mts';
import { loadMedia } from '../media/media.mts';
import type { ServedModel, Service } from '../models/model.mts';
import { findServedModel, MODELS, unservedModel } from '../models/models.mts';
import type { ServiceSettings } from './serviceOptions.mts';
import { RateLimits } from './rateLimits.mts';
import { REFUSALS, refusalBody, type Refusal } from './refusals.mts';
import { storeResponse, type ServiceResponse } from './response.mts';
import { storeRefusal } from './storeRefusals.mts';
import { taskAnswer } from './taskAnswer.mts';
import type { TaskError } from '../tasks/taskError.mts';
import { listAnswer } from './taskList.mts';
import { seedTask, type TaskSeed } from '../tasks/taskSeed.mts';
import { TaskStore } from '../tasks/taskStore.mts';
import { finishesAtMs, statusAt, type SimulatedTask } from '../tasks/tasks.mts';
import { UploadStore, type UploadForm } from './uploads.mts';
import { NO_VIDEO, type VideoPlan } from '../videos/videoPlan.mts';
import { planVideo } from './planVideo.mts';
import { plainPicture, videoBytes } from '../videos/videos.mts';

/** A call as it arrived. */
export interface Call {
	headers: IncomingHttpHeaders;
	query: JsonObject;
	text: string;
	/** The moment that it is answered for, a Unix time in ms. */
	atMs: number;
}

const QUERIES_PER_SECOND = 20;
const POLICIES_PER_SECOND = 100;
// Within the measured 0.03…15 s.
const PENDING_MS = 3_000;
/** How soon the service fails a task whose fields or media are bad, in ms (measured). */
export const LATE_FAILURE_MS = 100;

const RESOLVE_HEADER = 'x-dashscope-ossresourceresolve';

// Only words to this effect are known, no code.
const NOT_ACTIVATED: TaskError = {
	code: 'InvalidParameter',
	message: 'The product is not activated, please activate it first.',
};

/** The API's calls as functions from a call to its response; all it knows is in memory. */
export class DashScopeService {
	readonly tasks: TaskStore;
	private readonly uploads = new UploadStore();
	private readonly rates = new RateLimits();
	/** Creates whose media are being checked, by limit group. */
	private readonly preparing = new Map<string, number>();

	/** `baseUrl`: where the results and the upload host are found. */
	constructor(
		private readonly settings: ServiceSettings,
		private readonly baseUrl: string,
	) {
		this.tasks = new TaskStore((task) => this.limitsOf(task.model).running);
	}

	/** The service's clock, a Unix time in ms. */
	now(): number {
		return Date.now() + this.settings.clockAheadMs;
	}

	/** When a task was created and has ended or is to end; undefined for one that is not known. */
	taskTimes(id: string | undefined): { createdAtMs: number; endedAtMs: number } | undefined {
		const task = this.tasks.all.get(id ?? '');
		return task && { createdAtMs: task.submittedAtMs, endedAtMs: finishesAtMs(task) };
	}

	/** `POST …/video-synthesis` (docs/service-facts.md#4-create). */
	async create(service: Service, call: Call): Promise<ServiceResponse> {
		const arrivedAtMs = this.now();
		const refused = this.checkKey(call.headers) ?? checkAsync(call.headers);
		if (refused !== undefined) return refusedBy(refused);

		const body = parseObject(call.text);
		if (body === undefined) return refusedBy(REFUSALS['BadRequest.IllegalInput']);
		if (!isObject(body.input)) return refusedBy(REFUSALS['BadRequest.EmptyInput']);
		if (typeof body.model !== 'string' || body.model === '') {
			return refusedBy(REFUSALS['BadRequest.EmptyModel']);
		}
		const model = this.findModel(body.model);
		if (model === undefined) return invalid('Model not exist.');
		if (model.service !== service) return invalid('url error, please check url!');
		if (this.settings.notActivated[model.family] === 'create') {
			return refusedBy(REFUSALS['AccessDenied.Unpurchased']);
		}
		const { group, creates } = this.limitsOf(model);
		if (!this.rates.admit(`create ${group}`, creates, arrivedAtMs) || this.isFull(model)) {
			return refusedBy(REFUSALS['Throttling.RateQuota']);
		}
		this.countPreparing(group, 1);
		try {
			return await this.accept(model, body, isEnabled(call.headers[RESOLVE_HEADER]));
		} finally {
			this.countPreparing(group, -1);
		}
	}

	/** `GET /tasks/{id}`. */
	query(id: string, { headers, atMs }: Call): ServiceResponse {
		const refused = this.checkRead('query', headers);
		return refused === undefined ? ok(this.taskAnswer(id, atMs)) : refusedBy(refused);
	}

	/** `GET /tasks`. */
	list({ headers, query, atMs }: Call): ServiceResponse {
		const refused = this.checkRead('list', headers);
		if (refused !== undefined) return refusedBy(refused);
		const tasks = [...this.tasks.all.values()];
		const answer = listAnswer(tasks, query, this.settings.listPages, atMs);
		return answer.ok ? ok(answer.body) : invalid(answer.message);
	}

	/** `POST /tasks/{id}/cancel`. */
	cancel(id: string, { headers }: Call): ServiceResponse {
		const refused = this.checkKey(headers) ?? this.checkRate('cancel');
		if (refused !== undefined) return refusedBy(refused);
		return this.tasks.cancel(id, this.now()) ? ok({}) : refusedBy(REFUSALS.UnsupportedOperation);
	}

	/** `GET /uploads?action=getPolicy` (docs/service-facts.md#6-temporary-upload). */
	policy({ headers, query }: Call): ServiceResponse {
		const nowMs = this.now();
		const { action, model } = query;
		const refused = this.checkKey(headers) ?? checkNotAsync(headers);
		if (refused !== undefined) return refusedBy(refused);
		if (action !== 'getPolicy' || typeof model !== 'string' || model === '') {
			return refusedBy(REFUSALS.InvalidParameter);
		}
		if (this.findModel(model) === undefined) return invalid('Model not exist.');
		const limit = { count: POLICIES_PER_SECOND, perSeconds: 1 };
		if (!this.rates.admit(`policy ${model}`, limit, nowMs)) {
			return refusedBy(REFUSALS['Throttling.RateQuota']);
		}
		return ok({ data: this.uploads.createPolicy(model, `${this.baseUrl}/oss`, nowMs) });
	}

	/** `POST {upload_host}`: the store's own response, XML unless all is well. */
	upload(form: UploadForm): ServiceResponse {
		const refused = this.uploads.store(form, this.now());
		if (refused !== undefined) return storeResponse(refused);
		return {
			kind: 'bytes',
			status: 200,
			bytes: Buffer.alloc(0),
			contentType: undefined,
			headers: { etag: `"${randomUUID().replaceAll('-', '').toUpperCase()}"` },
		};
	}

	/** `GET /models`: the ids that are served. */
	models({ headers }: Call): ServiceResponse {
		const refused = this.checkKey(headers);
		if (refused !== undefined) return refusedBy(refused);
		return ok({ data: [...MODELS.keys(), ...Object.keys(this.settings.aliases)] });
	}

	/** `GET /models/limits`. */
	limits({ headers, query }: Call): ServiceResponse {
		const refused = this.checkKey(headers);
		if (refused !== undefined) return refusedBy(refused);
		const models = [...MODELS.values()].map((model) => ({
			...model,
			limits: this.limitsOf(model),
		}));
		const answer = limitsAnswer(models, query);
		return answer === undefined ? invalid('page_no or page_size is invalid.') : ok(answer);
	}

	/** The video behind a result link. */
	async result(id: string, name: string, { headers, query }: Call): Promise<ServiceResponse> {
		const nowMs = this.now();
		const task = this.tasks.all.get(id);
		if (headers.authorization !== undefined) {
			return storeResponse(storeRefusal('InvalidArgument'));
		}
		const hasFile =
			task !== undefined && nowMs >= task.endsAtMs && resultFiles(task).includes(name);
		if (!hasFile) {
			return storeResponse(storeRefusal('NoSuchKey'));
		}
		const refused = checkDownload(task, query, nowMs);
		if (refused !== undefined) return storeResponse(refused);
		return {
			kind: 'bytes',
			status: 200,
			bytes: await videoOf(task, name === WATERMARK_FILE),
			contentType: 'video/mp4',
			headers: {},
		};
	}

	/** Puts a task of any state and age into the store; returns its id. */
	addTask(seed: TaskSeed): string {
		const modelId = seed.model ?? 'wan2.7-i2v';
		const model = this.findModel(modelId) ?? unservedModel(modelId);
		const task = seedTask(seed, model, this.settings.maxPixels, this.now());
		const encoder = { ...model.encoder, ...this.settings.encoder(task), ...seed.encoder };
		return this.tasks.add({ ...task, encoder }).id;
	}

	/** The event about a task that has ended, with the answer of its query if `withResult`. */
	finishedEvent(id: string, withResult: boolean): JsonObject {
		const nowMs = this.now();
		const task = this.tasks.all.get(id);
		if (task === undefined || ['PENDING', 'RUNNING'].includes(statusAt(task, nowMs))) {
			throw new Error(`There is no task ${id} that has ended`);
		}
		const result = { request_id: randomUUID(), ...this.taskAnswer(id, nowMs) };
		return finishedEvent(task, withResult ? result : undefined, nowMs);
	}

	private taskAnswer(id: string, atMs: number): JsonObject {
		const task = this.tasks.all.get(id);
		const isKnown =
			task !== undefined && task.submittedAtMs <= atMs && statusAt(task, atMs) !== 'UNKNOWN';
		const links = (done: SimulatedTask) => resultLinks(done, this.baseUrl);
		return taskAnswer(id, isKnown ? task : undefined, links, atMs);
	}

	private async accept(
		model: ServedModel,
		body: JsonObject,
		resolve: boolean,
	): Promise<ServiceResponse> {
		const { video, truncated, error } = await this.prepare(model, body, resolve);
		const nowMs = this.now();
		const planned = { id: randomUUID(), model, body, video };
		const endError = this.settings.failWith(planned);
		const { pendingMs = PENDING_MS, runningMs = model.runningMs } = this.settings.times(planned);
		const { speed } = this.settings;
		const isQueued = error === undefined;
		const task: SimulatedTask = {
			...planned,
			requestId: randomUUID(),
			encoder: { ...model.encoder, ...this.settings.encoder(planned) },
			truncated,
			submittedAtMs: nowMs,
			pendingMs: isQueued ? Math.round(pendingMs / speed) : 0,
			runningMs: isQueued ? Math.round(runningMs / speed) : 0,
			startsAtMs: Infinity,
			endsAtMs: Infinity,
			queued: isQueued,
			failure: isQueued
				? endError && { ...endError, when: 'end' }
				: { ...error, when: 'at', atMs: nowMs + LATE_FAILURE_MS },
			canceledAtMs: undefined,
			output: {},
			usage: undefined,
		};
		this.tasks.add(task);
		return {
			kind: 'json',
			status: 200,
			body: {
				output: { task_status: 'PENDING', task_id: task.id },
				request_id: task.requestId,
			},
		};
	}

	private async prepare(
		model: ServedModel,
		body: JsonObject,
		resolve: boolean,
	): Promise<{ video: VideoPlan; truncated: readonly string[]; error: TaskError | undefined }> {
		const bad = (error: TaskError, truncated: readonly string[] = []) => ({
			video: NO_VIDEO,
			truncated,
			error,
		});
		if (this.settings.notActivated[model.family] === 'task') return bad(NOT_ACTIVATED);
		const checked = checkCreateBody(model, body);
		if (!checked.ok) return bad(checked.error);
		const request = checked.value;
		const loaded = await loadMedia(request.media, model.image, {
			readOss: this.uploads.reader(model.id, resolve, this.now()),
			downloadMs: this.settings.downloadMs,
			fetchFrom: this.settings.fetchFrom,
		});
		if (!loaded.ok) return bad(loaded.error, request.truncated);
		return {
			video: planVideo(request, loaded.value, model, this.settings.maxPixels),
			truncated: request.truncated,
			error: undefined,
		};
	}

	private findModel(id: string): ServedModel | undefined {
		return findServedModel(id, this.settings.aliases);
	}

	private limitsOf({ limits }: ServedModel): ServedModel['limits'] {
		const { running, queued, createsPerSecond } = this.settings.limits;
		return {
			...limits,
			...(running !== undefined && { running }),
			...(queued !== undefined && { queued }),
			...(createsPerSecond !== undefined && {
				creates: { count: createsPerSecond, perSeconds: 1 },
			}),
		};
	}

	private isFull(model: ServedModel): boolean {
		const { group, running, queued } = this.limitsOf(model);
		const unfinished = this.tasks.unfinished(group, this.now());
		return unfinished + (this.preparing.get(group) ?? 0) >= running + queued;
	}

	private countPreparing(group: string, change: 1 | -1): void {
		this.preparing.set(group, (this.preparing.get(group) ?? 0) + change);
	}

	private checkKey(headers: IncomingHttpHeaders): Refusal | undefined {
		return checkAccess(headers, this.settings);
	}

	private checkRead(name: 'query' | 'list', headers: IncomingHttpHeaders): Refusal | undefined {
		return this.checkKey(headers) ?? checkNotAsync(headers) ?? this.checkRate(name);
	}

	private checkRate(name: 'query' | 'list' | 'cancel'): Refusal | undefined {
		const count = this.settings.limits.queriesPerSecond ?? QUERIES_PER_SECOND;
		return this.rates.admit(name, { count, perSeconds: 1 }, this.now())
			? undefined
			: REFUSALS['Throttling.RateQuota'];
	}
}

function ok(body: JsonObject): ServiceResponse {
	return { kind: 'json', status: 200, body: { request_id: randomUUID(), ...body } };
}

function refusedBy(refusal: Refusal): ServiceResponse {
	return { kind: 'json', status: refusal.status, body: refusalBody(refusal, randomUUID()) };
}

function invalid(message: string): ServiceResponse {
	return refusedBy({ ...REFUSALS.InvalidParameter, message });
}

async function videoOf({ id, video, encoder }: SimulatedTask, watermark: boolean): Promise<Buffer> {
	const { first, last, size, seconds, sound } = video;
	const content = {
		first: first ?? (await plainPicture(size, 'steelblue')),
		last: last ?? first ?? (await plainPicture(size, 'coral')),
		size,
		seconds,
		sound,
		watermark,
		encoder,
	};
	return videoBytes(content, id);
}
