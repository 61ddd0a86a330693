import { expect, it } from 'vitest';
import { createTransferSlots } from '../../nodes/WanKeyframeVideo/media/transferSlots.ts';

const never = new AbortController().signal;
const settled = async () => await new Promise((resolve) => setImmediate(resolve));

/** A transfer that lasts until it is told to end. */
function transfer() {
	let end = (_: string): void => undefined;
	let fail = (_: Error): void => undefined;
	const promise = new Promise<string>((...settle) => ([end, fail] = settle));
	let releaseSlot = (): void => undefined;
	let isRunning = false;
	return {
		work: async (give: () => void) => {
			releaseSlot = give;
			isRunning = true;
			return await promise;
		},
		isRunning: () => isRunning,
		releaseSlot: () => releaseSlot(),
		end: () => end('done'),
		fail: () => fail(new Error('broken')),
	};
}

it('a slow transfer gives its slot to the next one and comes to its end beside it', async () => {
	const slots = createTransferSlots({ slots: 1, maxSlow: 1 });
	const [slow, next, last] = [transfer(), transfer(), transfer()];
	const ends = [slow, next, last].map(async ({ work }) => await slots.run(work, never));
	await settled();
	expect(next.isRunning()).toBe(false);

	slow.releaseSlot();
	slow.releaseSlot();
	await settled();
	expect([next.isRunning(), last.isRunning()]).toEqual([true, false]);

	// No more slow ones than allowed: this one keeps its slot.
	next.releaseSlot();
	await settled();
	expect(last.isRunning()).toBe(false);

	slow.end();
	await settled();
	next.releaseSlot();
	await settled();
	expect(last.isRunning()).toBe(true);

	next.end();
	last.end();
	expect(await Promise.all(ends)).toEqual(['done', 'done', 'done']);
});

it('a transfer that throws frees its slot, also after it gave way', async () => {
	const slots = createTransferSlots({ slots: 1, maxSlow: 1 });
	for (const givesWay of [false, true, true]) {
		const broken = transfer();
		const end = slots.run(broken.work, never);
		await settled();
		if (givesWay) broken.releaseSlot();
		broken.fail();
		await expect(end).rejects.toThrow('broken');
	}
	const next = transfer();
	const end = slots.run(next.work, never);
	next.end();
	expect(await end).toBe('done');
});

it('a transfer that is stopped while it waits for a slot does not begin', async () => {
	const slots = createTransferSlots({ slots: 1, maxSlow: 1 });
	const [first, stopped] = [transfer(), transfer()];
	const stop = new AbortController();
	const running = slots.run(first.work, never);
	const waiting = slots.run(stopped.work, stop.signal);
	stop.abort();

	expect(await waiting).toBeUndefined();
	expect(stopped.isRunning()).toBe(false);
	first.end();
	await running;
});
