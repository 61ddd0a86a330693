import { afterAll, afterEach, beforeEach, expect, vi } from 'vitest';

import { startSimulator, type Simulator, type SimulatorOptions } from '../index.mts';
import type { JsonObject } from '../json.mts';
import { LATE_FAILURE_MS } from '../api/service.mts';
import { picture, pngUri, TestClient, type FrameUrls } from '../testClient.mts';

/** The ids that the simulator's own tests use. */
export const WAN27 = 'wan2.7-i2v';
export const WAN22 = 'wan2.2-kf2v-flash';
export const WAN21 = 'wanx2.1-kf2v-plus';
export const WAN30 = 'wan3.0-video';
export const PIXVERSE_C1 = 'pixverse/pixverse-c1-kf2v';
export const PIXVERSE_V56 = 'pixverse/pixverse-v5.6-kf2v';
export const KLING = 'kling/kling-v3-video-generation';
export const VIDU_Q3 = 'vidu/viduq3-pro_start-end2video';
export const VIDU_Q2 = 'vidu/viduq2-pro_start-end2video';
export const MINIMAX = 'MiniMax/MiniMax-H3';

/** A simulator with a client and frames that every model takes. */
export interface ServiceUnderTest {
	simulator: Simulator;
	client: TestClient;
	frames: FrameUrls;
	/** The same frames as data URIs. */
	uris: FrameUrls;
	/** `code: message` of a task that is accepted as PENDING and FAILED 0.1 s later. */
	lateError(body: JsonObject, headers?: Record<string, string>): Promise<string>;
	/** The id of a task that nothing is wrong with. */
	accepted(body: JsonObject, headers?: Record<string, string>): Promise<string>;
}

/** Call it at top level; the simulator ends with the file's tests. */
export async function startServiceUnderTest(
	options: SimulatorOptions = {},
): Promise<ServiceUnderTest> {
	const simulator = await startSimulator({
		limits: { createsPerSecond: 1000, queriesPerSecond: 1000, running: 1000 },
		...options,
	});
	afterAll(async () => simulator.close());
	const client = new TestClient(simulator);
	const first = await picture(400, 300, 'red');
	const last = await picture(400, 300, 'blue');
	return {
		simulator,
		client,
		frames: {
			first: simulator.serveFile('first.png', first, 'image/png'),
			last: simulator.serveFile('last.png', last, 'image/png'),
		},
		uris: { first: pngUri(first), last: pngUri(last) },
		async lateError(body, headers = {}) {
			vi.useFakeTimers({ toFake: ['Date'] });
			try {
				const id = await client.createTask(body, headers);
				expect((await client.query(id)).at('output.task_status')).toBe('PENDING');
				vi.setSystemTime(Date.now() + LATE_FAILURE_MS);
				const failed = await client.query(id);
				expect(failed.status).toBe(200);
				expect(failed.at('output.task_status')).toBe('FAILED');
				expect(failed.body).not.toHaveProperty('usage');
				return `${failed.at('output.code')}: ${failed.at('output.message')}`;
			} finally {
				vi.useRealTimers();
			}
		},
		async accepted(body, headers = {}) {
			const id = await client.createTask(body, headers);
			expect(simulator.tasks.get(id)?.failure).toBeUndefined();
			return id;
		},
	};
}

/** 2026-03-04 10:00:00 UTC is 18:00:00 in UTC+8. */
export const NOON_MS = Date.UTC(2026, 2, 4, 10, 0, 0);
export const HOUR_MS = 60 * 60 * 1000;

/** A simulator whose time stands still at noon until the test lets it pass. */
export interface ServiceWithClock {
	readonly simulator: Simulator;
	readonly client: TestClient;
	readonly frames: FrameUrls;
	/** Starts the simulator again, with other options. */
	start(options?: SimulatorOptions): Promise<void>;
	pass(ms: number): void;
	status(id: string): Promise<unknown>;
}

/** Call it at top level; each test of the file has a simulator of its own, with small videos. */
export function useServiceWithClock(): ServiceWithClock {
	let current: Pick<ServiceWithClock, 'simulator' | 'client' | 'frames'> | undefined;
	const running = (): NonNullable<typeof current> => {
		if (current === undefined) throw new Error('The simulator runs inside of tests only');
		return current;
	};
	const start = async (options: SimulatorOptions = {}): Promise<void> => {
		await current?.simulator.close();
		const simulator = await startSimulator({ maxPixels: 64 * 64, ...options });
		const [first, last] = await Promise.all([picture(400, 300, 'red'), picture(400, 300, 'blue')]);
		const frames = {
			first: simulator.serveFile('first.png', first, 'image/png'),
			last: simulator.serveFile('last.png', last, 'image/png'),
		};
		current = { simulator, client: new TestClient(simulator), frames };
	};
	beforeEach(async () => {
		vi.useFakeTimers({ toFake: ['Date'], now: NOON_MS });
		await start();
	});
	afterEach(async () => {
		await current?.simulator.close();
		current = undefined;
		vi.useRealTimers();
	});
	return {
		get simulator() {
			return running().simulator;
		},
		get client() {
			return running().client;
		},
		get frames() {
			return running().frames;
		},
		start,
		pass: (ms) => void vi.setSystemTime(Date.now() + ms),
		status: async (id) => (await running().client.query(id)).at('output.task_status'),
	};
}
