import { describe, expect, it } from 'vitest';
import { sharedRateLimits } from '../../nodes/WanKeyframeVideo/dashscope/rateLimits.ts';
import { manualClock } from '../util/manualClock.mts';

const MINUTE_MS = 60_000;
const LIMIT = { group: 'a model', createsPerSecond: 1 };

describe('the pace of an account', () => {
	it('is one for all who use it, and another for another account', () => {
		const clock = manualClock();
		const pace = sharedRateLimits('one account', clock);

		expect(sharedRateLimits('one account', clock)).toBe(pace);
		expect(sharedRateLimits('another account', clock)).not.toBe(pace);
	});

	it('is forgotten ten minutes after its last call', async () => {
		const clock = manualClock();
		const pace = sharedRateLimits('a guest', clock);
		await clock.run(clock.sleep(5 * MINUTE_MS));
		await clock.run(pace.queries.turn());
		await clock.run(clock.sleep(9 * MINUTE_MS));
		expect(sharedRateLimits('a guest', clock)).toBe(pace);

		await clock.run(clock.sleep(2 * MINUTE_MS));
		// Any account's call looks for those that are idle.
		sharedRateLimits('a regular', clock);
		expect(sharedRateLimits('a guest', clock)).not.toBe(pace);
	});

	it('is kept while creates wait for their turns', async () => {
		const clock = manualClock();
		const pace = sharedRateLimits('a maker', clock);
		const turns = async () => {
			for (let turn = 0; turn < 3; turn++) {
				await clock.sleep(6 * MINUTE_MS);
				await pace.creates(LIMIT).turn();
			}
		};
		await clock.run(turns());

		expect(sharedRateLimits('a maker', clock)).toBe(pace);
	});
});
