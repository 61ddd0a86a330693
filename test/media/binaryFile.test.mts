import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
	fileOf,
	findBinaryFile,
	isBinary,
	type BinaryContext,
} from '../../nodes/WanKeyframeVideo/media/binaryFile.ts';

describe('a value that an expression gives', () => {
	it.each([
		{ data: 'AAAA', mimeType: 'image/png' },
		{ data: 'filesystem-v2', mimeType: 'image/png', id: 'filesystem-v2:1', fileName: 'a.png' },
	])('is binary data: %j', (value) => {
		expect(isBinary(value)).toBe(true);
	});

	it.each([undefined, null, 'data', 7, [], {}, { data: 'AAAA' }, { mimeType: 'image/png' }])(
		'is no binary data: %j',
		(value) => {
			expect(isBinary(value)).toBe(false);
		},
	);
});

describe('the identity of a file in memory', () => {
	const content = randomBytes(5 * 1024 * 1024);

	it('is the same for the same content, and short', async () => {
		const { identity } = await fileOf(content);
		expect((await fileOf(Buffer.from(content))).identity).toBe(identity);
		expect(identity.length).toBeLessThan(40);
	});

	it('differs for content that differs in a single byte, wherever it is', async () => {
		const { identity } = await fileOf(content);
		for (const at of [0, 1024 * 1024, 3_000_000, content.length - 1]) {
			const other = Buffer.from(content);
			other[at] = (content[at] ?? 0) ^ 1;
			expect((await fileOf(other)).identity).not.toBe(identity);
		}
	});

	it('is found without holding up the event loop for the whole file', async () => {
		let turns = 0;
		let isDone = false;
		const count = () => {
			turns++;
			if (!isDone) setImmediate(count);
		};
		setImmediate(count);
		await fileOf(Buffer.alloc(30 * 1024 * 1024, 7));
		isDone = true;
		expect(turns).toBeGreaterThan(10);
	});
});

describe('a binary field that holds no file', () => {
	/** n8n as it is where the item's binary data is this: it checks for undefined only. */
	const n8nWith = (binary: unknown): BinaryContext => ({
		getInputData: () => JSON.parse(JSON.stringify([{ json: {}, binary }])),
		helpers: {
			assertBinaryData: () => JSON.parse(JSON.stringify(binary)).firstFrame,
			getBinaryMetadata: async () => await Promise.reject(new Error('File not found')),
			getBinaryStream: async () => await Promise.reject(new Error('File not found')),
		},
	});

	it.each([
		[{ firstFrame: null }, 'is "firstFrame", but that holds no file'],
		[{ firstFrame: { mimeType: 'image/png' } }, 'is "firstFrame", but that holds no file'],
		[{ firstFrame: 'red.png' }, 'is "firstFrame", but that holds no file'],
		[null, 'is "firstFrame", but the item has no binary data'],
	])('is told as such: %j', async (binary, says) => {
		const found = await findBinaryFile(n8nWith(binary), 0, 'firstFrame');
		expect(found).toEqual({ kind: 'missing', says });
	});
});
