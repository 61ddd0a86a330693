import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import {
	createFetchSlots,
	createLinkFetcher,
	type LinkFetcher,
} from '../../nodes/WanKeyframeVideo/media/fetchLink.ts';
import { systemClock } from '../../nodes/WanKeyframeVideo/util/clock.ts';
import { type BinaryMode, startEngine } from '../engine/engine.mts';
import { runInsideNode } from '../engine/insideNode.mts';
import { listen, startLocalServer } from '../engine/localServer.mts';
import { picture } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';

const red = await picture('#c03030');
const MEGABYTE = 1024 * 1024;
const PAGE = '<!DOCTYPE html><html><body>Sign in</body></html>';

/** Runs code with a fetcher as a node has it. */
async function start<T>(
	code: (fetcher: LinkFetcher) => Promise<T>,
	{ binaryMode = 'default' }: { binaryMode?: BinaryMode } = {},
) {
	const engine = await startEngine({ binaryMode });
	return runInsideNode(engine, async (ctx) => {
		const signal = ctx.getExecutionCancelSignal() ?? new AbortController().signal;
		const options = { clock: systemClock, slots: createFetchSlots(), signal };
		return await code(createLinkFetcher(ctx, options));
	});
}

const run = async <T,>(...args: Parameters<typeof start<T>>) =>
	await (
		await start<T>(...args)
	).result;

describe.each<BinaryMode>(['default', 'filesystem'])(
	'a link, with binary data in mode %s',
	(binaryMode) => {
		it('that leads to a picture brings it, once, however often it is asked for', async () => {
			let requests = 0;
			await using server = await startLocalServer((_, response) => {
				requests++;
				response.end(red);
			});
			const content = await run(
				async (fetcher) => {
					const fetch = async () => await fetcher.fetch(`${server.url}/red.png`, MEGABYTE);
					const [first, second] = [await fetch(), await fetch()];
					if (!first.ok || !second.ok) throw new Error('Nothing was fetched');
					expect(second.value.identity).toBe(first.value.identity);
					expect(first.value.bytes).toBe(red.length);
					expect((await first.value.head(8)).equals(red.subarray(0, 8))).toBe(true);
					return await second.value.buffer();
				},
				{ binaryMode },
			);

			expect(content.equals(red)).toBe(true);
			expect(requests).toBe(1);
		});
	},
);

it('a link that redirects brings what it leads to in the end, without any credential', async () => {
	const headers: unknown[] = [];
	await using server = await startLocalServer((request, response) => {
		headers.push(request.headers.authorization);
		if (request.url === '/red.png') return response.end(red);
		return response.writeHead(302, { location: '/red.png' }).end();
	});
	const fetched = await run(async (fetcher) => await fetcher.fetch(`${server.url}/a`, MEGABYTE));

	expect(fetched).toMatchObject({ ok: true, value: { bytes: red.length } });
	expect(headers).toEqual([undefined, undefined]);
});

it.each<[string, string | undefined, string | Buffer, string]>([
	['a page', 'text/html; charset=utf-8', PAGE, 'leads to a web page, not to a picture'],
	['a page of another type', 'image/png', PAGE, 'leads to a web page, not to a picture'],
	['a file that is too large', undefined, Buffer.alloc(2 * MEGABYTE), 'of more than 1 MB'],
])('a link that leads to %s is refused', async (_, type, body, problem) => {
	await using server = await startLocalServer((_request, response) => {
		if (type !== undefined) response.setHeader('content-type', type);
		response.write(body);
		response.end();
	});
	const fetched = await run(async (fetcher) => await fetcher.fetch(server.url, MEGABYTE));

	expect(fetched).toMatchObject({
		ok: false,
		error: { problem: expect.stringContaining(problem), advice: expect.stringMatching(/\.$/) },
	});
});

it('a picture whose server calls it a page is a picture', async () => {
	await using server = await startLocalServer((_, response) => {
		response.setHeader('content-type', 'text/html');
		response.end(red);
	});
	const fetched = await run(async (fetcher) => await fetcher.fetch(server.url, MEGABYTE));

	expect(fetched.ok).toBe(true);
});

