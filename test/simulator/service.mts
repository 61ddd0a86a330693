import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { listAnswer, taskAnswer } from './answers.mts';
import { filmBytes, plainPicture } from './videos.mts';
import { storeAnswer, type Answer } from './delivery.mts';
import { isObject, parseObject, type JsonObject } from './json.mts';
import { judgeDownload, resultLinks } from './links.mts';
import { RateLimits } from './rateLimits.mts';
import { type FetchFrom, loadMedia, type LoadedMedia } from './media.mts';
import { MODELS, type Model, type Service } from './models.mts';
import { readOrder, type Failure, type Order } from './createBody.mts';
import { REFUSALS, refusalBody, type Refusal } from './refusals.mts';
import { TIER_PIXELS, videoSize } from './size.mts';
import { TaskStore } from './taskStore.mts';
import { statusAt, type SimulatedTask, type TaskWork } from './tasks.mts';
import { seedTask, type TaskSeed } from './taskSeed.mts';
import { UploadStore, type UploadForm } from './uploads.mts';

/** Queueing and run time of a task in ms. */
export interface TaskTimes {
	pendingMs?: number;
	runningMs?: number;
}

/** How the service behaves; every member settled. */
export interface ServiceSettings {
	key: string;
	/** Service times are divided by it. */
	speed: number;
	times: (task: Pick<SimulatedTask, 'id' | 'model' | 'body' | 'work'>) => TaskTimes;
	limits: LimitSettings;
	maxPixels: number;
	downloadMs: number;
	fetchFrom: FetchFrom;
	/** Other ids (fine-tuned models), and the model each of them behaves like. */
	aliases: Readonly<Record<string, string>>;
}

/** Limits that replace the documented ones. */
export interface LimitSettings {
	/** Tasks of a limit group that run at once. */
	running?: number;
	/** Creates per second of a limit group. */
	createsPerSecond?: number;
	/** Calls per second of each of query, list and cancel; documented: 20. */
	queriesPerSecond?: number;
	/** Beyond the running limit a task waits, or its create is refused; not settled by the document. */
	whenFull?: 'pending' | 'refuse';
}

/** A call as it arrived. */
export interface Call {
	headers: IncomingHttpHeaders;
	query: Readonly<Record<string, unknown>>;
	text: string;
}

const QUERIES_PER_SECOND = 20;
const POLICIES_PER_SECOND = 100;
// Within the measured 0.03…15 s.
const PENDING_MS = 3_000;
/** How soon the service fails a task whose fields or media are bad, in ms (measured). */
export const LATE_FAILURE_MS = 100;

const ASYNC_HEADER = 'x-dashscope-async';
const RESOLVE_HEADER = 'x-dashscope-ossresourceresolve';

/** The API's calls as functions from a call to its answer; all it knows is in memory. */
export class DashScopeService {
	readonly tasks: TaskStore;
	private readonly uploads = new UploadStore();
	private readonly rates = new RateLimits();
	/** Creates whose media are being looked at, by limit group. */
	private readonly preparing = new Map<string, number>();

	/** `baseUrl`: where the results and the upload host are found. */
	constructor(
		private readonly settings: ServiceSettings,
		private readonly baseUrl: string,
	) {
		this.tasks = new TaskStore((task) => this.slots(task.model));
	}

