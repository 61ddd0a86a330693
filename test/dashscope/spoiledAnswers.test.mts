/** The node in n8n's engine against a server that spoils its answers on the wire. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { startEngine, type EngineResult } from '../engine/engine.mts';
import { listen } from '../engine/localServer.mts';
import { errorText } from '../engine/nodeTest.mts';
import { useVirtualTime, type VirtualTimeOptions } from '../engine/virtualTime.mts';
import { createFrom, itemsNode, THEN_WAIT, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { pngUri } from '../simulator/testClient.mts';

type Spoil = (response: ServerResponse, request: IncomingMessage) => void;
type Kind = 'create' | 'query' | 'list' | 'upload policy';

const TASK_ID = '11111111-2222-3333-4444-555555555555';
const FRAME = 'https://host.test/a.png';
const WAIT = { operation: 'wait', downloadVideo: false, timeout: 2 };

/** A request is silent here because the server holds its answer back, so no need to wait for long. */
const HELD_BACK: VirtualTimeOptions = { silentRequestMs: 5 };

const kindOf = ({ method, url = '' }: IncomingMessage): Kind =>
	method === 'POST'
		? 'create'
		: url.includes('/uploads')
			? 'upload policy'
			: /\/tasks\/?\?/.test(url)
				? 'list'
				: 'query';

