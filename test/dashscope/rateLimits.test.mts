import { describe, expect, it } from 'vitest';
import { createAccountLimitsRegistry } from '../../nodes/WanKeyframeVideo/dashscope/rateLimits.ts';
import { manualClock } from '../util/manualClock.mts';

const MINUTE_MS = 60_000;
const LIMIT = { group: 'a model', createsPerSecond: 1 };

describe('the limits of an account', () => {
	it('are the same for all who ask, and others for another account', () => {
		const clock = manualClock();
		const limitsOf = createAccountLimitsRegistry(clock);
		const limits = limitsOf('one account');

		expect(limitsOf('one account')).toBe(limits);
		expect(limitsOf('another account')).not.toBe(limits);
	});

	it('are forgotten ten minutes after the last call', async () => {
		const clock = manualClock();
		const limitsOf = createAccountLimitsRegistry(clock);
		const limits = limitsOf('a guest');
		await clock.run(clock.sleep(5 * MINUTE_MS));
		await clock.run(limits.queries.acquire());
		await clock.run(clock.sleep(9 * MINUTE_MS));
		expect(limitsOf('a guest')).toBe(limits);

		await clock.run(clock.sleep(2 * MINUTE_MS));
		// Accounts that are idle are forgotten when any account is asked for.
		limitsOf('a regular');
		expect(limitsOf('a guest')).not.toBe(limits);
	});

	it('are kept while creates wait for their slots', async () => {
		const clock = manualClock();
		const limitsOf = createAccountLimitsRegistry(clock);
		const limits = limitsOf('a maker');
		const creates = async () => {
			for (let create = 0; create < 3; create++) {
				await clock.sleep(6 * MINUTE_MS);
				await limits.creates(LIMIT).acquire();
			}
		};
		await clock.run(creates());

		expect(limitsOf('a maker')).toBe(limits);
	});
});
