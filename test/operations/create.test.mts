import { describe, expect, it } from 'vitest';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest({
	aliases: { 'wan2.7-i2v-2026-11-01': 'wan2.7-i2v', 'my-kf2v-style': 'wan2.2-kf2v-flash' },
});
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');
const blue = harness.simulator.serveFile('blue.png', await picture('#3030c0'), 'image/png');

const wan27 = {
	operation: 'create',
	model: 'wan2.7-i2v',
	firstFrameUrl: red,
	lastFrameUrl: blue,
	prompt: 'red turns blue',
	resolution: '720P',
};
const { prompt: _, ...withoutPrompt } = wan27;

describe('create', () => {
	it('gives the task of each item, in order and paired', async () => {
		const result = await harness.run([{ json: { n: 1 } }, { json: { n: 2 } }, { json: { n: 3 } }], {
			...wan27,
			prompt: '={{ "scene " + $json.n }}',
		});

		const items = result.items('Wan');
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
		expect(
			items.map(({ json }) => harness.simulator.tasks.get(String(json['taskId']))?.video.prompt),
		).toEqual(['scene 1', 'scene 2', 'scene 3']);
		expect(items[0]?.json).toEqual({
			taskId: expect.stringMatching(/^[0-9a-f-]{36}$/),
			status: 'PENDING',
			model: 'wan2.7-i2v',
			requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
		});
	});

	it('sends a frame from binary data as a data URI, with the type that its bytes tell', async () => {
		const first = await picture('#c03030', { format: 'jpeg' });
		const last = await picture('#3030c0');
		await harness.run(
			[
				{
					binary: {
						start: { bytes: first, mimeType: 'image/png', fileName: 'wrong.png' },
						lastFrame: { bytes: last },
					},
				},
			],
			{
				...wan27,
				firstFrameSource: 'binary',
				firstFrameBinaryProperty: 'start',
				lastFrameSource: 'binary',
			},
		);

		expect(harness.createdBodies()).toMatchObject([
			{
				input: {
					media: [
						{ type: 'first_frame', url: `data:image/jpeg;base64,${first.toString('base64')}` },
						{ type: 'last_frame', url: `data:image/png;base64,${last.toString('base64')}` },
					],
				},
			},
		]);
	});

	it('mixes a URL and a binary frame', async () => {
		await harness.run([{ binary: { lastFrame: { bytes: await picture('#3030c0') } } }], {
			...wan27,
			lastFrameSource: 'binary',
		});

		expect(harness.createdBodies()).toMatchObject([
			{
				input: {
					media: [{ url: red }, { url: expect.stringMatching(/^data:image\/png;base64,/) }],
				},
			},
		]);
	});

	it('lets the model that an expression gives decide path, body and fields of each item', async () => {
		const result = await harness.run(
			[
				{ json: { model: 'wan2.7-i2v' } },
				{ json: { model: 'wan2.2-kf2v-flash' } },
				{ json: { model: 'wan2.7-i2v-2026-11-01' } },
			],
			{
				operation: 'create',
				model: '={{ $json.model }}',
				firstFrameUrl: red,
				lastFrameUrl: blue,
				prompt: 'red turns blue',
			},
		);

		expect(result.error).toBeUndefined();
		const media = [
			{ type: 'first_frame', url: red },
			{ type: 'last_frame', url: blue },
		];
		// Each model has a pace of its own, so the order of sending is not that of the items.
		const bodyOf = (taskId: unknown) => harness.simulator.tasks.get(String(taskId))?.body;
		expect(result.items('Wan').map(({ json }) => bodyOf(json['taskId']))).toEqual([
			{ model: 'wan2.7-i2v', input: { prompt: 'red turns blue', media } },
			{
				model: 'wan2.2-kf2v-flash',
				input: { prompt: 'red turns blue', first_frame_url: red, last_frame_url: blue },
			},
			{ model: 'wan2.7-i2v-2026-11-01', input: { prompt: 'red turns blue', media } },
		]);
	});

	it('refuses what the model of an expression does not take, by name', async () => {
		const result = await harness.run([{ json: { model: 'wan2.2-kf2v-flash' } }], {
			...wan27,
			model: '={{ $json.model }}',
			duration: 10,
		});

		expect(errorText(result)).toContain(
			"'Duration (Seconds)' is set, but wan2.2-kf2v-flash does not take one: its length is fixed (item 0)",
		);
		expect(harness.count('create')).toBe(0);
	});

	it('does not send what belongs to another model and is hidden', async () => {
		await harness.run([{}], { ...wan27, model: 'wan2.2-kf2v-flash', duration: 10 });

		expect(harness.createdBodies()).toMatchObject([{ parameters: { resolution: '720P' } }]);
		expect(harness.createdBodies()).not.toMatchObject([{ parameters: { duration: 10 } }]);
	});

	it('sends a typed model ID by the rules of the family that is said', async () => {
		await harness.run([{}], {
			...wan27,
			model: 'custom',
			customModelId: 'my-kf2v-style',
			customModelFamily: 'wan2.2',
			resolution: '480P',
		});

		expect(harness.createdBodies()).toEqual([
			{
				model: 'my-kf2v-style',
				input: { prompt: 'red turns blue', first_frame_url: red, last_frame_url: blue },
				parameters: { resolution: '480P' },
			},
		]);
	});

	it('notes the tasks in the custom data of the execution', async () => {
		const result = await harness.run([{}, {}], wan27);

		const ids = result.items('Wan').map(({ json }) => json['taskId']);
		expect(result.customData).toEqual({ dashScopeTaskIds: ids.join(',') });
	});

	it('asks the service to resolve a temporary link', async () => {
		await harness.run([{}], { ...wan27, firstFrameUrl: 'oss://dashscope-instant/a/b/first.png' });

		expect(
			harness.simulator.requests.findLast(({ kind }) => kind === 'create')?.headers,
		).toMatchObject({
			'x-dashscope-async': 'enable',
			'x-dashscope-ossresourceresolve': 'enable',
		});
	});
});