const sendJson = (response: ServerResponse, body: unknown, status = 200) => {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

const taskAnswer = (status: string) => ({
	request_id: 'r',
	output: { task_id: TASK_ID, task_status: status },
});

/** Status line and headers, then nothing. */
const stall: Spoil = (response) => {
	response.writeHead(200, { 'content-type': 'application/json' });
	response.write('{');
};

/** A byte every ten seconds, for ever: each one is a step of virtual time. */
const trickle: Spoil = (response) => {
	stall(response, response.req);
	const timer = setInterval(() => response.write(' '), 10_000);
	response.once('close', () => clearInterval(timer));
};

const silent: Spoil = () => {};

const answer =
	(body: unknown, status = 200): Spoil =>
	(response) =>
		sendJson(response, body, status);

/** Deep enough to overflow the stack of a recursive reader. */
const nested = answer('['.repeat(20_000) + ']'.repeat(20_000));
const nestedObject = answer(
	`{"output":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)},"request_id":"r"}`,
);

/** Runs the node on these task IDs against a service that spoils the calls of one kind. */
async function runAgainst(
	spoiled: Partial<Record<Kind, Spoil>>,
	parameters: Parameters<typeof wanNode>[0],
	{ items = 1, status = 'RUNNING', time = HELD_BACK, onError = {} } = {},
) {
	const virtual = useVirtualTime(time);
	const calls: Kind[] = [];
	const server = createServer((request, response) => {
		const kind = kindOf(request);
		calls.push(kind);
		const spoil = spoiled[kind];
		if (spoil) return spoil(response, request);
		request.resume().once('end', () => sendJson(response, taskAnswer(status)));
	});
	await using local = await listen(server);
	const credentials = { dashScopeApi: { apiKey: 'sk-x', region: 'custom', baseUrl: local.url } };
	const engine = await startEngine({ credentials });
	const nodes = [
		itemsNode(Array.from({ length: items }, () => ({ json: { taskId: TASK_ID } }))),
		wanNode(parameters, onError),
	];
	const rejections = vi.fn();
	process.on('unhandledRejection', rejections);
	const result = await virtual.run(engine.run(workflow(nodes)).result);
	process.off('unhandledRejection', rejections);
	expect(rejections).not.toHaveBeenCalled();
	return {
		result,
		elapsedMs: virtual.elapsedMs(),
		count: (kind: Kind) => calls.filter((call) => call === kind).length,
	};
}

const SPOILS: ReadonlyArray<readonly [string, Spoil]> = [
	['stalls after its headers', stall],
	['trickles', trickle],
	['never begins', silent],
];

describe.each(SPOILS)('an answer that %s', (_, spoil) => {
	it("ends a wait with the node's time-out", async () => {
		const { result, elapsedMs } = await runAgainst({ query: spoil }, WAIT);
		expect(errorText(result)).toContain("within the 'Timeout (Minutes)'");
		expect(elapsedMs).toBeLessThanOrEqual(2 * 60_000 + 15_000);
	});

	it('ends Get Status after some minutes', async () => {
		const { result, elapsedMs } = await runAgainst({ query: spoil }, { operation: 'getStatus' });
		expect(errorText(result)).toContain('broke before an answer came');
		expect(elapsedMs).toBeLessThanOrEqual(5 * 60_000);
	});

	it('ends Get Many after some minutes', async () => {
		const { result, elapsedMs } = await runAgainst({ list: spoil }, { operation: 'getMany' });
		expect(errorText(result)).toContain('broke before an answer came');
		expect(elapsedMs).toBeLessThanOrEqual(5 * 60_000);
	});

	it('ends a create, which is sent once and may have made a task', async () => {
		const { result, elapsedMs, count } = await runAgainst({ create: spoil }, createFrom(FRAME));
		expect(errorText(result)).toContain('task may have been created');
		expect(elapsedMs).toBeLessThanOrEqual(61_000);
		expect(count('create')).toBe(1);
	});
});

describe('an answer that is nested 10,000 levels deep', () => {
	it.each([
		['lists', nested],
		['objects', nestedObject],
	])('of %s is a passing fault to a wait, and the process lives', async (_, spoil) => {
		for (const items of [1, 12]) {
			const { result } = await runAgainst({ query: spoil, list: spoil }, WAIT, { items });
			expect(errorText(result)).toContain(TASK_ID);
		}
	});

	it('of a create leaves its outcome unknown', async () => {
		const { result, count } = await runAgainst({ create: nested }, createFrom(FRAME));
		expect(errorText(result)).toContain('task may have been created');
		expect(count('create')).toBe(1);
	});
});

describe('a query that is answered with 200 and', () => {
	it.each([
		{ code: 'InvalidApiKey', message: 'Invalid API-key provided.', request_id: 'r' },
		{},
		{ output: null },
		{ output: { task_id: TASK_ID, task_status: 7 } },
		{ output: { task_id: 'another', task_status: 'SUCCEEDED', video_url: 'https://host.test/v' } },
	])('%j is told as what it is, and is not a status', async (body) => {
		const { result, elapsedMs } = await runAgainst({ query: answer(body) }, WAIT);
		expect(errorText(result)).toContain('does not answer the way DashScope does');
		expect(elapsedMs).toBeLessThanOrEqual(2 * 60_000 + 1_000);
	});
});

it.each([
	['408', answer({ code: 'RequestTimeout', message: 'x' }, 408)],
	['499', answer('', 499)],
	['a page with 404', answer('<html>Not Found</html>', 404)],
	['a page with 413', answer('<html>Too large</html>', 413)],
])('a create that is answered with %s is sent once under Retry On Fail', async (_, spoil) => {
	const { count } = await runAgainst({ create: spoil }, createFrom(FRAME), {
		onError: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
	});
	expect(count('create')).toBe(1);
});

it('a create of two frames of 6 MB over a line of 240 kB/s succeeds', async () => {
	const noise = { type: 'gaussian', mean: 128, sigma: 80 } as const;
	const create = {
		width: 1_450,
		height: 1_450,
		channels: 3,
		background: '#888888',
		noise,
	} as const;
	const frame = await sharp({ create }).png({ compressionLevel: 0 }).toBuffer();
	const dataUri = pngUri(frame);
	let bytes = 0;
	const slowLine: Spoil = (response, request) => {
		let unpaused = 0;
		request.on('data', (chunk: Buffer) => {
			bytes += chunk.length;
			unpaused += chunk.length;
			if (unpaused < 5_200_000) return;
			unpaused = 0;
			request.pause();
			setTimeout(() => request.resume(), 22_000);
		});
		request.once('end', () => sendJson(response, taskAnswer('PENDING')));
	};
	const { result, elapsedMs } = await runAgainst({ create: slowLine }, createFrom(dataUri), {
		// Writing the body out takes the processor, which is silent too.
		time: { silentRequestMs: 300 },
	});

	expect(result.error).toBeUndefined();
	expect(result.items('Wan')[0]?.json['taskId']).toBe(TASK_ID);
	expect(bytes).toBeGreaterThan(16_000_000);
	expect(elapsedMs).toBeGreaterThan(60_000);
});

it('https to a port that speaks plain HTTP made no task: it is tried again, and told as such', async () => {
	const server = createServer();
	await using local = await listen(server);
	const baseUrl = local.url.replace('http:', 'https:');
	const credentials = { dashScopeApi: { apiKey: 'sk-x', region: 'custom', baseUrl } };
	const engine = await startEngine({ credentials });
	const virtual = useVirtualTime();
	const nodes = [itemsNode([{}]), wanNode(createFrom(FRAME))];
	const result: EngineResult = await virtual.run(engine.run(workflow(nodes)).result);

	expect(errorText(result)).toContain('DashScope cannot be reached');
	expect(errorText(result)).not.toContain('may have been created');
});

it('a create that is refused with Retry-After is sent again after that time, and not before', async () => {
	const sentAtMs: number[] = [];
	const refuseFirst: Spoil = (response, request) => {
		sentAtMs.push(Date.now());
		request.resume();
		if (sentAtMs.length > 1) return sendJson(response, taskAnswer('PENDING'));
		response.setHeader('retry-after', '45');
		sendJson(response, { code: 'Throttling', message: 'x' }, 429);
	};
	const { result } = await runAgainst({ create: refuseFirst }, createFrom(FRAME));

	expect(result.error).toBeUndefined();
	const [first = NaN, second = NaN] = sentAtMs;
	expect(second - first).toBeGreaterThanOrEqual(45_000);
	expect(second - first).toBeLessThan(50_000);
});

it('a create that waits survives a page, a 408 and a drop between its queries', async () => {
	const spoils = [
		answer('<html>Blocked</html>', 403),
		answer({ code: 'X', message: 'x' }, 408),
		((response) => response.destroy()) satisfies Spoil,
		answer('<html>Moved</html>', 301),
		answer(taskAnswer('succeeded')),
	];
	const next: Spoil = (response, request) => spoils.shift()?.(response, request);
	const { result } = await runAgainst(
		{ query: next },
		{ ...createFrom(FRAME), ...THEN_WAIT, timeout: 30 },
	);
	expect(result.error).toBeUndefined();
	expect(result.items('Wan')[0]?.json['status']).toBe('SUCCEEDED');
});
