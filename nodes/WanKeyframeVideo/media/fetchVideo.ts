import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { causeOf, type ErrorText } from '../util/errorText';
import { optionalNumber, optionalText } from '../util/json';
import { onAbort } from '../util/onAbort';
import { readBytes, type ByteStream, type StreamedResponse } from '../util/readBytes';
import {
	linkExpired,
	linkRefused,
	notDownloaded,
	notVideo,
	notWhole,
	responseText,
} from './downloadErrors';
import { createMp4Checker, type Mp4Verdict } from './mp4Checker';
import { TOO_SLOW, type Transfer } from './transfer';

/** What a download needs of n8n. */
export interface DownloadContext {
	readonly helpers: Pick<IExecuteFunctions['helpers'], 'httpRequest' | 'prepareBinaryData'>;
}

export interface VideoLink {
	readonly url: string;
	readonly fileName: string;
	/** When the link ends, in milliseconds since 1970, where that is known. */
	readonly expiresAtMs?: number;
}

export type FetchOutcome =
	| { readonly kind: 'complete'; readonly binary: IBinaryData }
	/** May work the next time. */
	| { readonly kind: 'retryable'; readonly error: ErrorText }
	| { readonly kind: 'permanent'; readonly error: ErrorText };

/** Enough of a store's refusal or of a page to show what it is, in bytes. */
const HEAD_BYTES = 2_000;

/** What stores answer to a link that has ended, is not there yet, or was tampered with. */
const REFUSED_STATUSES = [401, 403, 404, 410];

/**
 * Streams the video into n8n's binary store, once, without holding it in memory. It is complete if
 * its boxes are, whatever its length was said to be; anything else is not stored. Sends no key: the
 * link is signed, and its host refuses a second kind of authentication (documented).
 */
export async function fetchVideo(
	{ helpers }: DownloadContext,
	{ url, fileName, expiresAtMs }: VideoLink,
	transfer: Transfer,
): Promise<FetchOutcome> {
	try {
		const { statusCode, headers, body }: StreamedResponse = await helpers.httpRequest({
			method: 'GET',
			url,
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			// Watched by its speed instead.
			timeout: 0,
			abortSignal: transfer.signal,
		});
		body.on('error', ignoreError);
		const stopListening = onAbort(transfer.signal, () => body.destroy());
		try {
			if (statusCode >= 300) {
				const words = (await readBytes(body, HEAD_BYTES)).toString();
				return refusal(statusCode, words, expiresAtMs);
			}
			const stored = storeVideo(body, transfer);
			const announcedBytes = optionalNumber(headers, 'content-length');
			try {
				const binary = await helpers.prepareBinaryData(
					stored.stream(announcedBytes),
					fileName,
					'video/mp4',
				);
				return { kind: 'complete', binary };
			} catch (thrown) {
				const verdict = stored.rejected();
				if (verdict === undefined) return broken(transfer, thrown);
				const { bytes, head } = stored;
				return {
					kind: 'retryable',
					error:
						verdict.kind === 'notMp4'
							? notVideo(optionalText(headers, 'content-type'), bytes(), head())
							: notWhole(verdict, { bytes: bytes(), announcedBytes }),
				};
			}
		} finally {
			stopListening();
			// A store that is full leaves the rest unread, and the connection open.
			body.destroy();
		}
	} catch (thrown) {
		return broken(transfer, thrown);
	}
}

function broken(transfer: Transfer, thrown: unknown): FetchOutcome {
	const cause = transfer.isTooSlow() ? TOO_SLOW : causeOf(thrown);
	return { kind: 'retryable', error: notDownloaded(`Cause: ${cause}`) };
}

type Rejected = Exclude<Mp4Verdict, { kind: 'complete' }>;

/**
 * The body as it goes into the store: a stream that fails at its end where the video is incomplete,
 * so that nothing is kept.
 */
function storeVideo(body: ByteStream, transfer: Transfer) {
	const checker = createMp4Checker();
	let head = '';
	let rejected: Rejected | undefined;

	async function* watch(announcedBytes: number | undefined) {
		for await (const chunk of body.iterator()) {
			transfer.moved(chunk.length);
			checker.push(chunk);
			if (head.length < HEAD_BYTES) {
				head += chunk.toString('latin1', 0, HEAD_BYTES - head.length);
			}
			// The rest of a page is not needed to show what it is.
			if (checker.isNotMp4() && head.length >= HEAD_BYTES) break;
			yield chunk;
		}
		const verdict = checker.verdict();
		if (verdict.kind === 'complete') return;
		// Only where the file leaves it open does the announced length decide.
		if (verdict.kind === 'openEnded' && announcedBytes === checker.bytes()) return;
		rejected = verdict;
		throw new Error(`The video is incomplete: ${verdict.kind}`);
	}

	return {
		bytes: checker.bytes,
		head: () => head,
		/** Why the stream failed, if it did so by itself. */
		rejected: () => rejected,
		stream(announcedBytes: number | undefined): ByteStream {
			// Streams cannot be imported; `map` makes one of what it iterates over. `compose` would take
			// the generator itself, but an error in it can end the process (Node 20, measured with a body
			// that is empty, and with one that breaks before it is read).
			body[Symbol.asyncIterator] = () => watch(announcedBytes);
			const watched = body.map((chunk: Buffer) => chunk);
			watched.on('error', ignoreError);
			return watched;
		},
	};
}

/** Whoever reads a stream gets its error; while nobody does, it must not end the process. */
const ignoreError = () => {};

function refusal(status: number, body: string, expiresAtMs: number | undefined): FetchOutcome {
	const response = responseText(status, body);
	if (!REFUSED_STATUSES.includes(status)) {
		return { kind: 'retryable', error: notDownloaded(response) };
	}
	// OSS and S3 say "Request has expired."
	if (/\bexpired\b/i.test(body)) {
		return { kind: 'permanent', error: linkExpired(expiresAtMs, response) };
	}
	return { kind: 'retryable', error: linkRefused(status, response, expiresAtMs) };
}
