import type { IExecuteFunctions } from 'n8n-workflow';

import { excerptOf } from '../dashscope/readResponse';
import { causeOf } from '../util/errorText';
import type { Clock } from '../util/clock';
import { isRecord, optionalNumber, optionalText } from '../util/json';
import { onAbort } from '../util/onAbort';
import type { ByteStream, StreamedResponse } from '../util/readBytes';
import { fail, ok, type Result } from '../util/result';
import { fileOf, storedFile, type BinaryFile } from './binaryFile';
import { WEB_PAGE } from './fileKind';
import { imageInfoOf } from './imageFile';
import { runTransfer, runUntil, TOO_SLOW, type Transfer } from './transfer';
import { createTransferSlots, type TransferSlots } from './transferSlots';

/** What fetching needs of n8n. */
export interface FetchContext {
	readonly helpers: Pick<
		IExecuteFunctions['helpers'],
		'httpRequest' | 'prepareBinaryData' | 'getBinaryMetadata' | 'getBinaryStream'
	>;
}

/** Why a link brought no file. */
export interface FetchError {
	/** The rest of a sentence that begins with the label of the field that holds the link. */
	readonly problem: string;
	/** What to do, as a whole sentence. */
	readonly advice: string;
}

/** Fetches the pictures that links lead to, each link once a run. */
export interface LinkFetcher {
	/** The file behind an http(s) link; reading stops beyond `maxBytes`. */
	fetch(url: string, maxBytes: number): Promise<Result<BinaryFile, FetchError>>;
}

export interface LinkFetcherOptions {
	readonly clock: Clock;
	/** Of the whole process: `createFetchSlots`. */
	readonly slots: TransferSlots;
	readonly signal: AbortSignal;
}

/**
 * Pictures are small: a few at once keep a line busy, and a server that limits its clients content.
 */
export const createFetchSlots = (): TransferSlots => createTransferSlots({ slots: 4, maxSlow: 12 });

/** Pauses before a link is tried again. */
const RETRY_PAUSES_MS = [1_000, 4_000] as const;

/** For all tries of a link together; a picture of 50 MB at 256 KiB a second takes less. */
const LIMIT_MS = 5 * 60_000;

/**
 * A fetcher for one run. It sends no credential and goes through n8n's own request helper, so that
 * n8n's protection against requests to internal addresses holds.
 */
export function createLinkFetcher(
	ctx: FetchContext,
	{ clock, slots, signal }: LinkFetcherOptions,
): LinkFetcher {
	const fetched = new Map<string, Promise<Result<BinaryFile, FetchError>>>();

	const fetchWithRetries = async (
		url: string,
		maxBytes: number,
		limited: AbortSignal,
	): Promise<Result<BinaryFile, FetchError>> => {
		for (let attempt = 0; ; attempt++) {
			const outcome = await slots.run(
				async (releaseSlot) =>
					await runTransfer(
						{ clock, signal: limited, onSlow: releaseSlot },
						async (transfer) => await fetchOnce(ctx, url, maxBytes, transfer),
					),
				limited,
			);
			if (outcome?.kind === 'file') return ok(outcome.file);
			const pauseMs = RETRY_PAUSES_MS[attempt];
			if (outcome?.kind === 'retryable' && pauseMs !== undefined) {
				await clock.sleep(pauseMs, limited);
			}
			if (signal.aborted) return fail(CANCELED);
			if (outcome === undefined || limited.aborted) return fail(notFetched('it took too long'));
			if (outcome.kind === 'refused' || pauseMs === undefined) return fail(outcome.error);
		}
	};

	return {
		async fetch(url, maxBytes) {
			const key = `${maxBytes} ${url}`;
			const limits = { clock, signal, deadlineMs: clock.monotonicMs() + LIMIT_MS };
			const fetching =
				fetched.get(key) ??
				runUntil(limits, async (limited) => await fetchWithRetries(url, maxBytes, limited));
			fetched.set(key, fetching);
			return await fetching;
		},
	};
}

type FetchOutcome =
	| { readonly kind: 'file'; readonly file: BinaryFile }
	/** May work the next time. */
	| { readonly kind: 'retryable'; readonly error: FetchError }
	| { readonly kind: 'refused'; readonly error: FetchError };

