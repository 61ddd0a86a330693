import { FaultQueue, type Fault, type RequestKind } from './faults.mts';
import { Recorder, type RecordedRequest } from './recorder.mts';
import { createServer, type ServedFile } from './server.mts';
import {
	DashScopeService,
	type LimitSettings,
	type ServiceSettings,
	type TaskTimes,
} from './service.mts';
import type { TaskSeed } from './taskSeed.mts';
import type { SimulatedTask } from './tasks.mts';

export type { Fault, FaultEffect, FaultMoment, FaultTarget, RequestKind } from './faults.mts';
export { MODELS, type FamilyName, type Model } from './models.mts';
export type { Failure } from './createBody.mts';
export type { RecordedRequest } from './recorder.mts';
export { REFUSALS, type Refusal, type RefusalCode } from './refusals.mts';
export { FAULTS_PATH } from './server.mts';
export type { LimitSettings, TaskTimes } from './service.mts';
export { TIER_PIXELS, videoSize, type Size } from './size.mts';
export type { TaskSeed } from './taskSeed.mts';
export { statusAt, type SimulatedTask, type TaskStatus, type TaskWork } from './tasks.mts';

/** How a simulator differs from the documented service. Times in ms. */
export interface SimulatorOptions {
	/** Default: any that is free. */
	port?: number;
	/** The one key that is accepted; default `sk-simulator`. */
	key?: string;
	/** Service times are divided by it; default 1. */
	speed?: number;
	/** Queueing and run times before `speed`; what is left out is the family's. */
	times?: TaskTimes | ServiceSettings['times'];
	limits?: LimitSettings;
	/** Upper bound of a video's pixel count, for quick tests. */
	maxPixels?: number;
	/** JSON answers are compressed for clients that accept it; default true. */
	gzip?: boolean;
	/** How long the download of a medium may take; default 10,000. */
	downloadMs?: number;
	/** Whose URLs it fetches frames from; default `localhost`, so that tests leave the network alone. */
	fetchFrom?: ServiceSettings['fetchFrom'];
	/** Ids beyond the document's (fine-tuned models), and the model that each behaves like. */
	aliases?: Readonly<Record<string, string>>;
	/** Called with every request once its connection is done with it. */
	onAnswered?: (request: RecordedRequest) => void;
}

/** A DashScope on 127.0.0.1. */
export interface Simulator {
	/** `http://127.0.0.1:PORT`; the API is below `/api/v1`. */
	readonly url: string;
	readonly key: string;
	/** Every request that arrived, in order. */
	readonly requests: readonly RecordedRequest[];
	readonly tasks: ReadonlyMap<string, SimulatedTask>;
	/** Requests that are being handled right now. */
	readonly openRequests: number;
	/** How many requests of a kind arrived. */
	count(kind: RequestKind): number;
	/** Lets the next matching requests go wrong. */
	fault(fault: Fault): void;
	clearFaults(): void;
	/** Puts a task of any state and age into the store; gives its id. */
	addTask(seed?: TaskSeed): string;
	/** Serves bytes to anyone; gives their URL. */
	serveFile(name: string, bytes: Buffer, contentType: string): string;
	close(): Promise<void>;
}

const DEFAULT_KEY = 'sk-simulator';
const DOWNLOAD_MS = 10_000;

/** Starts a simulator on 127.0.0.1 and gives what tests need to steer and to watch it. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const { key = DEFAULT_KEY, times = {} } = options;
	const faults = new FaultQueue();
	const recorder = new Recorder();
	const files = new Map<string, ServedFile>();
	const app = await createServer({
		// The links that it gives contain the port, which is known once the server listens.
		service: () => service,
		faults,
		recorder,
		files,
		gzip: options.gzip ?? true,
		onAnswered: options.onAnswered ?? (() => undefined),
	});
	const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
	const service = new DashScopeService(
		{
			key,
			speed: options.speed ?? 1,
			times: typeof times === 'function' ? times : () => times,
			limits: options.limits ?? {},
			maxPixels: options.maxPixels ?? Infinity,
			downloadMs: options.downloadMs ?? DOWNLOAD_MS,
			fetchFrom: options.fetchFrom ?? 'localhost',
			aliases: options.aliases ?? {},
		},
		url,
	);
	return {
		url,
		key,
		requests: recorder.requests,
		tasks: service.tasks.all,
		get openRequests() {
			return recorder.open;
		},
		count: (kind) => recorder.requests.filter((request) => request.kind === kind).length,
		fault: (fault) => faults.add(fault),
		clearFaults: () => faults.clear(),
		addTask: (seed = {}) => service.addTask(seed),
		serveFile: (name, bytes, contentType) => {
			const path = `/files/${files.size + 1}/${name}`;
			files.set(path, { bytes, contentType });
			return encodeURI(`${url}${path}`);
		},
		close: () => app.close(),
	};
}
