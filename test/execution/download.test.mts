import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startLocalServer } from '../engine/localServer.mts';
import { startEngine, type BinaryMode } from '../engine/engine.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { box, mp4 } from '../media/mp4Boxes.mts';

const harness = await setupNodeTest();
const wait = { operation: 'wait' };

const taskWith = (videoUrl?: string) =>
	harness.simulator.addTask({
		status: 'SUCCEEDED',
		...(videoUrl !== undefined && { output: { video_url: videoUrl } }),
	});

/** Refused and silent streams stay open until n8n lets go of them. */
const virtualTime = () => useVirtualTime({ silentRequestMs: 15 });

describe.each<BinaryMode>(['default', 'filesystem'])(
	'with binary data in mode %s',
	(binaryMode) => {
		const run = async (taskId: string) => {
			const engine = await startEngine({
				binaryMode,
				credentials: { dashScopeApi: credentialFor(harness.simulator) },
			});
			const nodes = [itemsNode([{ json: { taskId } }]), wanNode(wait)];
			return await engine.run(workflow(nodes)).result;
		};

		it.each([
			['cut short', { on: 'result', effect: 'truncate' }],
			['reset', { on: 'result', effect: 'reset' }],
			['answered by a gateway', { on: 'result', effect: 'html' }],
		] as const)('a download that is %s is fetched again, whole', async (_, fault) => {
			// A refused stream stays open and silent until n8n lets go of it.
			const time = useVirtualTime({ silentRequestMs: 300 });
			harness.simulator.fault({ ...fault, times: 3 });
			const result = await time.run(run(taskWith()));

			const video = result.items('Wan')[0]?.binary?.['data'];
			const bytes = await result.binaryBytes(video);
			expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
			expect(harness.count('result')).toBe(4);
		});

		it('a page in place of the video is not given as a video, and not stored', async () => {
			await using server = await startLocalServer((_, response) => {
				response.setHeader('content-type', 'text/html');
				response.end('<html><body>Sign in to the hotel network</body></html>');
			});
			const taskId = taskWith(`${server.url}/a.mp4`);
			const result = await virtualTime().run(run(taskId));

			expect(errorText(result)).toContain(
				'What the link to the video gives is not an MP4 (item 0)',
			);
			expect(errorText(result)).toContain('text/html');
			expect(errorText(result)).toContain('Sign in to the hotel network');
			expect(errorText(result)).toContain(taskId);
		});

		it('nothing in place of the video is not given as a video', async () => {
			await using server = await startLocalServer((_, response) => response.end());
			const result = await virtualTime().run(run(taskWith(`${server.url}/a.mp4`)));

			expect(errorText(result)).toContain(
				'What the link to the video gives is not an MP4 (item 0)',
			);
		});

		const film = mp4(200_000);
		it.each<[string, (response: ServerResponse) => void]>([
			[
				'without a length, whose connection closes early',
				(response) => {
					response.useChunkedEncodingByDefault = false;
					response.writeHead(200, { connection: 'close' });
					response.end(film.subarray(0, 5_000));
				},
			],
			[
				'of too small a length',
				(response) => {
					response.setHeader('content-length', 1_000);
					response.end(film.subarray(0, 1_000));
				},
			],
			[
				'of which only a range comes',
				(response) => {
					response.writeHead(206, { 'content-range': `bytes 0-4999/${film.length}` });
					response.end(film.subarray(0, 5_000));
				},
			],
			[
				'in a gzip stream that is cut off',
				(response) => {
					const packed = gzipSync(
						Buffer.concat([film, crypto.getRandomValues(Buffer.alloc(9_000))]),
					);
					response.setHeader('content-encoding', 'gzip');
					response.end(packed.subarray(0, packed.length / 2));
				},
			],
			[
				'whose last part is open-ended, without a length',
				(response) => {
					response.write(Buffer.concat([box('ftyp', 4), box('moov', 50)]));
					response.end(box('mdat', 5_000, 0));
				},
			],
		])('a video %s is not taken for whole', async (_, respond) => {
			let requests = 0;
			await using server = await startLocalServer((_request, response) => {
				requests++;
				respond(response);
			});
			const result = await virtualTime().run(run(taskWith(`${server.url}/a.mp4`)));

			expect(errorText(result)).toContain('The video is incomplete (item 0)');
			expect(errorText(result)).toContain("Run the operation 'Wait' or 'Get Status'");
			expect(requests).toBe(5);
		});

		it.each<[string, Buffer, (response: ServerResponse) => void]>([
			[
				'packed, with the length of what is packed',
				film,
				(response) => {
					const packed = gzipSync(film);
					response.writeHead(200, {
						'content-encoding': 'gzip',
						'content-length': packed.length,
					});
					response.end(packed);
				},
			],
			[
				'whose last part is open-ended, with its length',
				Buffer.concat([box('ftyp', 4), box('moov', 50), box('mdat', 5_000, 0)]),
				(response) => {
					const open = Buffer.concat([box('ftyp', 4), box('moov', 50), box('mdat', 5_000, 0)]);
					response.writeHead(200, { 'content-length': open.length });
					response.end(open);
				},
			],
			['without a length', film, (response) => response.end(film)],
		])('a whole video %s comes through', async (_, bytes, respond) => {
			await using server = await startLocalServer((_request, response) => respond(response));
			const result = await run(taskWith(`${server.url}/a.mp4`));

			const video = result.items('Wan')[0]?.binary?.['data'];
			expect(bytes.equals(await result.binaryBytes(video))).toBe(true);
		});
	},
);