it('a file without an end is not read beyond the limit', async () => {
	let sentBytes = 0;
	await using server = await startLocalServer((_, response) => {
		const more = () => {
			while (!response.destroyed && response.write(Buffer.alloc(64 * 1024))) sentBytes += 64 * 1024;
		};
		response.on('drain', more);
		more();
	});
	const fetched = await run(async (fetcher) => await fetcher.fetch(server.url, MEGABYTE));

	expect(fetched).toMatchObject({ error: { problem: expect.stringContaining('more than 1 MB') } });
	// What the sockets hold beside it.
	expect(sentBytes).toBeLessThan(30 * MEGABYTE);
});

it.each([403, 404])('a link that is answered %s is asked for once', async (status) => {
	let requests = 0;
	await using server = await startLocalServer((_, response) => {
		requests++;
		response.writeHead(status).end('No such picture');
	});
	const fetched = await run(async (fetcher) => await fetcher.fetch(server.url, MEGABYTE));

	expect(fetched).toMatchObject({
		error: { problem: expect.stringContaining(`HTTP ${status} (No such picture)`) },
	});
	expect(requests).toBe(1);
});

it.each<[string, number | undefined]>([
	['answers 503', 503],
	['breaks the connection', undefined],
])('a link whose server %s at first is tried again', async (_, status) => {
	let requests = 0;
	await using server = await startLocalServer((request, response) => {
		if (++requests > 2) return response.end(red);
		if (status === undefined) return request.socket.destroy();
		return response.writeHead(status).end();
	});
	const time = useVirtualTime({ silentRequestMs: 5 });
	const fetched = await time.run(run(async (fetcher) => await fetcher.fetch(server.url, MEGABYTE)));

	expect(fetched).toMatchObject({ ok: true });
	expect(requests).toBe(3);
});

it('a server that falls silent is given up, with what to do instead', async () => {
	await using server = await startLocalServer((_, response) => response.write(red.subarray(0, 50)));
	const time = useVirtualTime({ silentRequestMs: 5 });
	const fetched = await time.run(run(async (fetcher) => await fetcher.fetch(server.url, MEGABYTE)));

	expect(fetched).toMatchObject({
		error: {
			problem: 'could not be fetched',
			advice: expect.stringMatching(/binary data.*fewer than 60 kB moved within a minute/s),
		},
	});
});

it('no more than four links are fetched at once, and Stop ends them all', async () => {
	let open = 0;
	let onFourOpen = () => {};
	const fourOpen = new Promise<void>((resolve) => (onFourOpen = resolve));
	const server = createServer((_, response) => {
		open++;
		response.write('a');
		if (open === 4) onFourOpen();
	});
	await using local = await listen(server);
	const running = await start(
		async (fetcher) =>
			await Promise.all(
				Array.from({ length: 10 }, (_, i) => fetcher.fetch(`${local.url}/${i}`, MEGABYTE)),
			),
	);
	await fourOpen;
	running.stop();

	for (const fetched of await running.result) {
		expect(fetched).toMatchObject({ error: { problem: expect.stringContaining('was canceled') } });
	}
	expect(open).toBe(4);
});

it('an address that n8n protects is refused at once', async () => {
	class SsrfBlockedIpError extends Error {
		override readonly name = 'SsrfBlockedIpError';
	}
	let requests = 0;
	const unused = async () => await Promise.reject(new Error('Nothing is stored'));
	const ctx = {
		helpers: {
			httpRequest: async () => {
				requests++;
				throw new Error('Request failed', { cause: new SsrfBlockedIpError('10.0.0.1 is blocked') });
			},
			prepareBinaryData: unused,
			getBinaryMetadata: unused,
			getBinaryStream: unused,
		},
	};
	const { signal } = new AbortController();
	const fetcher = createLinkFetcher(ctx, { clock: systemClock, slots: createFetchSlots(), signal });

	expect(await fetcher.fetch('http://internal.example/a.png', MEGABYTE)).toMatchObject({
		error: { problem: 'leads to an address that this n8n does not allow requests to' },
	});
	expect(requests).toBe(1);
});
