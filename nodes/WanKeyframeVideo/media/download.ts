import type { IBinaryData, IExecuteFunctions, IPollFunctions } from 'n8n-workflow';

import type { Clock } from '../util/clock';
import { isRecord, optionalNumber, optionalText, type JsonRecord } from '../util/json';
import { joinLines, type ErrorText } from '../util/errorText';
import { excerptOf } from '../dashscope/readResponse';
import { fail, ok, type Result } from '../util/result';
import { readBytes, type StreamedResponse } from '../util/readBytes';
import { createSemaphore } from '../util/semaphore';

/** No byte of the video for this long means the link is dead. */
const IDLE_TIMEOUT_MS = 60_000;

/** Of a whole n8n process: enough to fill a line, few enough for a small disk and a store that counts connections. */
const DOWNLOADS_AT_ONCE = 3;

/** Pauses before a broken download is fetched again, whole; the link lives for a day, but a user waits. */
const RETRY_PAUSES_MS = [1_000, 4_000, 15_000] as const;

const places = createSemaphore(DOWNLOADS_AT_ONCE);

/** What a download takes of n8n. The poll of a trigger cannot be stopped. */
export interface DownloadContext {
	readonly helpers: Pick<
		(IExecuteFunctions | IPollFunctions)['helpers'],
		'httpRequest' | 'prepareBinaryData' | 'getBinaryMetadata' | 'getBinaryStream'
	>;
	readonly getExecutionCancelSignal?: IExecuteFunctions['getExecutionCancelSignal'];
}

/**
 * Streams the video into n8n's binary store without holding it in memory, and looks whether it arrived whole.
 * Sends no key: the link is signed, and its host refuses a second kind of authentication (documented).
 */
export async function downloadVideo(
	ctx: DownloadContext,
	url: string,
	fileName: string,
	clock: Clock,
	signal?: AbortSignal,
): Promise<Result<IBinaryData, ErrorText>> {
	if (!/^https?:\/\//i.test(url)) {
		return fail({
			message: 'The link to the video is not a web address',
			description: `It was not opened: ${url.slice(0, 80)}`,
		});
	}
	for (let attempt = 0; ; attempt++) {
		const fetched = await places.take(async () => await fetchOnce(ctx, url, fileName), signal);
		if (fetched?.kind === 'whole') return ok(fetched.binary);
		const pauseMs = RETRY_PAUSES_MS[attempt];
		if (fetched?.kind === 'broken' && pauseMs !== undefined) {
			await clock.sleep(pauseMs, signal);
		}
		if (signal?.aborted || fetched === undefined) return fail(STOPPED);
		if (fetched.kind === 'useless' || pauseMs === undefined) return fail(fetched.why);
	}
}

const ANOTHER_TIME =
	"The task is done and the video is paid for. Run the operation 'Wait' or 'Get Status' with this task ID to download it again; that costs nothing.";

/** n8n ends an execution as canceled, not as failed, by this word in the message (measured). */
const STOPPED: ErrorText = {
	message: 'Downloading the video was canceled',
	description: ANOTHER_TIME,
};

type Fetched =
	| { readonly kind: 'whole'; readonly binary: IBinaryData }
	/** May work the next time. */
	| { readonly kind: 'broken'; readonly why: ErrorText }
	| { readonly kind: 'useless'; readonly why: ErrorText };

async function fetchOnce(ctx: DownloadContext, url: string, fileName: string): Promise<Fetched> {
	const abortSignal = ctx.getExecutionCancelSignal?.();
	try {
		const { statusCode, headers, body }: StreamedResponse = await ctx.helpers.httpRequest({
			method: 'GET',
			url,
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			timeout: IDLE_TIMEOUT_MS,
			...(abortSignal && { abortSignal }),
		});
		try {
			if (statusCode >= 300) {
				return refusal(statusCode, (await readBytes(body, HEAD_BYTES)).toString());
			}
			const binary = await ctx.helpers.prepareBinaryData(body, fileName, 'video/mp4');
			return await judge(ctx, binary, headers);
		} finally {
			// A store that is full leaves the rest unread, and the connection open.
			body.destroy();
		}
	} catch (error) {
		const words = isRecord(error) ? optionalText(error, 'message') : undefined;
		return { kind: 'broken', why: notDownloaded(`Cause: ${words ?? String(error)}`) };
	}
}

