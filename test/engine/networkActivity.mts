/** Tells whether this process has HTTP or file work under way, as client or as server. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ClientRequest, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** Active requests of libuv that end by themselves: files, name look-ups, connecting, writing. */
const BUSY_RESOURCES = new Set([
	'FSReqCallback',
	'FSReqPromise',
	'GetAddrInfoReqWrap',
	'TCPConnectWrap',
	'WriteWrap',
	'ShutdownWrap',
]);

export interface NetworkActivity {
	/** Something is under way now. */
	busy(): boolean;
	/** Grows with every request, answer and byte; unchanged means that nothing moved. */
	progress(): number;
	stop(): void;
}

/**
 * Starts to watch; requests that began earlier are not seen. `heldRequests` tells how many requests a server of
 * this process leaves silent on purpose: they do not count as under way.
 */
export function watchNetwork(heldRequests: () => number = () => 0): NetworkActivity {
	const open = new Set<object>();
	const sockets = new Set<Socket>();
	let events = 0;
	let bytesOfClosedSockets = 0;
	/** Vitest starts one before each test, to report 100 ms later: it is none of the test's work. */
	let foreignTimers = realTimersOf(process.getActiveResourcesInfo());

	const track = (key: object, ends: { once(event: 'close', listener: () => void): unknown }) => {
		events++;
		open.add(key);
		ends.once('close', () => {
			events++;
			open.delete(key);
		});
	};
	const listeners: Record<string, (message: unknown) => void> = {
		'http.client.request.start': (message) => {
			const request = part(message, 'request');
			// A request closes only after its answer was read to the end or given up, so this covers the body too.
			if (request instanceof ClientRequest) track(request, request);
		},
		'http.client.response.finish': () => {
			events++;
		},
		'http.server.request.start': (message) => {
			const response = part(message, 'response');
			if (response instanceof ServerResponse) track(response, response);
		},
		'net.client.socket': (message) => trackSocket(part(message, 'socket')),
		'net.server.socket': (message) => trackSocket(part(message, 'socket')),
	};
	function trackSocket(socket: unknown): void {
		if (!(socket instanceof Socket)) return;
		sockets.add(socket);
		socket.once('close', () => {
			bytesOfClosedSockets += socket.bytesRead + socket.bytesWritten;
			sockets.delete(socket);
		});
	}
	for (const [channel, listener] of Object.entries(listeners)) subscribe(channel, listener);

	return {
		busy() {
			const resources = process.getActiveResourcesInfo();
			const realTimers = realTimersOf(resources);
			foreignTimers = Math.min(foreignTimers, realTimers);
			return (
				// A request is watched at the client and at the server.
				open.size > 2 * heldRequests() ||
				[...sockets].some(({ connecting }) => connecting) ||
				realTimers > foreignTimers ||
				resources.some((name) => BUSY_RESOURCES.has(name))
			);
		},
		progress: () =>
			[...sockets].reduce(
				(sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten,
				events + bytesOfClosedSockets,
			),
		stop() {
			for (const [channel, listener] of Object.entries(listeners)) unsubscribe(channel, listener);
		},
	};
}

/** Timers that are not faked: a library took setTimeout before, and waits in real time. */
function realTimersOf(resources: readonly string[]): number {
	return resources.filter((name) => name === 'Timeout').length;
}

function part(message: unknown, key: string): unknown {
	return typeof message === 'object' && message !== null ? Reflect.get(message, key) : undefined;
}
