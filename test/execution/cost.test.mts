/** Knowing what a run would cost, and bounding it, before anything is sent: through the engine. */
import { describe, expect, it } from 'vitest';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { createFrom, type SourceItem } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest();
const bytes = await picture('#c03030');
const red = harness.simulator.serveFile('red.png', bytes, 'image/png');
const blue = harness.simulator.serveFile('blue.png', await picture('#3030c0'), 'image/png');
const create = { ...createFrom(red), lastFrameUrl: blue, duration: 5 };
const storyboard = {
	operation: 'create',
	framesPerItem: 'one',
	frameSource: 'binary',
	prompt: 'a',
	resolution: '720P',
	duration: 5,
};
const keyframe = (content = bytes): SourceItem => ({ binary: { data: { bytes: content } } });
const retry = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };

const requestOf = (json: IDataObject | undefined): unknown => json?.['request'];
const toService = () => [
	harness.count('create'),
	harness.count('policy'),
	harness.count('upload'),
	harness.count('query'),
	harness.count('list'),
];

describe('a dry run', () => {
	it('shows the request that would be sent, and sends nothing', async () => {
		const options = { seed: 7, watermark: true };
		const dry = await harness.run([{}], { ...create, options: { ...options, dryRun: true } });

		expect(dry.error).toBeUndefined();
		expect(toService()).toEqual([0, 0, 0, 0, 0]);
		await harness.run([{}], { ...create, options });
		const sent = harness.simulator.requests.findLast(({ kind }) => kind === 'create');
		expect(dry.items('Wan').map(({ json }) => json)).toEqual([
			{
				request: { method: sent?.method, path: sent?.path, body: sent?.body },
				billableSeconds: 5,
				uploads: 0,
			},
		]);
		expect(JSON.stringify(dry.items('Wan'))).not.toContain(harness.simulator.key);
	});

	it('shows binary data in short, as what it would become, and counts an upload once', async () => {
		const items = [keyframe(), keyframe(await picture('#30c030')), keyframe()];
		const uploading = { dryRun: true, frameTransport: 'upload' };
		const parameters = { ...storyboard, closeLoop: true };
		const uploaded = await harness.run(items, { ...parameters, options: uploading });
		const inline = await harness.run(items, { ...parameters, options: { dryRun: true } });

		const urlsOf = (result: typeof inline) =>
			result.items('Wan').map(({ json }) => JSON.stringify(requestOf(json)));
		expect(uploaded.items('Wan').map(({ json }) => json['uploads'])).toEqual([2, 0, 0]);
		expect(urlsOf(uploaded)[0]).toContain(
			`oss://… (upload of 'Frame Input Data Field Name': PNG of 0.1 MB)`,
		);
		expect(inline.items('Wan').map(({ json }) => json['uploads'])).toEqual([0, 0, 0]);
		const head = bytes.toString('base64').slice(0, 20);
		expect(urlsOf(inline)[0]).toMatch(new RegExp(`data:image/png;base64,${head}[^"]*…"`));
		expect(Math.max(...urlsOf(inline).map(({ length }) => length))).toBeLessThan(500);
		expect(toService()).toEqual([0, 0, 0, 0, 0]);
	});

	it('of a storyboard has one item a clip, with its forecast, and does not wait', async () => {
		const result = await harness.run([keyframe(), keyframe(), keyframe()], {
			...storyboard,
			waitForCompletion: true,
			options: { dryRun: true },
		});

		expect(result.items('Wan')).toMatchObject(
			[0, 1].map((index) => ({
				json: {
					segment: { index, count: 2, from: index, to: index + 1 },
					expectedVideo: { width: 1280, height: 720, seconds: 5 },
					billableSeconds: 5,
				},
				pairedItem: [{ item: index }, { item: index + 1 }],
			})),
		);
		expect(toService()).toEqual([0, 0, 0, 0, 0]);
	});

	it('sums up in the output pane', async () => {
		const options = { dryRun: true };
		const twelve = await harness.run(Array(12).fill({}), { ...create, options });
		const one = await harness.run([{}], { ...create, duration: 2, options });

		expect(twelve.hints.map(({ message }) => message)).toEqual([
			'12 videos, 60 seconds would be billed',
		]);
		expect(one.hints.map(({ message }) => message)).toEqual(['1 video, 2 seconds would be billed']);
	});

	it('makes the same checks', async () => {
		const options = { dryRun: true };
		const result = await harness.run([{}], { ...create, duration: 99, options });
		const film = { ...storyboard, waitForCompletion: true, options };
		const square = keyframe(await picture('#808080', { width: 400, height: 400 }));

		expect(errorText(result)).toContain("'Duration (Seconds)' is 99");
		expect(errorText(await harness.run([keyframe(), square], film))).toContain('differ in shape');
	});
});