/** A file of this kind begins with the length of its first part and then these letters (ISO 14496-12). */
const MP4_SIGNATURE = 'ftyp';
const SIGNATURE_AT = 4;

/** So much of something that is no video is shown, in bytes: a store's refusal fits. */
const HEAD_BYTES = 300;

/** Whether what was stored is the whole video, by its announced length and its first bytes. */
async function judge(
	ctx: DownloadContext,
	binary: IBinaryData,
	headers: JsonRecord,
): Promise<Fetched> {
	const storedBytes = await sizeOf(ctx, binary);
	// The length of a packed answer is not that of what is unpacked from it.
	const isPacked = optionalText(headers, 'content-encoding') !== undefined;
	const sentBytes = isPacked ? undefined : optionalNumber(headers, 'content-length');
	if (sentBytes !== undefined && storedBytes !== undefined && sentBytes !== storedBytes) {
		return {
			kind: 'broken',
			why: {
				message: 'The video did not arrive whole',
				description: joinLines([ANOTHER_TIME, `${storedBytes} of ${sentBytes} bytes arrived.`]),
			},
		};
	}
	const head = await headOf(ctx, binary);
	if (head.slice(SIGNATURE_AT, SIGNATURE_AT + MP4_SIGNATURE.length) === MP4_SIGNATURE) {
		return { kind: 'whole', binary };
	}
	const type = optionalText(headers, 'content-type') ?? 'nothing said';
	return {
		kind: 'useless',
		why: {
			message: 'What the link to the video gives is not an MP4',
			description: joinLines([
				'Something between n8n and the store may have answered in its place, e.g. a proxy. Once it lets the link through, download again with this task ID; that costs nothing.',
				head === ''
					? `It gave nothing (content type: ${type}).`
					: `It gave ${storedBytes ?? 'some'} bytes (content type: ${type}): ${excerptOf(printable(head))}`,
			]),
		},
	};
}

/** Undefined where n8n does not tell. */
async function sizeOf(ctx: DownloadContext, binary: IBinaryData): Promise<number | undefined> {
	// Not declared before n8n 2.
	if (typeof binary.bytes === 'number') return binary.bytes;
	if (binary.id === undefined) return Buffer.byteLength(binary.data, 'base64');
	return (await ctx.helpers.getBinaryMetadata(binary.id)).fileSize;
}

/** The first bytes, one character each. */
async function headOf(ctx: DownloadContext, binary: IBinaryData): Promise<string> {
	if (binary.id === undefined) {
		return Buffer.from(binary.data.slice(0, 2 * HEAD_BYTES), 'base64').toString('latin1');
	}
	const stream = await ctx.helpers.getBinaryStream(binary.id, HEAD_BYTES);
	return (await readBytes(stream, HEAD_BYTES)).toString('latin1');
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e\s]+/g, '.');

/** The link ends 24 hours after the task (documented); its store then answers 403. */
const LINK_IS_OVER = [403, 404, 410];

function refusal(status: number, words: string): Fetched {
	const answer = `The store answered HTTP ${status}: ${excerptOf(printable(words))}`;
	return LINK_IS_OVER.includes(status)
		? {
				kind: 'useless',
				why: {
					message: 'The link to the video is no longer valid',
					description: joinLines([
						'Links live for 24 hours after a task ends. Download sooner, or create the video again.',
						answer,
					]),
				},
			}
		: { kind: 'broken', why: notDownloaded(answer) };
}

const notDownloaded = (cause: string): ErrorText => ({
	message: 'The video could not be downloaded',
	description: joinLines([ANOTHER_TIME, cause]),
});
