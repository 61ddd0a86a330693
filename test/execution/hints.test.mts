import { describe, expect, it } from 'vitest';
import { timeoutHint } from '../../nodes/WanKeyframeVideo/execution/hints.ts';

const MINUTE_MS = 60_000;

describe('a hint that a time-out is too short', () => {
	it('is given for more items than the service can finish by then', () => {
		expect(timeoutHint(500, 30 * MINUTE_MS)).toBe(
			"The videos of 500 items take about 117 min, since the service runs 5 at a time, but 'Timeout (Minutes)' is 30 min: raise it, or send fewer items at a time",
		);
	});

	it.each([
		[1, MINUTE_MS],
		[5, MINUTE_MS],
		[100, 30 * MINUTE_MS],
		[500, 120 * MINUTE_MS],
	])('is not given for %i items and %i ms', (items, timeoutMs) => {
		expect(timeoutHint(items, timeoutMs)).toBeUndefined();
	});
});
