import type { IBinaryData } from 'n8n-workflow';

import type { Clock } from '../util/clock';
import type { ErrorText } from '../util/errorText';
import { fail, ok, type Result } from '../util/result';
import { downloadCanceled, linkExpired, noWebAddress, notInTime } from './downloadErrors';
import { fetchVideo, type DownloadContext, type FetchOutcome, type VideoLink } from './fetchVideo';
import { runTransfer, runUntil } from './transfer';
import { createTransferSlots, type TransferSlots } from './transferSlots';

export interface DownloadRequest extends VideoLink {
	/** When waiting for a slot and downloading must be over, on the clock's `monotonicMs`, and the field that says so. */
	readonly deadline?: { readonly atMs: number; readonly label: string };
	/** Aborts on Stop, and as soon as another item fails the node. */
	readonly signal: AbortSignal;
}

/**
 * Pauses before a broken download is fetched again, whole. A store that lags behind needs seconds.
 */
const RETRY_PAUSES_MS = [1_000, 4_000, 15_000, 30_000] as const;

/** Where the caller sets none: a video of 300 MB at 256 KiB a second takes 20 minutes. */
const DEFAULT_LIMIT_MS = 30 * 60_000;

/**
 * Slots for the downloads of a whole process. Three fill a line, and are few enough for a small
 * disk and a store that counts connections; slow ones need little of either.
 */
export const createDownloadSlots = (): TransferSlots =>
	createTransferSlots({ slots: 3, maxSlow: 30 });

/**
 * Downloads the video into n8n's binary store, and fetches it again where the exchange broke, the
 * file is incomplete, or the store refuses a link that is not over. Waits for a slot first.
 */
export async function downloadVideo(
	ctx: DownloadContext,
	{ signal, deadline, ...link }: DownloadRequest,
	clock: Clock,
	slots: TransferSlots,
): Promise<Result<IBinaryData, ErrorText>> {
	const { url, expiresAtMs } = link;
	if (!/^https?:\/\//i.test(url)) return fail(noWebAddress(url));
	if (expiresAtMs !== undefined && expiresAtMs <= clock.now())
		return fail(linkExpired(expiresAtMs));

	const limits = {
		clock,
		signal,
		deadlineMs: deadline?.atMs ?? clock.monotonicMs() + DEFAULT_LIMIT_MS,
	};
	return await runUntil(limits, async (limited) => {
		for (let attempt = 0; ; attempt++) {
			const outcome = await fetchInSlot(ctx, link, slots, clock, limited);
			if (outcome?.kind === 'complete') return ok(outcome.binary);
			const pauseMs = RETRY_PAUSES_MS[attempt];
			if (outcome?.kind === 'retryable' && pauseMs !== undefined) {
				await clock.sleep(pauseMs, limited);
			}
			if (signal.aborted) return fail(downloadCanceled);
			if (limited.aborted || outcome === undefined) {
				return fail(notInTime(deadline === undefined ? '30 minutes' : `the '${deadline.label}'`));
			}
			if (outcome.kind === 'permanent' || pauseMs === undefined) return fail(outcome.error);
		}
	});
}

async function fetchInSlot(
	ctx: DownloadContext,
	link: VideoLink,
	slots: TransferSlots,
	clock: Clock,
	signal: AbortSignal,
): Promise<FetchOutcome | undefined> {
	return await slots.run(
		async (releaseSlot) =>
			await runTransfer(
				{ clock, signal, onSlow: releaseSlot },
				async (transfer) => await fetchVideo(ctx, link, transfer),
			),
		signal,
	);
}
