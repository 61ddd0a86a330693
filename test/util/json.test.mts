import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../nodes/WanKeyframeVideo/util/json.ts';

const nested = (open: string, close: string, depth: number) =>
	`${open.repeat(depth)}1${close.repeat(depth)}`;

describe('parsing JSON', () => {
	it('returns what JSON.parse returns for any value of few levels', () => {
		fc.assert(
			fc.property(fc.json({ maxDepth: 20 }), (text) => {
				expect(parseJson(text)).toEqual(JSON.parse(text));
			}),
		);
	});

	it.each(['', '{', '{"a":', '<html></html>', 'undefined', '[1,]'])(
		'returns nothing for %j',
		(text) => {
			expect(parseJson(text)).toBeUndefined();
		},
	);

	it.each([
		['[', ']'],
		['{"a":', '}'],
	])('returns nothing for more than 100 levels of %s', (open, close) => {
		expect(parseJson(nested(open, close, 100))).toBeDefined();
		expect(parseJson(nested(open, close, 101))).toBeUndefined();
		expect(parseJson(nested(open, close, 100_000))).toBeUndefined();
	});

	it('does not count brackets inside of texts', () => {
		const text = '"[{\\\\'.repeat(1_000);
		expect(parseJson(JSON.stringify([text, { [text]: text }]))).toEqual([text, { [text]: text }]);
	});

	it('reads a text of several megabytes', () => {
		const long = '\\"['.repeat(1_000_000);
		expect(parseJson(JSON.stringify({ long }))).toEqual({ long });
	});
});
