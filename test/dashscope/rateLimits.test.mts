import { describe, expect, it } from 'vitest';
import { sharedPace } from '../../nodes/WanKeyframeVideo/dashscope/rateLimits.ts';
import { handClock } from '../util/manualClock.mts';

const MINUTE_MS = 60_000;
const LIMIT = { group: 'a model', createsPerSecond: 1 };

describe('the pace of an account', () => {
	it('is one for all who use it, and another for another account', () => {
		const clock = handClock();
		const pace = sharedPace('one account', clock);

		expect(sharedPace('one account', clock)).toBe(pace);
		expect(sharedPace('another account', clock)).not.toBe(pace);
	});

	it('is forgotten ten minutes after its last call', async () => {
		const clock = handClock();
		const pace = sharedPace('a guest', clock);
		await clock.run(clock.sleep(5 * MINUTE_MS));
		await clock.run(pace.queries.turn());
		await clock.run(clock.sleep(9 * MINUTE_MS));
		expect(sharedPace('a guest', clock)).toBe(pace);

		await clock.run(clock.sleep(2 * MINUTE_MS));
		// Any account's call looks for those that are idle.
		sharedPace('a regular', clock);
		expect(sharedPace('a guest', clock)).not.toBe(pace);
	});

	it('is kept while creates wait for their turns', async () => {
		const clock = handClock();
		const pace = sharedPace('a maker', clock);
		const turns = async () => {
			for (let turn = 0; turn < 3; turn++) {
				await clock.sleep(6 * MINUTE_MS);
				await pace.creates(LIMIT).turn();
			}
		};
		await clock.run(turns());

		expect(sharedPace('a maker', clock)).toBe(pace);
	});
});
