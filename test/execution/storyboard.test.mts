/** Items that are keyframes, each pair of neighbors a clip, through the engine. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { credentialFor } from '../credential.mts';
import { type EngineResult, startEngine } from '../engine/engine.mts';
import { Container, n8nCore } from '../engine/n8n.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, node, wanNode, workflow, type SourceItem } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { readVideo } from '../video/video.mts';

const harness = await setupNodeTest({ times: { pendingMs: 500, runningMs: 5_000 } });
const COLOURS = ['#c03030', '#30c030', '#3030c0', '#c0c030'];
const pictures = await Promise.all(COLOURS.map(async (colour) => await picture(colour)));
const links = pictures.map((bytes, index) =>
	harness.simulator.serveFile(`frame${index}.png`, bytes, 'image/png'),
);

const storyboard = {
	operation: 'create',
	framesPerItem: 'one',
	frameUrl: '={{ $json.url }}',
	prompt: '={{ $json.p }}',
	resolution: '720P',
	duration: 2,
};
const fromBinary = { ...storyboard, frameSource: 'binary' };
const film = { waitForCompletion: true };

const linkItem = (index: number): SourceItem => ({
	json: { p: `scene ${index}`, url: links[index] },
});
const binaryItem = (index: number): SourceItem => ({
	json: { p: `scene ${index}` },
	binary: { data: { bytes: pictures[index] ?? Buffer.alloc(0) } },
});
const square = await picture('#808080', { width: 400, height: 400 });
const wide = await picture('#808080', { width: 644, height: 360 });
const four = [0, 1, 2, 3];
const retry = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };

const segmentsOf = (result: EngineResult) => result.items('Wan').map(({ json }) => json['segment']);

/** What each clip of the output was created from: its prompt, and the frames that it goes between. */
function clipsOf(result: EngineResult): unknown[] {
	return result.items('Wan').map(({ json }) => {
		const input = harness.simulator.tasks.get(String(json['taskId']))?.body?.['input'];
		return input;
	});
}