describe('what the service would refuse or cut is refused before anything is sent', () => {
	const wan22 = { ...wan27, model: 'wan2.2-kf2v-flash' };
	it.each<[string, Record<string, unknown>, string]>([
		['no prompt', { ...withoutPrompt }, "'Prompt' is empty, but wan2.7-i2v needs one"],
		[
			'no first frame',
			{ ...wan27, firstFrameUrl: '' },
			"'First Frame URL' is empty, but wan2.7-i2v needs this frame",
		],
		[
			'no last frame',
			{ ...wan22, lastFrameUrl: ' ' },
			"'Last Frame URL' is empty, but wan2.2-kf2v-flash needs this frame",
		],
		[
			'another kind of URL',
			{ ...wan27, lastFrameUrl: 'ftp://example.com/a.png' },
			`'Last Frame URL' is "ftp://example.com/a.png", but it must be a whole URL that begins with http://, https://, oss:// or data:image/`,
		],
		[
			'a data URI of something else',
			{ ...wan27, firstFrameUrl: 'data:text/html;base64,AAAA' },
			'\'First Frame URL\' begins with "data:text/html;base64,"',
		],
		[
			'a long prompt',
			{ ...wan22, prompt: 'x'.repeat(801) },
			"'Prompt' has 801 characters, but wan2.2-kf2v-flash takes at most 800",
		],
		[
			'a long negative prompt',
			{ ...wan27, options: { negativePrompt: '长'.repeat(501) } },
			"'Negative Prompt' has 501 characters, but wan2.7-i2v takes at most 500",
		],
		[
			'a short duration',
			{ ...wan27, duration: 1 },
			"'Duration (Seconds)' is 1, but wan2.7-i2v takes a whole number from 2 to 15",
		],
		[
			'a long duration',
			{ ...wan27, duration: 16 },
			"'Duration (Seconds)' is 16, but wan2.7-i2v takes a whole number from 2 to 15",
		],
		[
			'a broken duration',
			{ ...wan27, duration: 2.5 },
			"'Duration (Seconds)' is 2.5, but wan2.7-i2v takes a whole number from 2 to 15",
		],
		[
			'duration 0',
			{ ...wan27, duration: 0 },
			"'Duration (Seconds)' is 0, but wan2.7-i2v takes a whole number from 2 to 15",
		],
		[
			'a negative seed',
			{ ...wan27, options: { seed: -1 } },
			"'Seed' is -1, but wan2.7-i2v takes a whole number from 0 to 2147483647",
		],
		['a large seed', { ...wan27, options: { seed: 2147483648 } }, "'Seed' is 2147483648, but"],
		[
			'another resolution',
			{ ...wan27, resolution: '480P' },
			'\'Resolution\' is "480P", but wan2.7-i2v takes 720P or 1080P',
		],
		[
			'lower case',
			{ ...wan27, resolution: '720p' },
			'\'Resolution\' is "720p", but wan2.7-i2v takes 720P or 1080P',
		],
		[
			'an unlisted model',
			{ ...wan27, model: 'sora-2' },
			'\'Model\' is "sora-2", which is not listed',
		],
		[
			'no binary',
			{ ...wan27, firstFrameSource: 'binary' },
			'\'First Frame Input Data Field Name\' is "firstFrame", but the item has only other',
		],
		[
			'a binary of something else',
			{ ...wan27, firstFrameSource: 'binary', firstFrameBinaryProperty: 'other' },
			"'First Frame Input Data Field Name' holds no picture of a known format, but wan2.7-i2v takes JPEG, PNG, BMP or WEBP",
		],
	])('%s', async (_name, parameters, message) => {
		const item = { binary: { other: { bytes: Buffer.from('hello'), mimeType: 'text/plain' } } };
		const result = await harness.run([item], JSON.parse(JSON.stringify(parameters)));

		expect(errorText(result)).toContain(message);
		expect(errorText(result)).toContain('(item 0)');
		expect(result.error?.context?.['itemIndex']).toBe(0);
		expect(harness.count('create')).toBe(0);
	});

	it('a bad third item keeps the first two from being sent', async () => {
		const result = await harness.run(
			[{ json: { p: 'a' } }, { json: { p: 'b' } }, { json: { p: '' } }, { json: { p: '' } }],
			{ ...wan27, prompt: '={{ $json.p }}' },
		);

		expect(errorText(result)).toContain("'Prompt' is empty, but wan2.7-i2v needs one (item 2)");
		expect(errorText(result)).toContain('1 more of the items cannot be sent either');
		expect(harness.count('create')).toBe(0);
	});

	it('says everything that is wrong with an item at once, in sentences', async () => {
		const result = await harness.run([{}], {
			...wan27,
			firstFrameUrl: '',
			prompt: '',
			duration: 99,
		});

		expect(errorText(result)).toContain("'First Frame URL' is empty");
		expect(errorText(result)).toContain("'Prompt' is empty, but wan2.7-i2v needs one.\n");
		expect(errorText(result)).toContain("'Duration (Seconds)' is 99");
	});
});

