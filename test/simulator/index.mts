import { billAt, type Bill } from './tasks/billing.mts';
import { FaultQueue, type Fault, type RequestKind } from './http/faults.mts';
import type { JsonObject } from './json.mts';
import { withDefaults, type ServiceOptions } from './api/serviceOptions.mts';
import { Recorder, type RecordedRequest } from './http/recorder.mts';
import { createServer, type ServedFile } from './http/server.mts';
import { DashScopeService } from './api/service.mts';
import type { TaskSeed } from './tasks/taskSeed.mts';
import type { SimulatedTask } from './tasks/tasks.mts';

export type { Bill } from './tasks/billing.mts';
export type { TaskError } from './tasks/taskError.mts';
export type { Fault, FaultEffect, FaultMoment, FaultTarget, RequestKind } from './http/faults.mts';
export type { ServedModel } from './models/model.mts';
export { KEYFRAME_MODELS, MODELS } from './models/models.mts';
export type { LimitSettings, PlannedTask, TaskTimes } from './api/serviceOptions.mts';
export type { RecordedRequest } from './http/recorder.mts';
export { REFUSALS, type Refusal, type RefusalCode } from './api/refusals.mts';
export { FAULTS_PATH } from './http/server.mts';
export { RESOLUTION_PIXELS, videoSize, type Size } from './videos/size.mts';
export type { TaskSeed } from './tasks/taskSeed.mts';
export { statusAt, type SimulatedTask, type TaskStatus } from './tasks/tasks.mts';
export type { VideoPlan } from './videos/videoPlan.mts';

/** How a simulator differs from the documented service. */
export interface SimulatorOptions extends ServiceOptions {
	/** Default: any that is free. */
	port?: number;
	/** JSON answers are compressed for clients that accept it; default true. */
	gzip?: boolean;
	/** Takes faults at `FAULTS_PATH` too; default false. */
	faultsOverHttp?: boolean;
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
	/** Those of them that a fault keeps silent: nothing moves before a timer or the client does. */
	readonly heldRequests: number;
	/** How many requests of a kind arrived. */
	count(kind: RequestKind): number;
	/** Lets the next matching requests go wrong. */
	fault(fault: Fault): void;
	clearFaults(): void;
	/** Puts a task of any state and age into the store; returns its id. */
	addTask(seed?: TaskSeed): string;
	/**
	 * The body that EventBridge posts about a task that has ended, with the answer of its query if
	 * `withResult`. Throws for any other task.
	 */
	finishedEvent(taskId: string, options?: { withResult?: boolean }): JsonObject;
	/** What the account is billed for by now, or by another moment (a Unix time in ms). */
	bill(atMs?: number): Bill;
	/** Serves bytes to anyone; returns their URL. */
	serveFile(name: string, bytes: Buffer, contentType: string): string;
	close(): Promise<void>;
}

/** Starts a simulator on 127.0.0.1 and returns what tests need to steer and to watch it. */
export async function startSimulator({
	port = 0,
	gzip = true,
	faultsOverHttp = false,
	onAnswered = () => undefined,
	...options
}: SimulatorOptions = {}): Promise<Simulator> {
	const settings = withDefaults(options);
	const faults = new FaultQueue();
	const recorder = new Recorder();
	const files = new Map<string, ServedFile>();
	const app = await createServer({
		// The links that it returns contain the port, which is known once the server listens.
		service: () => service,
		faults,
		recorder,
		files,
		gzip,
		faultsOverHttp,
		onAnswered,
	});
	const url = await app.listen({ host: '127.0.0.1', port });
	const service = new DashScopeService(settings, url);
	return {
		url,
		key: settings.key,
		requests: recorder.requests,
		tasks: service.tasks.all,
		get openRequests() {
			return recorder.open;
		},
		get heldRequests() {
			return recorder.heldBack;
		},
		count: (kind) => recorder.requests.filter((request) => request.kind === kind).length,
		fault: (fault) => faults.add(fault),
		clearFaults: () => faults.clear(),
		addTask: (seed = {}) => service.addTask(seed),
		finishedEvent: (taskId, { withResult = false } = {}) =>
			service.finishedEvent(taskId, withResult),
		bill: (atMs = service.now()) => billAt(service.tasks.all.values(), atMs),
		serveFile: (name, bytes, contentType) => {
			const path = `/files/${files.size + 1}/${name}`;
			files.set(path, { bytes, contentType });
			return encodeURI(`${url}${path}`);
		},
		close: () => app.close(),
	};
}
