/** The videos of all items as one film, through the engine. */
import { describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startEngine } from '../engine/engine.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { createFrom, itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';
import { readVideo } from '../video/video.mts';

const harness = await setupNodeTest({ times: { pendingMs: 500, runningMs: 5_000 } });
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');
const create = { ...createFrom(red), duration: 2 };
const createAndJoin = { ...create, waitForCompletion: true, joinVideos: true };

const FAILURE = { code: 'InternalError', message: 'Something broke.' };

/** The bytes of the film that the run returned. */
function filmOf(result: Awaited<ReturnType<typeof harness.run>>): Buffer {
	const [item, ...others] = result.items('Wan');
	expect(others).toEqual([]);
	return Buffer.from(item?.binary?.['data']?.data ?? '', 'base64');
}

describe('Join Videos', () => {
	it('makes one film of the videos of all items, in their order, on one item', async () => {
		const time = useVirtualTime();
		const result = await time.run(harness.run([{}, {}, {}], createAndJoin));

		expect(result.error).toBeUndefined();
		const [item] = result.items('Wan');
		const ids = [...harness.simulator.tasks.keys()].slice(-3);
		expect(item?.json['clips']).toMatchObject(ids.map((taskId) => ({ taskId })));
		expect(item?.json).toMatchObject({ videoSeconds: 6, billedSeconds: 6 });
		expect(item?.pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(item?.binary?.['data']).toMatchObject({ fileName: 'film.mp4', mimeType: 'video/mp4' });
		const film = await readVideo(filmOf(result));
		expect(film.seconds).toBeCloseTo(6, 1);
		expect(film.width).toBe(item?.json['width']);
	});

	it("streams the film into n8n's store where it keeps files outside of items", async () => {
		const engine = await startEngine({
			binaryMode: 'filesystem',
			credentials: { dashScopeApi: credentialFor(harness.simulator) },
		});
		const time = useVirtualTime();
		const nodes = [itemsNode([{}, {}, {}]), wanNode(createAndJoin)];
		const result = await time.run(engine.run(workflow(nodes)).result);

		expect(result.error).toBeUndefined();
		const binary = result.items('Wan')[0]?.binary?.['data'];
		expect(binary?.id).toMatch(/^filesystem/);
		expect((await readVideo(await result.binaryBytes(binary))).seconds).toBeCloseTo(6, 1);
	});

	it('of Wait does the same for tasks that exist', async () => {
		const time = useVirtualTime();
		const created = await time.run(harness.run([{}, {}], create));
		const tasks = created.items('Wan').map(({ json }) => ({ json }));
		const result = await time.run(
			harness.run(tasks, { operation: 'wait', joinVideos: true, options: { fileName: 'all.mp4' } }),
		);

		expect(result.error).toBeUndefined();
		expect(result.items('Wan')[0]?.binary?.['data']?.fileName).toBe('all.mp4');
		expect((await readVideo(filmOf(result))).seconds).toBeCloseTo(4, 1);
	});

	it('with Remove Sound makes a film without a sound track', async () => {
		const time = useVirtualTime();
		const parameters = { ...createAndJoin, options: { removeSound: true } };
		const result = await time.run(harness.run([{}, {}], parameters));

		expect(result.error).toBeUndefined();
		expect(filmOf(result).includes('mp4a')).toBe(false);
	});

	it('makes no film if a clip is missing, and lets the finished clips out', async () => {
		const time = useVirtualTime();
		harness.simulator.fault({ on: 'create', effect: 'failTask', times: 1, ...FAILURE });
		const result = await time.run(
			harness.run([{}, {}, {}], createAndJoin, { onError: 'continueRegularOutput' }),
		);

		const items = result.items('Wan');
		expect(items).toHaveLength(3);
		expect(items.filter(({ json }) => 'error' in json)).toHaveLength(1);
		expect(items.filter(({ binary }) => binary?.['data'])).toHaveLength(2);
	});

	it('says which clip cannot be joined, and how to get the clips for nothing', async () => {
		const time = useVirtualTime();
		const square = await picture('#3030c0', { width: 400, height: 400 });
		const frames = [red, harness.simulator.serveFile('square.png', square, 'image/png')];
		const result = await time.run(
			harness.run(
				frames.map((frame) => ({ json: { frame } })),
				{
					...createAndJoin,
					firstFrameUrl: '={{ $json.frame }}',
					lastFrameUrl: '={{ $json.frame }}',
				},
			),
		);

		expect(errorText(result)).toContain('The videos cannot be joined (item 1)');
		expect(errorText(result)).toMatch(/The clip is \d+ × \d+ pixels, but the first clip is/);
		expect(errorText(result)).toContain("'Wait' without 'Join Videos' gives the clips");
		expect(errorText(result)).toContain(`Task ID: ${[...harness.simulator.tasks.keys()].at(-1)}`);
		expect(harness.count('create')).toBe(2);
	});
});
