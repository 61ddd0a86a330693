import { FaultQueue, type Fault, type RequestKind } from './faults.mts';
import type { JsonObject } from './json.mts';
import { settle, type SimulatorOptions } from './options.mts';
import { Recorder, type RecordedRequest } from './recorder.mts';
import { createServer, type ServedFile } from './server.mts';
import { DashScopeService } from './service.mts';
import type { TaskSeed } from './taskSeed.mts';
import type { SimulatedTask } from './tasks.mts';

export type { TaskError } from './createBody.mts';
export type { Fault, FaultEffect, FaultMoment, FaultTarget, RequestKind } from './faults.mts';
export type { ServedModel } from './model.mts';
export { KEYFRAME_MODELS, MODELS } from './models.mts';
export type { LimitSettings, PlannedTask, SimulatorOptions, TaskTimes } from './options.mts';
export type { RecordedRequest } from './recorder.mts';
export { REFUSALS, type Refusal, type RefusalCode } from './refusals.mts';
export { FAULTS_PATH } from './server.mts';
export { RESOLUTION_PIXELS, videoSize, type Size } from './size.mts';
export type { TaskSeed } from './taskSeed.mts';
export { statusAt, type SimulatedTask, type TaskStatus } from './tasks.mts';
export type { VideoPlan } from './videoPlan.mts';

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
	/** Puts a task of any state and age into the store; returns its id. */
	addTask(seed?: TaskSeed): string;
	/**
	 * The body that EventBridge posts about a task that has ended, with the answer of its query where
	 * `withResult` says so. Throws for any other task.
	 */
	finishedEvent(taskId: string, options?: { withResult?: boolean }): JsonObject;
	/** Serves bytes to anyone; returns their URL. */
	serveFile(name: string, bytes: Buffer, contentType: string): string;
	close(): Promise<void>;
}

/** Starts a simulator on 127.0.0.1 and returns what tests need to steer and to watch it. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const settings = settle(options);
	const faults = new FaultQueue();
	const recorder = new Recorder();
	const files = new Map<string, ServedFile>();
	const app = await createServer({
		// The links that it returns contain the port, which is known once the server listens.
		service: () => service,
		faults,
		recorder,
		files,
		gzip: settings.gzip,
		onAnswered: settings.onAnswered,
	});
	const url = await app.listen({ host: '127.0.0.1', port: settings.port });
	const service = new DashScopeService(settings, url);
	return {
		url,
		key: settings.key,
		requests: recorder.requests,
		tasks: service.tasks.all,
		get openRequests() {
			return recorder.open;
		},
		count: (kind) => recorder.requests.filter((request) => request.kind === kind).length,
		fault: (fault) => faults.add(fault),
		clearFaults: () => faults.clear(),
		addTask: (seed = {}) => service.addTask(seed),
		finishedEvent: (taskId, { withResult = false } = {}) =>
			service.finishedEvent(taskId, withResult),
		serveFile: (name, bytes, contentType) => {
			const path = `/files/${files.size + 1}/${name}`;
			files.set(path, { bytes, contentType });
			return encodeURI(`${url}${path}`);
		},
		close: () => app.close(),
	};
}