describe('a storyboard', () => {
	it('makes a clip of each pair of neighbors, in order, paired to both items', async () => {
		const result = await harness.run(four.map(linkItem), storyboard);

		expect(result.error).toBeUndefined();
		expect(clipsOf(result)).toEqual(
			[0, 1, 2].map((from) => ({
				prompt: `scene ${from}`,
				media: [
					{ type: 'first_frame', url: links[from] },
					{ type: 'last_frame', url: links[from + 1] },
				],
			})),
		);
		expect(segmentsOf(result)).toEqual(
			[0, 1, 2].map((index) => ({ index, count: 3, from: index, to: index + 1 })),
		);
		expect(result.items('Wan').map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2].map((from) => [{ item: from }, { item: from + 1 }]),
		);
	});

	it('that is closed has one more clip, from the last keyframe back to the first', async () => {
		const result = await harness.run(four.map(linkItem), { ...storyboard, closeLoop: true });

		expect(clipsOf(result).at(-1)).toEqual({
			prompt: 'scene 3',
			media: [
				{ type: 'first_frame', url: links[3] },
				{ type: 'last_frame', url: links[0] },
			],
		});
		expect(segmentsOf(result).at(-1)).toEqual({ index: 3, count: 4, from: 3, to: 0 });
		expect(harness.count('create')).toBe(4);
	});

	it('of one item that is closed is a clip that loops', async () => {
		const result = await harness.run([binaryItem(0)], { ...fromBinary, closeLoop: true });

		expect(result.error).toBeUndefined();
		expect(segmentsOf(result)).toEqual([{ index: 0, count: 1, from: 0, to: 0 }]);
		const url = `data:image/png;base64,${pictures[0]?.toString('base64')}`;
		expect(clipsOf(result)).toMatchObject([{ media: [{ url }, { url }] }]);
	});

	it('reads settings, model and options from the item that a clip starts at', async () => {
		const items = four.slice(0, 3).map((index) => ({
			...linkItem(index),
			json: {
				...linkItem(index).json,
				model: ['wan2.7-i2v', 'wan2.2-kf2v-flash', 'none'][index],
				seed: index + 7,
			},
		}));
		const result = await harness.run(items, {
			...storyboard,
			model: '={{ $json.model }}',
			duration: '={{ $json.seed === 7 ? 3 : 0 }}',
			options: { seed: '={{ $json.seed }}' },
		});

		expect(result.error).toBeUndefined();
		const bodies = result
			.items('Wan')
			.map(({ json }) => harness.simulator.tasks.get(String(json['taskId']))?.body);
		expect(bodies).toMatchObject([
			{ model: 'wan2.7-i2v', parameters: { duration: 3, seed: 7 } },
			{
				model: 'wan2.2-kf2v-flash',
				input: { first_frame_url: links[1], last_frame_url: links[2] },
				parameters: { seed: 8 },
			},
		]);
	});

	it('mixes links and binary frames', async () => {
		const items = [linkItem(0), binaryItem(1), linkItem(2)];
		const result = await harness.run(items, {
			...storyboard,
			frameSource: '={{ $json.url ? "url" : "binary" }}',
		});

		const dataUri = `data:image/png;base64,${pictures[1]?.toString('base64')}`;
		expect(clipsOf(result)).toMatchObject([
			{ media: [{ url: links[0] }, { url: dataUri }] },
			{ media: [{ url: dataUri }, { url: links[2] }] },
		]);
	});

	it('can be switched on by an expression', async () => {
		const result = await harness.run(four.map(linkItem), {
			...storyboard,
			framesPerItem: '={{ $json.p ? "one" : "two" }}',
			closeLoop: '={{ true }}',
		});

		expect(segmentsOf(result)).toHaveLength(4);
	});

	it('uses one value of an expression for both clips of a keyframe', async () => {
		const url = `={{ $json.url + '?' + Math.random() }}`;
		const result = await harness.run(four.map(linkItem), { ...storyboard, frameUrl: url });

		const media = clipsOf(result).map((input) => (input as { media: { url: string }[] }).media);
		expect(media[0]?.[1]?.url).toBe(media[1]?.[0]?.url);
		expect(media[1]?.[1]?.url).toBe(media[2]?.[0]?.url);
	});
});

describe('a frame that two clips use', () => {
	it('is uploaded once', async () => {
		const options = { frameTransport: 'upload' };
		const result = await harness.run(four.map(binaryItem), {
			...fromBinary,
			closeLoop: true,
			options,
		});

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(4);
		expect(harness.count('upload')).toBe(4);
		expect(harness.count('policy')).toBe(1);
	});

	it("is read from n8n's store no more often than one that a single clip uses", async () => {
		const engine = await startEngine({
			binaryMode: 'filesystem',
			credentials: { dashScopeApi: credentialFor(harness.simulator) },
		});
		const read = vi.spyOn(Container.get(n8nCore.BinaryDataService), 'getAsStream');
		onTestFinished(() => read.mockRestore());
		const nodes = [itemsNode(four.map(binaryItem)), wanNode(fromBinary)];
		const result = await engine.run(workflow(nodes)).result;

		expect(result.error).toBeUndefined();
		const ids = read.mock.calls.map(([id]) => id);
		const timesRead = [...new Set(ids)].map((id) => ids.filter((other) => other === id).length);
		expect(timesRead).toHaveLength(4);
		expect(new Set(timesRead).size).toBe(1);
	});

	it('is fetched once', async () => {
		const options = { linkTransport: 'fetch' };
		const before = harness.simulator.requests.length;
		const result = await harness.run(four.map(linkItem), { ...storyboard, options });

		expect(result.error).toBeUndefined();
		const fetched = harness.simulator.requests
			.slice(before)
			.filter(({ path }) => path.includes('frame'))
			.map(({ path }) => path);
		expect(fetched).toHaveLength(4);
		expect(new Set(fetched).size).toBe(4);
	});
});

