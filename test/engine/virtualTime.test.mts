import { pbkdf2 } from 'node:crypto';
import { get, type RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { startEngine } from './engine.mts';
import { startLocalServer } from './localServer.mts';
import { putProbePackage } from './probePackage.mts';
import { itemsNode, node, workflow } from './workflowBuilder.mts';
import { useVirtualTime } from './virtualTime.mts';

const packageDir = await putProbePackage();

async function pollingRun(listener: RequestListener) {
	const server = await startLocalServer(listener);
	const engine = await startEngine({
		packageDir,
		credentials: { probeApi: { url: server.url } },
	});
	const probe = node(
		'n8n-nodes-probe.probe',
		{ operation: 'poll' },
		{
			name: 'Probe',
			credentials: { probeApi: { id: '1', name: 'Probe' } },
		},
	);
	return { server, start: () => engine.run(workflow([itemsNode([{}]), probe])) };
}

/** The time that virtual time does not change. */
const realNowMs = () => Number(process.hrtime.bigint()) / 1e6;

it('lets a node poll for minutes within a moment, on the clock that the server sees', async () => {
	const askedAtMs: number[] = [];
	let doneAtMs = Number.POSITIVE_INFINITY;
	const { server, start } = await pollingRun((_request, response) => {
		askedAtMs.push(virtual.elapsedMs());
		response.end(JSON.stringify({ done: Date.now() >= doneAtMs }));
	});
	await using _closing = server;
	const realStartMs = realNowMs();

	const virtual = useVirtualTime();
	doneAtMs = Date.now() + 10 * 60_000;
	const result = await virtual.run(start().result);

	expect(result.items('Probe')[0]?.json).toMatchObject({ queries: 40 });
	expect(askedAtMs.slice(0, 3)).toEqual([15_000, 30_000, 45_000]);
	expect(virtual.elapsedMs()).toBe(600_000);
	expect(realNowMs() - realStartMs).toBeLessThan(5_000);
});

it('does not jump while an answer is still on its way', async () => {
	// 30 MB take many rounds of the event loop; a jump in between would show in the client's time.
	const body = Buffer.alloc(30_000_000, 'x');
	const { server, start } = await pollingRun((_request, response) => {
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({ done: true, body: body.toString() }));
	});
	await using _closing = server;

	const virtual = useVirtualTime({ startMs: 0 });
	const decoy = setInterval(() => {}, 1_000);
	const result = await virtual.run(start().result);
	clearInterval(decoy);

	expect(result.items('Probe')[0]?.json).toEqual({ queries: 1, finishedAtMs: 15_000 });
});

it('does not jump while a server computes its answer in other threads', async () => {
	const { server, start } = await pollingRun((_request, response) => {
		// About a second of work for a core.
		pbkdf2('password', 'salt', 1_500_000, 64, 'sha512', () => response.end('{"done":true}'));
	});
	await using _closing = server;

	const virtual = useVirtualTime({ startMs: 0, silentRequestMs: 300 });
	const decoy = setInterval(() => {}, 1_000);
	const result = await virtual.run(start().result);
	clearInterval(decoy);

	expect(result.items('Probe')[0]?.json).toEqual({ queries: 1, finishedAtMs: 15_000 });
});

it('jumps when a server delays its answer with a timer', async () => {
	const { server, start } = await pollingRun((_request, response) => {
		setTimeout(() => response.end('{"done":true}'), 60_000);
	});
	await using _closing = server;

	const virtual = useVirtualTime({ startMs: 0, silentRequestMs: 50 });
	const result = await virtual.run(start().result);

	expect(result.items('Probe')[0]?.json).toEqual({ queries: 1, finishedAtMs: 75_000 });
});

it('lets a test act at a moment, such as pressing Stop', async () => {
	let queries = 0;
	const { server, start } = await pollingRun((_request, response) => {
		queries++;
		response.end(JSON.stringify({ done: queries > 5 }));
	});
	await using _closing = server;

	const virtual = useVirtualTime();
	const run = start();
	setTimeout(() => run.stop(), 31_000);
	const result = await virtual.run(run.result);

	expect(result.run.status).toBe('canceled');
});

it('hands on a rejection', async () => {
	const virtual = useVirtualTime();
	const failing = new Promise((_resolve, reject) => setTimeout(() => reject(new Error('no')), 9e6));

	await expect(virtual.run(failing)).rejects.toThrow('no');
});

it('says so when nothing can happen any more', async () => {
	const virtual = useVirtualTime({ stuckMs: 50 });

	await expect(virtual.run(new Promise(() => {}))).rejects.toThrow('no timer is pending');
});

it("lets an unanswered request run into n8n's own time-out of five minutes", async () => {
	const { server, start } = await pollingRun(() => {});
	await using _closing = server;

	const virtual = useVirtualTime({ silentRequestMs: 50 });
	const result = await virtual.run(start().result);

	expect(result.run.status).toBe('error');
	expect(virtual.elapsedMs()).toBe(15_000 + 300_000);
});

it('says so when a request without a time-out is never answered', async () => {
	await using server = await startLocalServer(() => {});
	const virtual = useVirtualTime({ stuckMs: 50, silentRequestMs: 50 });
	const request = get(server.url);
	const answer = new Promise((resolve, reject) => request.on('close', resolve).on('error', reject));

	await expect(virtual.run(answer)).rejects.toThrow('a request is open but silent');
	request.destroy();
});

it('gives up on a wait that never ends', async () => {
	const virtual = useVirtualTime();
	setInterval(() => {}, 3_600_000);

	await expect(virtual.run(new Promise(() => {}))).rejects.toThrow('Still waiting');
});

it('is over when the test is over', async () => {
	const before = Date.now();
	await new Promise((resolve) => setTimeout(resolve, 5));
	expect(Date.now()).toBeGreaterThan(before);
});

it('never sets performance.now() back, as what a process remembers of it outlives a test', async () => {
	const seenMs = [performance.now()];
	for (const hours of [3, 1]) {
		const virtual = useVirtualTime();
		seenMs.push(performance.now());
		await virtual.run(new Promise((resolve) => setTimeout(resolve, hours * 3_600_000)));
		seenMs.push(performance.now());
		virtual.restore();
		seenMs.push(performance.now());
	}
	expect(seenMs).toEqual([...seenMs].sort((a, b) => a - b));
	expect((seenMs.at(-1) ?? 0) - (seenMs[0] ?? 0)).toBeGreaterThan(4 * 3_600_000 - 1);
});