describe('Max Billed Seconds', () => {
	const items = [5, 8, 2].map((d) => ({ json: { d } }));
	const varying = { ...create, duration: '={{ $json.d }}' };
	const upTo = (maxBilledSeconds: number | string) => ({ options: { maxBilledSeconds } });

	it('lets a run pass that stays within it', async () => {
		const result = await harness.run(items, { ...varying, ...upTo(15) });

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(3);
	});

	it('sends nothing of a run that asks for more, and says which items ask for how much', async () => {
		const result = await harness.run(items, { ...varying, ...upTo(14.5) });

		expect(errorText(result)).toContain(
			"The run asks for 15 seconds of video, but 'Max Billed Seconds' is 14.5",
		);
		for (const line of ['Item 0: 5 s', 'Item 1: 8 s', 'Item 2: 2 s']) {
			expect(errorText(result)).toContain(line);
		}
		expect(harness.count('create')).toBe(0);
	});

	it('sends nothing either where the node goes on after failures', async () => {
		const goingOn = { onError: 'continueRegularOutput' } as const;
		const result = await harness.run(items, { ...varying, ...upTo(14) }, goingOn);

		expect(result.items('Wan').map(({ json }) => json['error'])).toEqual(
			Array(3).fill(expect.stringContaining('The run asks for 15 seconds')),
		);
		expect(harness.count('create')).toBe(0);
	});

	it.each<[string, INodeParameters, number]>([
		['the default of the model', { model: 'wan2.7-i2v' }, 5],
		['a fixed length', { model: 'wan2.2-kf2v-flash' }, 5],
		['the longest where the model chooses', { model: 'wan3.0-video', duration: -1 }, 30],
	])('counts %s', async (_, parameters, seconds) => {
		const { duration: __, ...others } = create;
		const two = async (limit: number) =>
			await harness.run([{}, {}], { ...others, ...parameters, ...upTo(limit) });

		expect(errorText(await two(2 * seconds - 1))).toContain(
			`The run asks for ${2 * seconds} seconds of video`,
		);
		expect((await two(2 * seconds)).error).toBeUndefined();
		expect(harness.count('create')).toBe(2);
	});

	it('counts the whole length of a video that goes on from a clip', async () => {
		const clip = 'https://host.test/clip.mp4';
		const result = await harness.run([{}], {
			...create,
			startFrom: 'firstClip',
			firstClipUrl: clip,
			duration: 12,
			...upTo(11),
		});

		expect(errorText(result)).toContain('The run asks for 12 seconds of video');
	});

	it('counts the clips of a storyboard', async () => {
		const parameters = { ...storyboard, closeLoop: true, ...upTo(14) };
		const result = await harness.run([keyframe(), keyframe(), keyframe()], parameters);

		expect(errorText(result)).toContain('The run asks for 15 seconds of video');
		expect(errorText(result)).toContain('Clip 2: 5 s');
		expect(harness.count('create')).toBe(0);
	});

	it('is the lowest where items have unlike ones', async () => {
		const result = await harness.run(items, {
			...varying,
			...upTo('={{ $json.d === 2 ? 10 : 99 }}'),
		});

		expect(errorText(result)).toContain("'Max Billed Seconds' is 10");
		expect(harness.count('create')).toBe(0);
	});

	it('does not count again, under Retry On Fail, what has its task', async () => {
		harness.simulator.fault({ on: 'create', effect: 'error', code: 'Arrearage', skip: 2 });
		const result = await harness.run(items, { ...varying, ...upTo(15) }, retry);

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(4);
	});

	it.each<[number | string, string]>([
		[0, "'Max Billed Seconds' is 0, but it takes a number from 1"],
		[-5, "'Max Billed Seconds' is -5"],
		['many', '\'Max Billed Seconds\' is "many"'],
		['={{ $json.nothing }}', "'Max Billed Seconds' is an expression that gives nothing"],
	])('of %j is refused', async (limit, message) => {
		const result = await harness.run([{}], { ...create, ...upTo(limit) });

		expect(errorText(result)).toContain(message);
		expect(harness.count('create')).toBe(0);
	});

	it('that is added and left empty is none', async () => {
		const result = await harness.run([{}], { ...create, ...upTo('') });

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(1);
	});
});