describe('what cannot be a storyboard is refused before anything is sent', () => {
	it('one picture alone', async () => {
		const result = await harness.run([linkItem(0)], storyboard);

		expect(errorText(result)).toContain('A storyboard needs at least two keyframes');
		expect(errorText(result)).toContain("'Close Loop'");
		expect(harness.count('create')).toBe(0);
	});

	it('items that are not of one kind', async () => {
		const result = await harness.run(four.map(linkItem), {
			...storyboard,
			framesPerItem: '={{ $json.p === "scene 2" ? "two" : "one" }}',
		});

		expect(errorText(result)).toContain(
			'\'Frames per Item\' of item 2 is "two", but of item 0 it is "one": it holds for all items together',
		);
		expect(harness.count('create')).toBe(0);
	});

	it('a first clip', async () => {
		const result = await harness.run(four.map(linkItem), {
			...storyboard,
			framesPerItem: '={{ "one" }}',
			startFrom: 'firstClip',
		});

		expect(errorText(result)).toContain(
			"'Start From' is First Clip, but a storyboard goes from frame",
		);
		expect(harness.count('create')).toBe(0);
	});

	it('a keyframe that cannot be read, named by its item', async () => {
		const items = four.map(binaryItem);
		items[2] = { json: { p: 'x' }, binary: { data: { bytes: Buffer.from('hello') } } };
		const result = await harness.run(items, fromBinary);

		expect(errorText(result)).toContain(
			"'Frame Input Data Field Name' of item 2 holds no picture of a known format",
		);
		expect(errorText(result)).toContain('(clip 1, from item 1 to item 2)');
		expect(errorText(result)).toContain('1 more of the clips cannot be sent either.');
		expect(harness.count('create')).toBe(0);
	});
});

describe('a storyboard where the node goes on', () => {
	it('lets a keyframe that cannot be read fail the clips that use it, and no others', async () => {
		const items = four.map(binaryItem);
		items[3] = { json: { p: 'x' } };
		const result = await useVirtualTime().run(
			harness.run(items, { ...fromBinary, ...film }, { onError: 'continueErrorOutput' }),
		);

		expect(harness.count('create')).toBe(2);
		expect(segmentsOf(result)).toMatchObject([{ index: 0 }, { index: 1 }]);
		expect(result.items('Wan').every(({ binary }) => binary?.['data'])).toBe(true);
		expect(result.items('Wan', 1)).toMatchObject([
			{
				json: {
					error:
						'\'Frame Input Data Field Name\' of item 3 is "data", but the item has no binary data (clip 2, from item 2 to item 3)',
				},
				pairedItem: [{ item: 2 }, { item: 3 }],
			},
		]);
	});

	it('lets finished clips out with their place, and makes no film, when one fails', async () => {
		const fault = { on: 'create', effect: 'failTask', code: 'DataInspectionFailed' } as const;
		harness.simulator.fault({ ...fault, message: 'Inappropriate content.', skip: 1, times: 1 });
		const result = await useVirtualTime().run(
			harness.run(
				four.map(binaryItem),
				{ ...fromBinary, ...film },
				{ onError: 'continueRegularOutput' },
			),
		);

		const items = result.items('Wan');
		expect(items.map(({ json }) => json['segment'] ?? json['error'])).toEqual([
			{ index: 0, count: 3, from: 0, to: 1 },
			expect.stringMatching(/^Task .* is FAILED.*\(clip 1, from item 1 to item 2\)$/),
			{ index: 2, count: 3, from: 2, to: 3 },
		]);
		expect(result.hints.map(({ message }) => message)).toContainEqual(
			expect.stringContaining('No film was made'),
		);
		expect(harness.count('create')).toBe(3);
	});
});