	/** `POST …/video-synthesis` (document, section 4). */
	async create(service: Service, call: Call): Promise<Answer> {
		const arrivedAtMs = Date.now();
		const refused = this.checkKey(call.headers);
		if (refused !== undefined) return refusedBy(refused);
		if (!isEnabled(call.headers[ASYNC_HEADER])) return refusedBy(REFUSALS.AccessDenied);

		const body = parseObject(call.text);
		if (body === undefined) return refusedBy(REFUSALS['BadRequest.IllegalInput']);
		if (!isObject(body.input)) return refusedBy(REFUSALS['BadRequest.EmptyInput']);
		if (typeof body.model !== 'string' || body.model === '') {
			return refusedBy(REFUSALS['BadRequest.EmptyModel']);
		}
		const model = this.findModel(body.model);
		if (model === undefined) {
			return refusedBy({ ...REFUSALS.InvalidParameter, message: 'Model not exist.' });
		}
		if (model.service !== service) {
			return refusedBy({
				...REFUSALS.InvalidParameter,
				message: 'url error, please check url!',
			});
		}
		const { group, createsPerSecond } = model.limits;
		const perSecond = this.settings.limits.createsPerSecond ?? createsPerSecond;
		if (!this.rates.admit(`create ${group}`, perSecond, arrivedAtMs) || this.isFull(model)) {
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
	query(id: string, call: Call): Answer {
		const refused = this.checkRead('query', call.headers);
		if (refused !== undefined) return refusedBy(refused);
		const nowMs = Date.now();
		const task = this.tasks.all.get(id);
		const alive = task === undefined || statusAt(task, nowMs) === 'UNKNOWN' ? undefined : task;
		return ok(taskAnswer(id, alive, (done) => resultLinks(done, this.baseUrl), nowMs));
	}

	/** `GET /tasks/`. */
	list(call: Call): Answer {
		const refused = this.checkRead('list', call.headers);
		if (refused !== undefined) return refusedBy(refused);
		const answer = listAnswer([...this.tasks.all.values()], call.query, Date.now());
		return answer.ok
			? ok(answer.body)
			: refusedBy({ ...REFUSALS.InvalidParameter, message: answer.message });
	}

	/** `POST /tasks/{id}/cancel`. */
	cancel(id: string, call: Call): Answer {
		const refused = this.checkKey(call.headers) ?? this.checkRate('cancel');
		if (refused !== undefined) return refusedBy(refused);
		return this.tasks.cancel(id, Date.now()) ? ok({}) : refusedBy(REFUSALS.UnsupportedOperation);
	}

	/** `GET /uploads?action=getPolicy` (document, section 6). */
	policy(call: Call): Answer {
		const nowMs = Date.now();
		const { action, model } = call.query;
		const refused = this.checkKey(call.headers) ?? checkNotAsync(call.headers);
		if (refused !== undefined) return refusedBy(refused);
		if (action !== 'getPolicy' || typeof model !== 'string' || model === '') {
			return refusedBy(REFUSALS.InvalidParameter);
		}
		if (this.findModel(model) === undefined) {
			return refusedBy({ ...REFUSALS.InvalidParameter, message: 'Model not exist.' });
		}
		if (!this.rates.admit(`policy ${model}`, POLICIES_PER_SECOND, nowMs)) {
			return refusedBy(REFUSALS['Throttling.RateQuota']);
		}
		return ok({ data: this.uploads.certify(model, `${this.baseUrl}/oss`, nowMs) });
	}

	/** `POST {upload_host}`: the store's own answer, XML unless all is well. */
	upload(form: UploadForm): Answer {
		const refused = this.uploads.store(form, Date.now());
		if (refused !== undefined) return storeAnswer(refused);
		return {
			kind: 'bytes',
			status: 200,
			bytes: Buffer.alloc(0),
			contentType: undefined,
			headers: { etag: `"${randomUUID().replaceAll('-', '').toUpperCase()}"` },
		};
	}

	/** `GET /models`: the ids that are served. */
	models(call: Call): Answer {
		const refused = this.checkKey(call.headers);
		if (refused !== undefined) return refusedBy(refused);
		return ok({ data: [...MODELS.keys(), ...Object.keys(this.settings.aliases)] });
	}

	/** The video behind a result link. */
	async result(id: string, call: Call): Promise<Answer> {
		const nowMs = Date.now();
		const task = this.tasks.all.get(id);
		if (call.headers.authorization !== undefined) {
			return storeAnswer({
				status: 400,
				code: 'InvalidArgument',
				message:
					'Only one auth mechanism allowed; use either the query or the Authorization header.',
			});
		}
		if (task === undefined || nowMs < task.endsAtMs) {
			return storeAnswer({ status: 404, code: 'NoSuchKey', message: 'The key does not exist.' });
		}
		const refused = judgeDownload(task, call.query, nowMs);
		if (refused !== undefined) return storeAnswer(refused);
		return {
			kind: 'bytes',
			status: 200,
			bytes: await filmOf(task),
			contentType: 'video/mp4',
			headers: {},
		};
	}

	/** Puts a task of any state and age into the store; gives its id. */
	addTask(seed: TaskSeed): string {
		const model = this.findModel(seed.model ?? 'wan2.7-i2v');
		return this.tasks.add(seedTask(seed, model, this.settings.maxPixels, Date.now())).id;
	}

	private async accept(model: Model, body: JsonObject, resolve: boolean): Promise<Answer> {
		const made = await this.prepare(model, body, resolve);
		const nowMs = Date.now();
		const task: SimulatedTask = {
			id: randomUUID(),
			requestId: randomUUID(),
			model,
			body,
			work: made.work,
			cut: made.cut,
			submittedAtMs: nowMs,
			pendingMs: 0,
			runningMs: 0,
			startsAtMs: Infinity,
			endsAtMs: Infinity,
			queued: made.failure === undefined,
			failure: made.failure && { ...made.failure, when: 'at', atMs: nowMs + LATE_FAILURE_MS },
			canceledAtMs: undefined,
			output: {},
			usage: undefined,
		};
		const { pendingMs = PENDING_MS, runningMs = model.runningMs } = this.settings.times(task);
		const { speed } = this.settings;
		this.tasks.add(
			task.queued
				? {
						...task,
						pendingMs: Math.round(pendingMs / speed),
						runningMs: Math.round(runningMs / speed),
					}
				: task,
		);
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
		model: Model,
		body: JsonObject,
		resolve: boolean,
	): Promise<{ work: TaskWork; cut: readonly string[]; failure: Failure | undefined }> {
		const checked = readOrder(model, body);
		if (!checked.ok) return { work: NO_WORK, cut: [], failure: checked.failure };
		const { order } = checked;
		const loaded = await loadMedia(order.media, model.image, {
			readOss: this.uploads.reader(model.id, resolve, Date.now()),
			downloadMs: this.settings.downloadMs,
			fetchFrom: this.settings.fetchFrom,
		});
		if (!loaded.ok) return { work: NO_WORK, cut: order.cut, failure: loaded.failure };
		return {
			work: workOf(order, loaded.value, model, this.settings.maxPixels),
			cut: order.cut,
			failure: undefined,
		};
	}

	private findModel(id: string): Model | undefined {
		const known = MODELS.get(id);
		if (known !== undefined) return known;
		const base = MODELS.get(this.settings.aliases[id] ?? '');
		return base && { ...base, id, limits: { ...base.limits, group: id } };
	}

	private slots(model: Model): number {
		if (this.settings.limits.whenFull === 'refuse') return Infinity;
		return this.settings.limits.running ?? model.limits.running;
	}

	private isFull({ limits }: Model): boolean {
		const { whenFull, running } = this.settings.limits;
		const unfinished = this.tasks.unfinished(limits.group, Date.now());
		const taken = unfinished + (this.preparing.get(limits.group) ?? 0);
		return whenFull === 'refuse' && taken >= (running ?? limits.running);
	}

	private countPreparing(group: string, change: 1 | -1): void {
		this.preparing.set(group, (this.preparing.get(group) ?? 0) + change);
	}

	private checkKey({ authorization }: IncomingHttpHeaders): Refusal | undefined {
		if (authorization === undefined || authorization === '') {
			return { ...REFUSALS.InvalidApiKey, message: 'No API-key provided.' };
		}
		return authorization === `Bearer ${this.settings.key}` ? undefined : REFUSALS.InvalidApiKey;
	}

	private checkRead(name: 'query' | 'list', headers: IncomingHttpHeaders): Refusal | undefined {
		return this.checkKey(headers) ?? checkNotAsync(headers) ?? this.checkRate(name);
	}

	private checkRate(name: 'query' | 'list' | 'cancel'): Refusal | undefined {
		const perSecond = this.settings.limits.queriesPerSecond ?? QUERIES_PER_SECOND;
		return this.rates.admit(name, perSecond, Date.now())
			? undefined
			: REFUSALS['Throttling.RateQuota'];
	}
}

function checkNotAsync(headers: IncomingHttpHeaders): Refusal | undefined {
	return headers[ASYNC_HEADER] === undefined
		? undefined
		: {
				...REFUSALS.AccessDenied,
				message: 'Current user api does not support asynchronous calls.',
			};
}

function isEnabled(header: string | string[] | undefined): boolean {
	return String(header).toLowerCase() === 'enable';
}

function ok(body: JsonObject): Answer {
	return { kind: 'json', status: 200, body: { request_id: randomUUID(), ...body } };
}

function refusedBy(refusal: Refusal): Answer {
	return { kind: 'json', status: refusal.status, body: refusalBody(refusal, randomUUID()) };
}

// A task whose body is bad makes nothing.
const NO_WORK: TaskWork = {
	prompt: '',
	tier: '',
	seconds: 0,
	clipSeconds: 0,
	size: { width: 16, height: 16 },
	ratio: '',
	switches: {},
	sound: false,
	first: undefined,
	last: undefined,
};

const WIDE = 16 / 9;

function workOf(order: Order, media: LoadedMedia, model: Model, maxPixels: number): TaskWork {
	const ratio = order.ratio === 'adaptive' ? (media.ratio ?? WIDE) : quotient(order.ratio);
	const { prompt, tier, seconds, switches, sound } = order;
	return {
		prompt,
		tier,
		seconds,
		clipSeconds: media.clipSeconds,
		size: videoSize(ratio, Math.min(TIER_PIXELS[tier] ?? Infinity, maxPixels)),
		ratio: nearestRatio(ratio, model.ratios ?? []),
		switches,
		sound,
		first: media.first,
		last: media.last,
	};
}

/** `16:9` as a number. */
function quotient(ratio: string): number {
	const [width = 1, height = 1] = ratio.split(':').map(Number);
	return width / height;
}

function nearestRatio(ratio: number, names: readonly string[]): string {
	const distance = (name: string): number => Math.abs(Math.log(quotient(name) / ratio));
	const [nearest = ''] = names
		.filter((name) => name.includes(':'))
		.sort((one, other) => distance(one) - distance(other));
	return nearest;
}

async function filmOf({ work, model }: SimulatedTask): Promise<Buffer> {
	const first = work.first ?? (await plainPicture(work.size, 'steelblue'));
	return filmBytes({
		first,
		last: work.last ?? (work.first === undefined ? await plainPicture(work.size, 'coral') : first),
		size: work.size,
		seconds: work.seconds,
		fps: model.fps,
		sound: work.sound,
	});
}
