import type { IncomingMessage, RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type BinaryMode, startEngine } from '../engine/engine.mts';
import { Container, n8nCore } from '../engine/n8n.mts';
import { startLocalServer } from '../engine/localServer.mts';
import { picture, errorText } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';

const small = await picture('#3030c0', { format: 'jpeg' });

/** A JPEG of so many bytes: decoders ignore what follows its end. */
const jpegOf = (bytes: number) => Buffer.concat([small, Buffer.alloc(bytes - small.length)]);

/** Reads a request at this speed, as a slow line would bring it, in steps of some seconds. */
async function readSlowly(request: IncomingMessage, bytesPerSecond: number): Promise<number> {
	const stepSeconds = 5;
	let bytes = 0;
	let seconds = 0;
	for await (const chunk of request) {
		bytes += chunk.length;
		if (bytes < seconds * bytesPerSecond) continue;
		seconds += stepSeconds;
		await new Promise((resolve) => setTimeout(resolve, stepSeconds * 1_000));
	}
	return bytes;
}

const policy = {
	policy: 'p',
	signature: 's',
	upload_dir: 'dir',
	oss_access_key_id: 'id',
	expire_in_seconds: 300,
};

describe.each<BinaryMode>(['default', 'filesystem'])(
	'an upload with binary data in mode %s',
	(binaryMode) => {
		/** A service whose store is this one, and a run of Create against it. */
		const run = async (firstFrame: Buffer, store: RequestListener) => {
			let creates = 0;
			await using service = await startLocalServer((request, response) => {
				const [, path] = /^\/api\/v1\/(uploads|services)/.exec(request.url ?? '') ?? [];
				if (path === undefined) return store(request, response);
				response.setHeader('content-type', 'application/json');
				if (path === 'services') creates++;
				const answer =
					path === 'uploads'
						? { data: { ...policy, upload_host: `${service.url}/store` } }
						: { output: { task_id: 'a-task', task_status: 'PENDING' } };
				request.resume().on('end', () => response.end(JSON.stringify(answer)));
			});
			const dashScopeApi = { apiKey: 'sk-test', region: 'custom', baseUrl: service.url };
			const engine = await startEngine({ binaryMode, credentials: { dashScopeApi } });
			const items = itemsNode([{ binary: { firstFrame: { bytes: firstFrame } } }]);
			const node = wanNode({
				operation: 'create',
				model: 'wan2.7-i2v',
				prompt: 'red turns blue',
				firstFrameSource: 'binary',
				lastFrameSource: 'url',
				lastFrameUrl: 'https://pictures.example/last.png',
			});
			const opening = vi.spyOn(Container.get(n8nCore.BinaryDataService), 'getAsStream');
			onTestFinished(() => opening.mockRestore());
			const result = await engine.run(workflow([items, node])).result;
			const streams = await Promise.all(opening.mock.results.map(({ value }) => value));
			return { result, creates, openFiles: streams.filter(({ destroyed }) => !destroyed).length };
		};

		it('of 18 MB over a line of 260 kB a second succeeds', async () => {
			const bytes = 18 * 1024 * 1024;
			let arrivedBytes = 0;
			const time = useVirtualTime({ silentRequestMs: 5 });
			const { result, creates, openFiles } = await time.run(
				run(jpegOf(bytes), async (request, response) => {
					arrivedBytes = await readSlowly(request, 260_000);
					response.end();
				}),
			);

			expect(result.error).toBeUndefined();
			expect(arrivedBytes).toBeGreaterThan(bytes);
			expect(time.elapsedMs()).toBeGreaterThan(65_000);
			expect(creates).toBe(1);
			expect(openFiles).toBe(0);
		}, 60_000);

		it('to a store that stops reading is given up: nothing is created, no file stays open', async () => {
			let requests = 0;
			const time = useVirtualTime({ silentRequestMs: 5 });
			const { result, creates, openFiles } = await time.run(
				run(jpegOf(18 * 1024 * 1024), (request) => {
					requests++;
					request.pause();
				}),
			);

			expect(errorText(result)).toContain(
				"'First Frame Input Data Field Name' could not be uploaded",
			);
			expect(errorText(result)).toContain('fewer than 60 kB moved within a minute');
			expect(requests).toBe(4);
			expect(creates).toBe(0);
			expect(openFiles).toBe(0);
		});

		it('that is refused before all of it was sent leaves no file open', async () => {
			const { result, openFiles } = await run(jpegOf(18 * 1024 * 1024), (_, response) => {
				response.writeHead(403, { connection: 'close' }).end('<Code>AccessDenied</Code>');
			});

			expect(errorText(result)).toContain("'First Frame Input Data Field Name' was refused");
			expect(openFiles).toBe(0);
		});
	},
);