describe('the film of a storyboard', () => {
	it('is made without being asked for, paired to all items', async () => {
		const result = await useVirtualTime().run(
			harness.run(four.map(binaryItem), { ...fromBinary, ...film }),
		);

		expect(result.error).toBeUndefined();
		const [item, ...others] = result.items('Wan');
		expect(others).toEqual([]);
		expect(item?.json).toMatchObject({
			clips: [0, 1, 2].map((index) => ({ segment: { index, count: 3 } })),
			videoSeconds: 6,
			billedSeconds: 6,
		});
		expect(item?.pairedItem).toEqual(four.map((index) => ({ item: index })));
		const bytes = Buffer.from(item?.binary?.['data']?.data ?? '', 'base64');
		expect((await readVideo(bytes)).seconds).toBeCloseTo(6, 1);
	});

	it('is left out where Join Videos is off, also by an expression', async () => {
		const parameters = { ...fromBinary, ...film, joinVideos: false };
		const time = useVirtualTime();
		const off = await time.run(harness.run(four.map(binaryItem), parameters));
		const framesPerItem = '={{ "one" }}';
		const byExpression = await time.run(
			harness.run(four.map(binaryItem), { ...parameters, framesPerItem }),
		);
		const joined = await time.run(
			harness.run(four.map(binaryItem), { ...fromBinary, ...film, framesPerItem }),
		);

		expect(segmentsOf(off)).toHaveLength(3);
		expect(segmentsOf(byExpression)).toHaveLength(3);
		expect(joined.items('Wan')).toHaveLength(1);
	});

	it.each([
		[
			'keyframes of unlike shape',
			{},
			'The clips cannot be joined, since their frames differ in shape: item 0 has 640×360, but item 2 has 400×400',
			'Edit Image',
		],
		[
			'unlike resolutions',
			{ resolution: '={{ $json.p === "scene 1" ? "1080P" : "720P" }}' },
			'since their resolutions differ: item 0 has 720P, but item 1 has 1080P',
			"'Resolution'",
		],
		[
			'unlike codecs',
			{
				model: '={{ $json.p === "scene 1" ? "vidu/viduq3-pro_start-end2video" : "wan2.7-i2v" }}',
			},
			'since their models encode differently: item 0 has H.264 (wan2.7-i2v), but item 1 has HEVC',
			'Use one model',
		],
		[
			'unlike sound',
			{
				model: '={{ $json.p === "scene 1" ? "pixverse/pixverse-v6-kf2v" : "wan2.7-i2v" }}',
				options: { audio: '={{ $json.p === "scene 1" ? true : null }}' },
			},
			'since the sound of their models differs: item 0 has that of wan2.7-i2v, but item 1 has that of pixverse',
			"'Remove Sound'",
		],
	])('is refused before anything is paid for %s', async (name, parameters, message, advice) => {
		const items = four.slice(0, 3).map(binaryItem);
		if (name === 'keyframes of unlike shape') items[2] = { binary: { data: { bytes: square } } };
		const result = await harness.run(items, { ...fromBinary, ...film, ...parameters });

		expect(errorText(result)).toContain(message);
		expect(errorText(result)).toContain(advice);
		expect(errorText(result)).toContain("turn off 'Join Videos'");
		expect(harness.count('create')).toBe(0);
	});

	it('may have keyframes whose shapes differ by less than 1 %', async () => {
		const items = [binaryItem(0), { json: { p: 'x' }, binary: { data: { bytes: wide } } }];
		const result = await useVirtualTime().run(harness.run(items, { ...fromBinary, ...film }));

		expect(result.error).toBeUndefined();
		expect(result.items('Wan')[0]?.json['clips']).toHaveLength(1);
	});

	it('of links comes with a hint that their sizes are not known', async () => {
		const result = await useVirtualTime().run(
			harness.run(four.slice(0, 3).map(linkItem), { ...storyboard, ...film }),
		);

		expect(result.hints.map(({ message }) => message)).toContainEqual(
			expect.stringMatching(
				/only if all pictures have one shape.*'Link Transport'.*\(items 0, 1, 2\)$/,
			),
		);
	});
});

describe('the durable way to a film', () => {
	it('creates without waiting, and lets Wait join the clips after a pause', async () => {
		const pause = node('n8n-nodes-base.wait', { amount: 10, unit: 'minutes' });
		const join = wanNode({ operation: 'wait', joinVideos: true }, { name: 'Film' });
		const nodes = [itemsNode(four.map(binaryItem)), wanNode(fromBinary), pause, join];
		const result = await useVirtualTime().run(harness.engine.run(workflow(nodes)).result);

		expect(result.error).toBeUndefined();
		const tasks = result.items('Wan').map(({ json }) => ({ taskId: json['taskId'] }));
		expect(result.items('Film')).toMatchObject([{ json: { clips: tasks, videoSeconds: 6 } }]);
		expect(harness.count('create')).toBe(3);
	});
});