async function fetchOnce(
	ctx: FetchContext,
	url: string,
	maxBytes: number,
	transfer: Transfer,
): Promise<FetchOutcome> {
	try {
		const { statusCode, headers, body }: StreamedResponse = await ctx.helpers.httpRequest({
			method: 'GET',
			url,
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			// Watched by its speed instead.
			timeout: 0,
			abortSignal: transfer.signal,
		});
		body.on('error', () => {});
		const stopListening = onAbort(transfer.signal, () => body.destroy());
		try {
			const type = optionalText(headers, 'content-type') ?? '';
			if (statusCode >= 300) {
				return refusal(statusCode, type, await readUpTo(body, ERROR_BYTES, transfer));
			}
			const announcedBytes = optionalNumber(headers, 'content-length') ?? 0;
			if (announcedBytes > maxBytes) return refused(tooLarge(maxBytes));
			const content = await readUpTo(body, maxBytes + 1, transfer);
			if (content.length > maxBytes) return refused(tooLarge(maxBytes));
			if (isPage(type, content)) return refused(PAGE);
			return { kind: 'file', file: await store(ctx, content) };
		} finally {
			stopListening();
			body.destroy();
		}
	} catch (thrown) {
		if (isBlocked(thrown)) return refused(blocked(thrown));
		const cause = transfer.isTooSlow() ? TOO_SLOW : causeOf(thrown);
		return { kind: 'retryable', error: notFetched(cause) };
	}
}

/** In n8n's store where it has one, so that a run of many pictures does not hold them all. */
async function store(ctx: FetchContext, content: Buffer): Promise<BinaryFile> {
	const inMemory = await fileOf(content);
	// A name and a type spare n8n the guessing; nobody sees them.
	const { id } = await ctx.helpers.prepareBinaryData(
		content,
		'picture',
		'application/octet-stream',
	);
	return id ? { ...(await storedFile(ctx, id)), identity: inMemory.identity } : inMemory;
}

/** Enough of an answer that is none to show what it is, in bytes. */
const ERROR_BYTES = 2_000;

async function readUpTo(body: ByteStream, maxBytes: number, transfer: Transfer): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of body) {
		chunks.push(chunk);
		bytes += chunk.length;
		transfer.moved(chunk.length);
		// Leaving the loop closes the stream.
		if (bytes >= maxBytes) break;
	}
	return Buffer.concat(chunks).subarray(0, maxBytes);
}

/** A page by its first bytes, or by its type where they tell nothing. */
function isPage(contentType: string, content: Buffer): boolean {
	const info = imageInfoOf(content, content.length);
	if (info.kind !== 'unknown') return false;
	return info.looksLike === undefined
		? /^text\/html\b/i.test(contentType)
		: info.looksLike === WEB_PAGE;
}

function refusal(status: number, contentType: string, content: Buffer): FetchOutcome {
	const words = isPage(contentType, content) ? '' : excerptOf(content.toString());
	const error: FetchError = {
		problem: `leads to nothing that n8n may fetch: the server answered HTTP ${status}${words && ` (${words})`}`,
		advice:
			status === 401 || status === 403
				? `The link must open without signing in. ${GIVE_BINARY_DATA}`
				: GIVE_BINARY_DATA,
	};
	const isPassing = status === 408 || status === 429 || status >= 500;
	return { kind: isPassing ? 'retryable' : 'refused', error };
}

/** n8n's own protection against requests to internal addresses, also behind a redirect. */
function isBlocked(thrown: unknown): boolean {
	if (!isRecord(thrown)) return false;
	return /^Ssrf/.test(optionalText(thrown, 'name') ?? '') || isBlocked(thrown['cause']);
}

const refused = (error: FetchError): FetchOutcome => ({ kind: 'refused', error });

const GIVE_BINARY_DATA =
	'Check it in a browser, or give the picture as binary data (From Binary Data).';

const CANCELED: FetchError = {
	problem: 'was not fetched: fetching was canceled',
	advice: 'Nothing was sent.',
};

const PAGE: FetchError = {
	problem: 'leads to a web page, not to a picture',
	advice:
		'Give the direct link to the file: one that downloads it at once, without a page around it and without signing in.',
};

const tooLarge = (maxBytes: number): FetchError => ({
	problem: `leads to a file of more than ${Math.floor(maxBytes / (1024 * 1024))} MB, which is too large`,
	advice: 'Give a smaller picture.',
});

const blocked = (thrown: unknown): FetchError => ({
	problem: 'leads to an address that this n8n does not allow requests to',
	advice: `Whoever runs n8n can allow it. ${GIVE_BINARY_DATA} (n8n said: ${causeOf(thrown)})`,
});

const notFetched = (cause: string): FetchError => ({
	problem: 'could not be fetched',
	advice: `${GIVE_BINARY_DATA} Cause: ${cause}`,
});
