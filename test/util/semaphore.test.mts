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

/** Lets all promises that can settle now do so. */
const settled = async () => await new Promise((resolve) => setImmediate(resolve));

describe('a semaphore', () => {
	it('lets so many callers work at once, and the next as soon as one is done', async () => {
		const semaphore = createSemaphore(2);
		const jobs = [job(), job(), job()] as const;
		const results = jobs.map(async ({ work }) => await semaphore.run(work));
		await settled();
		expect(jobs.map(({ isBegun }) => isBegun())).toEqual([true, true, false]);

		jobs[1].end();
		await settled();
		expect(jobs[2].isBegun()).toBe(true);

		jobs[0].end();
		jobs[2].end();
		expect(await Promise.all(results)).toEqual(['done', 'done', 'done']);
	});

	it('frees the slot of work that throws', async () => {
		const semaphore = createSemaphore(1);
		const [broken, next] = [job(), job()];
		const running = semaphore.run(broken.work);
		const after = semaphore.run(next.work);
		broken.fail();
		await expect(running).rejects.toThrow('broken');

		next.end();
		expect(await after).toBe('done');
	});

	it('lets nobody wait for a slot after an abort', async () => {
		const semaphore = createSemaphore(1);
		const [first, stopped] = [job(), job()];
		const stop = new AbortController();
		const working = semaphore.run(first.work);
		const waiting = semaphore.run(stopped.work, stop.signal);
		stop.abort();

		expect(await waiting).toBeUndefined();
		expect(await semaphore.run(stopped.work, stop.signal)).toBeUndefined();
		expect(stopped.isBegun()).toBe(false);
		first.end();
		await working;
	});

	it.each(Array.from({ length: 10 }, (_, steps) => steps))(
		'loses no slot to an abort that comes %s steps after the slot is free',
		async (steps) => {
			const semaphore = createSemaphore(1);
			const [first, stopped, last] = [job(), job(), job()];
			const stop = new AbortController();
			const working = semaphore.run(first.work);
			const called = semaphore.run(stopped.work, stop.signal);
			const after = semaphore.run(last.work);
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
