import { describe, expect, it } from 'vitest';
import { createSemaphore } from '../../nodes/WanKeyframeVideo/util/semaphore.ts';

/** Work that lasts until it is told to end. */
function job() {
	let resolve = (_: string): void => undefined;
	let reject = (_: Error): void => undefined;
	const promise = new Promise<string>((...settle) => ([resolve, reject] = settle));
	let isBegun = false;
	return {
		work: async () => {
			isBegun = true;
			return await promise;
		},
		isBegun: () => isBegun,
		end: () => resolve('done'),
		fail: () => reject(new Error('broken')),
	};
}

/** Everything that is due, done. */
const settled = async () => await new Promise((resolve) => setImmediate(resolve));

describe('places', () => {
	it('let so many work at once, and the next as soon as one is done', async () => {
		const places = createSemaphore(2);
		const jobs = [job(), job(), job()] as const;
		const results = jobs.map(async ({ work }) => await places.take(work));
		await settled();
		expect(jobs.map(({ isBegun }) => isBegun())).toEqual([true, true, false]);

		jobs[1].end();
		await settled();
		expect(jobs[2].isBegun()).toBe(true);

		jobs[0].end();
		jobs[2].end();
		expect(await Promise.all(results)).toEqual(['done', 'done', 'done']);
	});

	it('are given back by work that throws', async () => {
		const places = createSemaphore(1);
		const [broken, next] = [job(), job()];
		const taken = places.take(broken.work);
		const after = places.take(next.work);
		broken.fail();
		await expect(taken).rejects.toThrow('broken');

		next.end();
		expect(await after).toBe('done');
	});

	it('are not waited for after Stop', async () => {
		const places = createSemaphore(1);
		const [first, stopped] = [job(), job()];
		const stop = new AbortController();
		const working = places.take(first.work);
		const waiting = places.take(stopped.work, stop.signal);
		stop.abort();

		expect(await waiting).toBeUndefined();
		expect(await places.take(stopped.work, stop.signal)).toBeUndefined();
		expect(stopped.isBegun()).toBe(false);
		first.end();
		await working;
	});

	it.each(Array.from({ length: 10 }, (_, steps) => steps))(
		'are free again when Stop comes %s steps after work that another waits for has ended',
		async (steps) => {
			const places = createSemaphore(1);
			const [first, stopped, last] = [job(), job(), job()];
			const stop = new AbortController();
			const working = places.take(first.work);
			const called = places.take(stopped.work, stop.signal);
			const after = places.take(last.work);
			first.end();
			stopped.end();
			last.end();
			for (let step = 0; step < steps; step++) await Promise.resolve();
			stop.abort();

			expect(await working).toBe('done');
			expect(['done', undefined]).toContain(await called);
			expect(await after).toBe('done');
		},
	);
});
