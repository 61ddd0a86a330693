import { describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startLocalServer } from '../engine/localServer.mts';
import { startEngine, type BinaryMode } from '../engine/engine.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { setupNodeTest, told } from '../engine/nodeTest.mts';

const stage = await setupNodeTest();
const wait = { operation: 'wait' };

const taskWith = (videoUrl?: string) =>
	stage.simulator.addTask({
		status: 'SUCCEEDED',
		...(videoUrl !== undefined && { output: { video_url: videoUrl } }),
	});

/** An MP4 by its first bytes, of this length. */
function film(bytes = 20_000): Buffer {
	const film = Buffer.alloc(bytes, 7);
	film.write('\0\0\0\x20ftypisom', 0, 'latin1');
	return film;
}

describe.each<BinaryMode>(['default', 'filesystem'])(
	'with binary data in mode %s',
	(binaryMode) => {
		const run = async (taskId: string) => {
			const engine = await startEngine({
				binaryMode,
				credentials: { dashScopeApi: credentialFor(stage.simulator) },
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
			stage.simulator.fault({ ...fault, times: 3 });
			const result = await time.run(run(taskWith()));

			const video = result.items('Wan')[0]?.binary?.['data'];
			const bytes = await result.binaryBytes(video);
			expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
			expect(stage.count('result')).toBe(4);
		});

		it('a page in place of the video is not given as a video', async () => {
			await using server = await startLocalServer((_, response) => {
				response.setHeader('content-type', 'text/html');
				response.end('<html><body>Sign in to the hotel network</body></html>');
			});
			const taskId = taskWith(`${server.url}/a.mp4`);
			const result = await run(taskId);

			expect(told(result)).toContain('What the link to the video gives is not an MP4 (item 0)');
			expect(told(result)).toContain('text/html');
			expect(told(result)).toContain('Sign in to the hotel network');
			expect(told(result)).toContain(taskId);
		});

		it('nothing in place of the video is not given as a video', async () => {
			await using server = await startLocalServer((_, response) => response.end());
			const result = await run(taskWith(`${server.url}/a.mp4`));

			expect(told(result)).toContain('What the link to the video gives is not an MP4 (item 0)');
		});
	},
);

it.each([403, 404, 410])(
	'a link that is answered %s is over, and asked for once',
	async (status) => {
		stage.simulator.fault({ on: 'result', effect: 'error', code: 'AccessDenied', status });
		const result = await stage.run([{ json: { taskId: taskWith() } }], wait);

		expect(told(result)).toContain('The link to the video is no longer valid (item 0)');
		expect(stage.count('result')).toBe(1);
	},
);

it('no more than three videos are fetched at once', async () => {
	let open = 0;
	let most = 0;
	await using server = await startLocalServer((_, response) => {
		open++;
		most = Math.max(most, open);
		setTimeout(() => {
			open--;
			response.end(film());
		}, 200);
	});
	const items = Array.from({ length: 10 }, (_, i) => ({
		json: { taskId: taskWith(`${server.url}/${i}.mp4`) },
	}));
	const results = await Promise.all([stage.run(items, wait), stage.run(items, wait)]);

	expect(results.flatMap((result) => result.items('Wan'))).toHaveLength(20);
	expect(results.map(({ error }) => error)).toEqual([undefined, undefined]);
	expect(most).toBe(3);
});

it('Stop ends a download that is under way, and those that wait for their turn', async () => {
	let asked = 0;
	await using server = await startLocalServer((_, response) => {
		asked++;
		response.write(film());
	});
	const items = Array.from({ length: 8 }, (_, i) => ({
		json: { taskId: taskWith(`${server.url}/${i}.mp4`) },
	}));
	const run = stage.engine.run(workflow([itemsNode(items), wanNode(wait)]));
	while (asked < 3) await new Promise((resolve) => setTimeout(resolve, 5));
	const stoppedAt = performance.now();
	run.stop();
	const result = await run.result;

	expect(result.run.status).toBe('canceled');
	expect(performance.now() - stoppedAt).toBeLessThan(100);
	expect(asked).toBe(3);

	// And the places are free again.
	const after = await stage.run([{ json: { taskId: taskWith() } }], wait);
	expect(after.items('Wan')[0]?.binary).toBeDefined();
});