const page = '<html><body>Blocked by the firewall</body></html>';
const ossError = (code: string, message: string) =>
	`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

it.each([
	[404, ossError('NoSuchKey', 'The specified key does not exist.')],
	[403, page],
	[403, ossError('SignatureDoesNotMatch', 'The request signature does not conform')],
	[503, page],
])('a video whose store answers %s at first is fetched again', async (status, body) => {
	let requests = 0;
	await using server = await startLocalServer((_, response) => {
		if (++requests > 2) return response.end(mp4());
		return response.writeHead(status).end(body);
	});
	const result = await virtualTime().run(
		harness.run([{ json: { taskId: taskWith(`${server.url}/a.mp4`) } }], wait),
	);

	expect(result.error).toBeUndefined();
	expect(result.items('Wan')[0]?.binary).toBeDefined();
	expect(requests).toBe(3);
});

it.each([
	[404, ossError('NoSuchKey', 'The specified key does not exist.'), 'NoSuchKey'],
	[403, page, 'Blocked by the firewall'],
	[403, ossError('SignatureDoesNotMatch', 'x'), 'its signature does not fit'],
	[410, '', 'HTTP 410'],
])('a link that the store answers with %s again and again is not called over', async (...row) => {
	const [status, body, words] = row;
	await using server = await startLocalServer((_, response) => {
		response.writeHead(status).end(body);
	});
	const result = await virtualTime().run(
		harness.run([{ json: { taskId: taskWith(`${server.url}/a.mp4`) } }], wait),
	);

	expect(errorText(result)).toContain('The store does not give the video that the link leads to');
	expect(errorText(result)).toContain(words);
	expect(errorText(result)).toContain("Run the operation 'Wait' or 'Get Status'");
	expect(errorText(result)).not.toMatch(/create/i);
});

it('a link that the store calls expired is over, and asked for once', async () => {
	let requests = 0;
	await using server = await startLocalServer((_, response) => {
		requests++;
		response.writeHead(403).end(ossError('AccessDenied', 'Request has expired.'));
	});
	const taskId = taskWith(`${server.url}/a.mp4`);
	const result = await harness.run([{ json: { taskId } }], wait);

	expect(errorText(result)).toContain('The link to the video is no longer valid (item 0)');
	expect(errorText(result)).toContain('Request has expired.');
	expect(requests).toBe(1);
});

it('a link that says itself that it is over is not asked for', async () => {
	let requests = 0;
	await using server = await startLocalServer(() => void requests++);
	const expires = Math.floor(Date.now() / 1000) - 60;
	const taskId = taskWith(`${server.url}/a.mp4?Expires=${expires}`);
	const result = await harness.run([{ json: { taskId } }], wait);

	expect(errorText(result)).toContain('The link to the video is no longer valid (item 0)');
	expect(errorText(result)).toContain('It expired at 20');
	expect(requests).toBe(0);
});

it('three downloads that stall do not hold up a healthy one of another execution', async () => {
	let stalled = 0;
	let onAllStalled = () => {};
	const allStalled = new Promise<void>((resolve) => (onAllStalled = resolve));
	await using dead = await startLocalServer((_, response) => {
		if (++stalled === 3) onAllStalled();
		response.write(mp4().subarray(0, 100));
	});
	await using healthy = await startLocalServer((_, response) => response.end(mp4()));
	const time = virtualTime();
	onTestFinished(() => blocked.stop());
	const items = [1, 2, 3].map((i) => ({ json: { taskId: taskWith(`${dead.url}/${i}.mp4`) } }));
	const blocked = harness.start(items, wait);
	await time.run(allStalled);
	const other = harness.run([{ json: { taskId: taskWith(`${healthy.url}/a.mp4`) } }], wait);
	const result = await time.run(other);

	expect(result.items('Wan')[0]?.binary).toBeDefined();
	expect(time.elapsedMs()).toBeLessThanOrEqual(15_000);
});

it('a download that trickles is given up, and the task can be fetched again', async () => {
	await using server = await startLocalServer((_, response) => {
		response.write(mp4().subarray(0, 100));
		const trickle = setInterval(() => response.write('a'), 4_000);
		response.on('close', () => clearInterval(trickle));
	});
	const time = useVirtualTime({ silentRequestMs: 5 });
	const taskId = taskWith(`${server.url}/a.mp4`);
	const result = await time.run(harness.run([{ json: { taskId } }], wait));

	expect(errorText(result)).toContain('The video could not be downloaded (item 0)');
	expect(errorText(result)).toContain('fewer than 60 kB moved within a minute');
	expect(time.elapsedMs()).toBeLessThan(400_000);
});

it("the 'Timeout' of Wait ends a download too", async () => {
	await using server = await startLocalServer((_, response) => {
		response.write(mp4().subarray(0, 100));
	});
	const time = virtualTime();
	const taskId = taskWith(`${server.url}/a.mp4`);
	const result = await time.run(harness.run([{ json: { taskId } }], { ...wait, timeout: 0.1 }));

	expect(errorText(result)).toContain(
		"The video was not downloaded within the 'Timeout (Minutes)'",
	);
	expect(errorText(result)).toContain(taskId);
	expect(time.elapsedMs()).toBeLessThan(7_000);
});

it("an item that fails the node ends another one's download at once", async () => {
	let isClosed = false;
	await using server = await startLocalServer((request, response) => {
		response.write(mp4().subarray(0, 100));
		request.on('close', () => (isClosed = true));
	});
	const failed = harness.simulator.addTask({ status: 'FAILED' });
	const items = [taskWith(`${server.url}/a.mp4`), failed].map((taskId) => ({ json: { taskId } }));
	const result = await harness.run(items, wait);

	expect(errorText(result)).toContain('is FAILED');
	while (!isClosed) await new Promise((resolve) => setTimeout(resolve, 5));
});

it('no more than three videos are fetched at once', async () => {
	let open = 0;
	let most = 0;
	await using server = await startLocalServer((_, response) => {
		open++;
		most = Math.max(most, open);
		setTimeout(() => {
			open--;
			response.end(mp4());
		}, 200);
	});
	const items = Array.from({ length: 10 }, (_, i) => ({
		json: { taskId: taskWith(`${server.url}/${i}.mp4`) },
	}));
	const results = await Promise.all([harness.run(items, wait), harness.run(items, wait)]);

	expect(results.flatMap((result) => result.items('Wan'))).toHaveLength(20);
	expect(results.map(({ error }) => error)).toEqual([undefined, undefined]);
	expect(most).toBe(3);
});

it('Stop ends a download that is under way, and those that wait for their turn', async () => {
	let asked = 0;
	await using server = await startLocalServer((_, response) => {
		asked++;
		response.write(mp4().subarray(0, 100));
	});
	const items = Array.from({ length: 8 }, (_, i) => ({
		json: { taskId: taskWith(`${server.url}/${i}.mp4`) },
	}));
	const run = harness.start(items, wait);
	while (asked < 3) await new Promise((resolve) => setTimeout(resolve, 5));
	run.stop();
	const result = await run.result;

	expect(result.run.status).toBe('canceled');
	expect(asked).toBe(3);

	// And the slots are free again.
	const after = await harness.run([{ json: { taskId: taskWith() } }], wait);
	expect(after.items('Wan')[0]?.binary).toBeDefined();
});
