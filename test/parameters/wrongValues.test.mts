/** Values that an expression should not have given: in n8n's engine, with the creates counted. */
import type { INodeParameters } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest();
const frames = {
	firstFrameUrl: 'https://host.test/a.png',
	lastFrameUrl: 'https://host.test/b.png',
};
const create = { operation: 'create', model: 'wan2.7-i2v', prompt: 'a cat', ...frames };

/** An expression that gives this value. */
const giving = (value: unknown): string => `={{ ${JSON.stringify(value)} }}`;

async function messageFor(parameters: Parameters<typeof harness.run>[1]): Promise<string> {
	return errorText(await harness.run([{}], { ...create, ...parameters }));
}

describe('a value of a wrong type is refused by name, and nothing is sent', () => {
	it.each<[string, INodeParameters, string]>([
		['an object as the prompt', { prompt: giving({ a: 1 }) }, '\'Prompt\' is an object ({"a":1})'],
		['a list as the prompt', { prompt: giving(['a cat']) }, '\'Prompt\' is a list (["a cat"])'],
		['what is left of an object', { prompt: '[object Object]' }, '\'Prompt\' is "[object Object]"'],
		['the text undefined', { prompt: 'undefined' }, '\'Prompt\' is "undefined"'],
		['the text null', { prompt: 'null' }, '\'Prompt\' is "null"'],
		['a number as the prompt', { prompt: giving(5) }, "'Prompt' is 5, but wan2.7-i2v takes text"],
		[
			'an object as the negative prompt',
			{ options: { negativePrompt: giving({}) } },
			"'Negative Prompt' is an object ({})",
		],
		['a list as the sound', { options: { audioUrl: giving(['x']) } }, "'Audio URL' is a list"],
		['a number as the sound', { options: { audioUrl: giving(5) } }, "'Audio URL' is 5"],
		['true as the sound', { options: { audioUrl: giving(true) } }, "'Audio URL' is true"],
		['an object as a frame', { firstFrameUrl: giving({}) }, "'First Frame URL' is an object"],
		['a number as a frame', { firstFrameUrl: giving(5) }, "'First Frame URL' is 5"],
		['an object as the model', { model: giving({ id: 1 }) }, "'Model' is an object"],
		['a number as the model', { model: giving(27) }, '\'Model\' is "27", which is not listed'],
		['an odd source', { firstFrameSource: giving('file') }, '\'First Frame\' is "file"'],
		['an odd switch', { options: { watermark: giving('maybe') } }, '\'Watermark\' is "maybe"'],
		[
			'a prompt around an object',
			{ prompt: 'A [object Object]' },
			'\'Prompt\' is "A [object Object]"',
		],
	])('%s', async (_, parameters, message) => {
		expect(await messageFor(parameters)).toContain(message);
		expect(harness.count('create')).toBe(0);
	});

	it('a model ID of 30,000 characters is shown in short', async () => {
		const message = await messageFor({ model: giving('x'.repeat(30_000)) });
		expect(message).toContain("'Model' is \"xxx");
		expect(message.length).toBeLessThan(500);
	});
});

describe('a model that takes a first frame only', () => {
	it.each([
		{ model: giving('kling/kling-v3-turbo-video-generation') },
		{ model: 'custom', customModelId: 'happyhorse-1.0-i2v', customModelFamily: 'wan2.7' },
	])('is refused with a sentence that says so: %j', async (parameters) => {
		expect(await messageFor(parameters)).toContain('makes videos from a first frame only');
		expect(harness.count('create')).toBe(0);
	});
});

describe('what spreadsheets write', () => {
	it('is understood', async () => {
		const options = { watermark: giving('TRUE'), promptExtend: giving(0), seed: giving('7') };
		const result = await harness.run([{}], { ...create, duration: giving('3'), options });
		expect(result.error).toBeUndefined();
		expect(harness.createdBodies()).toMatchObject([
			{ parameters: { duration: 3, watermark: true, prompt_extend: false, seed: 7 } },
		]);
	});
});

describe('an expression that gives nothing', () => {
	it('leaves resolution and length to the model, with a hint on what is billed', async () => {
		const result = await harness.run([{}], {
			...create,
			resolution: '={{ $json.no }}',
			duration: '={{ $json.no }}',
		});
		expect(harness.createdBodies()).toHaveLength(1);
		expect(harness.createdBodies()).not.toMatchObject([{ parameters: { resolution: '1080P' } }]);
		const hints = JSON.stringify(result.hints);
		expect(hints).toContain("The expression of 'Resolution' gives nothing");
		expect(hints).toContain('1080P');
		expect(hints).toContain("The expression of 'Duration (Seconds)' gives nothing");
	});
});

describe("words of n8n's own in a user's value", () => {
	it.each(['canceled order', 'enoent', 'ECONNRESET'])(
		'are in the description, where n8n does not act upon them: %s',
		async (word) => {
			const result = await harness.run([{}], { ...create, firstFrameUrl: `ftp://${word}` });
			expect(result.error?.message).toBe("'First Frame URL' cannot be used as it is (item 0)");
			expect(errorText(result)).toContain(word);
			expect(harness.count('create')).toBe(0);
		},
	);
});

describe('a broken binary is told as a sentence about its field', () => {
	const fromBinary = {
		firstFrameSource: 'binary',
		firstFrameBinaryProperty: giving({ id: 'filesystem-v2:gone', mimeType: 'image/png' }),
	};

	it('where its file is gone from the store', async () => {
		const message = await messageFor(fromBinary);
		expect(message).toContain(
			"'First Frame Input Data Field Name' names a file that n8n cannot read any more",
		);
		expect(message).toContain('run the workflow again from the node that brings the file');
		expect(harness.count('create')).toBe(0);
	});

	it.each([5, true, {}, ['x']])('where the field holds %j', async (value) => {
		const message = await messageFor({
			...fromBinary,
			firstFrameBinaryProperty: giving(value),
		});
		expect(message).toMatch(
			/'First Frame Input Data Field Name' is .*takes the name of an input field/,
		);
		expect(harness.count('create')).toBe(0);
	});
});
