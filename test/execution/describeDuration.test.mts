import { expect, it } from 'vitest';
import { describeDuration } from '../../nodes/WanKeyframeVideo/util/errorText.ts';

it.each([
	[30 * 60_000, '30 min'],
	[60_000, '1 min'],
	[90_000, '1.5 min'],
	[6_000, '6 s'],
	[60, '0.06 s'],
])('%i ms are described as %s', (ms, text) => {
	expect(describeDuration(ms)).toBe(text);
});