describe('when a clip of a storyboard fails', () => {
	it('the message lists clips and tasks, and how to finish for free', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });
		const result = await harness.run(four.map(binaryItem), fromBinary);

		const existing = [...harness.simulator.tasks.keys()].slice(-2);
		expect(errorText(result)).toContain('(clip 2, from item 2 to item 3)');
		expect(errorText(result)).toContain(`Clip 0, from item 0 to item 1: ${existing[0]} (PENDING)`);
		expect(errorText(result)).toContain(`Clip 1, from item 1 to item 2: ${existing[1]} (PENDING)`);
		expect(errorText(result)).toContain('keeps these tasks and creates only what is missing');
	});

	it('Stop lists the clips that have a task, and creates no other', async () => {
		const time = useVirtualTime({ heldRequests: harness.heldRequests });
		const items = Array.from({ length: 8 }, (_, index) => linkItem(index % 4));
		const run = harness.engine.run(
			workflow([itemsNode(items), wanNode({ ...storyboard, ...film })]),
		);
		// The model takes five creates a second.
		setTimeout(() => run.stop(), 900);
		const result = await time.run(run.result);
		await time.pass(5_000);

		expect(result.run.status).toBe('canceled');
		const sent = harness.count('create');
		expect(sent).toBeGreaterThan(1);
		expect(sent).toBeLessThan(7);
		const tasks = [...harness.simulator.tasks.keys()].slice(-sent);
		for (const [clip, id] of tasks.entries()) {
			expect(errorText(result)).toContain(
				`Clip ${clip}, from item ${clip} to item ${clip + 1}: ${id}`,
			);
		}
		expect(errorText(result)).not.toContain(`Clip ${sent}`);
	});

	it('Retry On Fail creates only what is missing', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });
		const before = harness.simulator.tasks.size;
		const result = await useVirtualTime().run(
			harness.run(four.map(binaryItem), { ...fromBinary, ...film }, retry),
		);

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(4);
		expect(harness.simulator.tasks.size - before).toBe(3);
		expect(result.items('Wan')[0]?.json['clips']).toHaveLength(3);
	});

	it('Retry On Fail creates a clip again whose task failed at the service, and no other', async () => {
		const fault = { on: 'create', effect: 'failTask', code: 'InternalError' } as const;
		harness.simulator.fault({ ...fault, message: 'Something broke.', skip: 1, times: 1 });
		const result = await useVirtualTime().run(
			harness.run(four.map(binaryItem), { ...fromBinary, ...film }, retry),
		);

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(4);
		expect(result.items('Wan')[0]?.json).toMatchObject({ billedSeconds: 6 });
	});

	it('a retry that is refused before it sends lists what the first try created', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });
		const startMs = Date.parse('2026-03-01T00:00:00Z');
		const late = `$now.toMillis() > ${startMs + 900}`;
		const varying = { ...fromBinary, duration: `={{ ${late} ? 99 : 2 }}` };
		const afterASecond = { ...retry, waitBetweenTries: 1_000 };
		const time = useVirtualTime({ startMs });
		const result = await time.run(harness.run(four.map(binaryItem), varying, afterASecond));

		const existing = [...harness.simulator.tasks.keys()].slice(-2);
		expect(errorText(result)).toContain("'Duration (Seconds)' is 99");
		for (const taskId of existing) expect(errorText(result)).toContain(`${taskId} (PENDING)`);
		expect(harness.count('create')).toBe(3);
	});

	it("n8n's own Retry creates only what is missing", async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });
		const json = workflow([itemsNode(four.map(binaryItem)), wanNode(fromBinary)]);
		const failed = await harness.engine.run(json).result;
		const result = await harness.engine.run(json, { retryOf: failed }).result;

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(4);
		expect(segmentsOf(result)).toHaveLength(3);
	});
});