describe('where the node goes on', () => {
	const items = [{ json: { d: 5 } }, { json: { d: 50 } }, { json: { d: 6 } }];
	const parameters = { ...wan27, duration: '={{ $json.d }}' };

	it('good items come through and the bad one says why, on the regular output', async () => {
		const result = await harness.run(items, parameters, { onError: 'continueRegularOutput' });

		expect(result.items('Wan').map(({ json }) => json['error'] ?? json['status'])).toEqual([
			'PENDING',
			"'Duration (Seconds)' is 50, but wan2.7-i2v takes a whole number from 2 to 15 (item 1)",
			'PENDING',
		]);
		expect(harness.count('create')).toBe(2);
	});

	it('the bad item takes the error output', async () => {
		const result = await harness.run(items, parameters, { onError: 'continueErrorOutput' });

		expect(result.items('Wan', 0).map(({ json }) => json['status'])).toEqual([
			'PENDING',
			'PENDING',
		]);
		expect(result.items('Wan', 1)).toMatchObject([
			{
				json: { error: expect.stringContaining("'Duration (Seconds)' is 50") },
				pairedItem: { item: 1 },
			},
		]);
	});
});

describe('what the service says reaches the user in plain words', () => {
	it.each<[string, { code: string; status?: number; message?: string }, string[]]>([
		[
			'a key of another region',
			{ status: 401, code: 'InvalidApiKey', message: 'Invalid API-key provided.' },
			[
				'DashScope does not accept the API key (item 0)',
				"'Region'",
				'InvalidApiKey: Invalid API-key provided.',
				'Request ID: ',
			],
		],
		[
			'an overdue account',
			{ status: 400, code: 'Arrearage', message: 'Access denied, account overdue.' },
			['overdue balance', 'Settle the balance'],
		],
		[
			'a model at the wrong address',
			{ status: 400, code: 'InvalidParameter', message: 'url error, please check url!' },
			[
				'does not serve this model at the address',
				"'Model Family'",
				'url error, please check url!',
			],
		],
		[
			'a server in trouble',
			{ status: 500, code: 'InternalError', message: 'An internal error has occured' },
			['DashScope had an internal fault', 'A task may have been created all the same'],
		],
	])('%s', async (_name, effect, words) => {
		harness.simulator.fault({ on: 'create', effect: 'error', ...effect });
		const result = await harness.run([{}], wan27);

		for (const part of words) expect(errorText(result)).toContain(part);
		expect(errorText(result)).not.toContain(harness.simulator.key);
		expect(harness.count('create')).toBe(1);
	});
});
