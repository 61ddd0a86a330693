import { describe, expect, it } from 'vitest';
import { isBinary } from '../../nodes/WanKeyframeVideo/media/binaryFile.ts';

describe('what an expression gives', () => {
	it.each([
		{ data: 'AAAA', mimeType: 'image/png' },
		{ data: 'filesystem-v2', mimeType: 'image/png', id: 'filesystem-v2:1', fileName: 'a.png' },
	])('is a binary: %j', (value) => {
		expect(isBinary(value)).toBe(true);
	});

	it.each([undefined, null, 'data', 7, [], {}, { data: 'AAAA' }, { mimeType: 'image/png' }])(
		'is none: %j',
		(value) => {
			expect(isBinary(value)).toBe(false);
		},
	);
});
