import type { IHttpRequestOptions } from 'n8n-workflow';
import { expect, it } from 'vitest';
import { createDownloadSlots, downloadVideo } from '../../nodes/WanKeyframeVideo/media/download.ts';
import type { DownloadContext } from '../../nodes/WanKeyframeVideo/media/fetchVideo.ts';
import { manualClock } from '../util/manualClock.mts';

const never = new AbortController().signal;
const url = 'https://store.example/a.mp4';

/** An n8n whose requests are answered by `respond`. */
function n8nWith(respond: (options: IHttpRequestOptions, count: number) => unknown) {
	let count = 0;
	const unexpected = () => {
		throw new Error('Nothing was to be stored');
	};
	const ctx: DownloadContext = {
		helpers: {
			httpRequest: async (options: IHttpRequestOptions) => await respond(options, count++),
			prepareBinaryData: async () => unexpected(),
		},
	};
	return { ctx, count: () => count };
}

/** A request that is never answered. */
async function silence({ abortSignal }: IHttpRequestOptions): Promise<never> {
	return await new Promise((_, reject) => {
		abortSignal?.addEventListener?.('abort', () => reject(new Error('aborted')));
	});
}

it('a link whose end is known and past is not opened', async () => {
	const clock = manualClock(Date.parse('2026-11-24T18:00:00Z'));
	const { ctx, count } = n8nWith(silence);
	const expiresAtMs = Date.parse('2026-11-24T17:59:30Z');
	const request = { url, fileName: 'a.mp4', expiresAtMs, signal: never };

	expect(await clock.run(downloadVideo(ctx, request, clock, createDownloadSlots()))).toMatchObject({
		ok: false,
		error: {
			message: 'The link to the video is no longer valid',
			description: expect.stringContaining('It expired at 2026-11-24 17:59:30 UTC.'),
		},
	});
	expect(count()).toBe(0);
	expect(clock.now()).toBe(Date.parse('2026-11-24T18:00:00Z'));
});

it('a link that is no web address is not opened, and the user is told what to do', async () => {
	const clock = manualClock();
	const { ctx, count } = n8nWith(silence);
	const request = { url: 'file:///etc/passwd', fileName: 'a.mp4', signal: never };

	expect(await clock.run(downloadVideo(ctx, request, clock, createDownloadSlots()))).toMatchObject({
		error: {
			message: 'The link to the video is not a web address',
			description: expect.stringMatching(/'Get Status'.*\n.*file:\/\/\/etc\/passwd/),
		},
	});
	expect(count()).toBe(0);
});

it('the deadline ends a download that waits for a slot, and one that is under way', async () => {
	const clock = manualClock();
	const slots = createDownloadSlots();
	const { ctx, count } = n8nWith(silence);
	const download = async (deadlineMs: number) => {
		const deadline = { atMs: deadlineMs, label: 'Timeout' };
		const request = { url, fileName: 'a.mp4', deadline, signal: never };
		const result = await downloadVideo(ctx, request, clock, slots);
		return { result, endedAtMs: clock.now() };
	};
	const ends = Promise.all([9_000, 9_000, 9_000, 6_000].map(download));

	for (const [index, { result, endedAtMs }] of (await clock.run(ends)).entries()) {
		expect(endedAtMs).toBe(index === 3 ? 6_000 : 9_000);
		expect(result).toMatchObject({
			error: { message: "The video was not downloaded within the 'Timeout'" },
		});
	}
	expect(count()).toBe(3);
});

it('a link that never answers is given up after five tries of a minute', async () => {
	const clock = manualClock();
	const { ctx, count } = n8nWith(silence);
	const request = { url, fileName: 'a.mp4', signal: never };

	expect(await clock.run(downloadVideo(ctx, request, clock, createDownloadSlots()))).toMatchObject({
		error: {
			message: 'The video could not be downloaded',
			description: expect.stringContaining('fewer than 60 kB moved within a minute'),
		},
	});
	expect(count()).toBe(5);
	expect(clock.now()).toBe(5 * 60_000 + 50_000);
});

it('Stop ends a download between two tries', async () => {
	const clock = manualClock();
	const stop = new AbortController();
	const { ctx, count } = n8nWith(async () => await Promise.reject(new Error('read ECONNRESET')));
	clock.at(2_000, () => stop.abort());
	const request = { url, fileName: 'a.mp4', signal: stop.signal };

	expect(await clock.run(downloadVideo(ctx, request, clock, createDownloadSlots()))).toMatchObject({
		error: { message: 'Downloading the video was canceled' },
	});
	expect(count()).toBe(2);
	expect(clock.now()).toBe(2_000);
});
