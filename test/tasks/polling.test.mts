import { describe, expect, it } from 'vitest';
import { isDeep } from '../depth.mts';
import {
	timesAround,
	figuresOf,
	ours,
	OTHER_CLIENTS,
	RUN_SECONDS,
	type RunTimes,
	type Policy,
} from './pollingPolicies.mts';

const every15s = OTHER_CLIENTS['every 15 s (n8n)'] ?? expect.fail('there is no such policy');

const runSeconds = isDeep ? RUN_SECONDS : RUN_SECONDS.filter((_, index) => index % 5 === 0);

/** Means over run times of 20 s to 480 s, each with what is expected of it. */
async function overAll(policyFor: (seconds: number) => Policy, queued: boolean) {
	const all = await Promise.all(
		runSeconds.map(async (seconds) => {
			const runs: RunTimes[] = timesAround(seconds, 0.1, queued);
			return {
				own: await figuresOf(policyFor(seconds), runs),
				peer: await figuresOf(every15s, runs),
			};
		}),
	);
	const mean = (of: (one: (typeof all)[number]) => number) =>
		all.reduce((sum, one) => sum + of(one), 0) / all.length;
	return {
		latenessMs: mean(({ own }) => own.latenessMs),
		queries: mean(({ own }) => own.queries),
		every15s: mean(({ peer }) => peer.queries),
	};
}

describe.each([
	['that start at once', false],
	['that wait in the queue first', true],
])('tasks of 20 to 480 seconds %s', (_, queued) => {
	it('with an estimate are found 1.5 s late at most, with no more queries than every 15 s', async () => {
		const found = await overAll(
			(seconds) => ours({ runMs: seconds * 1000, spreadMs: seconds * 100 }),
			queued,
		);
		expect(found.latenessMs).toBeLessThanOrEqual(1_500);
		expect(found.queries).toBeLessThanOrEqual(found.every15s);
	});

	it('without an estimate are found 5.5 s late at most, with 1.5 times the queries of every 15 s', async () => {
		const found = await overAll(() => ours(), queued);
		expect(found.latenessMs).toBeLessThanOrEqual(5_500);
		expect(found.queries).toBeLessThanOrEqual(1.5 * found.every15s);
	});
});

it('a task that ends long before its estimate is found within a minute', async () => {
	const policy = ours({ runMs: 480_000, spreadMs: 48_000 });
	for (let runMs = 5_000; runMs < 430_000; runMs += 7_000) {
		const { latenessMs } = await policy({ pendingMs: 30, runMs });
		expect(latenessMs).toBeLessThanOrEqual(60_000);
	}
});

it('a task that runs far longer than its estimate is found within 15 s', async () => {
	const policy = ours({ runMs: 30_000, spreadMs: 3_000 });
	for (let runMs = 33_000; runMs < 900_000; runMs += 11_000) {
		const { latenessMs } = await policy({ pendingMs: 30, runMs });
		expect(latenessMs).toBeLessThanOrEqual(15_000);
	}
});
