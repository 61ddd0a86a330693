import { excerptOf } from '../dashscope/readResponse';
import { type ErrorText, joinLines, shorten } from '../util/errorText';
import type { Mp4Verdict } from './mp4Checker';

const FETCH_AGAIN =
	"The task is done and the video is paid for. Run the operation 'Wait' or 'Get Status' with this task ID to download it again; that costs nothing.";

const BEHIND_A_PROXY =
	'Something between n8n and the store may have answered in its place, e.g. a proxy or a firewall.';

/** n8n ends an execution as canceled, not as failed, by this word in the message (measured). */
export const downloadCanceled: ErrorText = {
	message: 'Downloading the video was canceled',
	description: FETCH_AGAIN,
};

export function noWebAddress(url: string): ErrorText {
	return {
		message: 'The link to the video is not a web address',
		description: joinLines([
			"Only http:// and https:// links are opened. Run the operation 'Get Status' with this task ID to look at the link; that costs nothing.",
			`The service gave: ${shorten(url)}`,
		]),
	};
}

/** The link's end is known, or the store itself says that it is over. */
export function linkExpired(expiresAtMs: number | undefined, response?: string): ErrorText {
	return {
		message: 'The link to the video is no longer valid',
		description: joinLines([
			expiresAtMs === undefined
				? 'The store says that it has expired.'
				: `It expired at ${timeText(expiresAtMs)}.`,
			"Run the operation 'Get Status' with this task ID to see whether the service gives a newer link; that costs nothing. If it does not, the video is gone.",
			response,
		]),
	};
}

/** The store refuses a link that should be valid. */
export function linkRefused(
	status: number,
	response: string,
	expiresAtMs: number | undefined,
): ErrorText {
	return {
		message: 'The store does not give the video that the link leads to',
		description: joinLines([
			FETCH_AGAIN,
			expiresAtMs !== undefined && `The link is valid until ${timeText(expiresAtMs)}.`,
			/SignatureDoesNotMatch/i.test(response) &&
				'The link was changed on its way: its signature does not fit. A proxy that rewrites addresses does that.',
			status === 403 && BEHIND_A_PROXY,
			response,
		]),
	};
}

/** An exchange that broke, or that a later try may not meet again. */
export function notDownloaded(cause: string): ErrorText {
	return {
		message: 'The video could not be downloaded',
		description: joinLines([FETCH_AGAIN, cause]),
	};
}

export function notInTime(limit: string): ErrorText {
	return {
		message: `The video was not downloaded within ${limit}`,
		description: FETCH_AGAIN,
	};
}

export interface StoredBytes {
	readonly bytes: number;
	/** What the store announced, of the bytes as they were sent. */
	readonly announcedBytes: number | undefined;
}

export function notWhole(
	verdict: Exclude<Mp4Verdict, { kind: 'complete' | 'notMp4' }>,
	{ bytes, announcedBytes }: StoredBytes,
): ErrorText {
	return {
		message: 'The video is incomplete',
		description: joinLines([
			FETCH_AGAIN,
			`${bytes} bytes arrived: ${describeVerdict(verdict)}.`,
			announcedBytes !== undefined &&
				announcedBytes !== bytes &&
				`The store announced ${announcedBytes} bytes.`,
		]),
	};
}

function describeVerdict(verdict: Exclude<Mp4Verdict, { kind: 'complete' | 'notMp4' }>): string {
	switch (verdict.kind) {
		case 'cutOff':
			return `the file goes on to byte ${verdict.expectedBytes} at least`;
		case 'invalid':
			return `the file is broken at byte ${verdict.atByte}`;
		case 'missing':
			return `the part '${verdict.box}' of the file is missing`;
		case 'openEnded':
			return 'the file does not tell its length, and neither does the store';
	}
}

/** `head` is the beginning of what came, one character a byte. */
export function notVideo(contentType: string | undefined, bytes: number, head: string): ErrorText {
	const type = `content type: ${contentType ?? 'not told'}`;
	return {
		message: 'What the link to the video gives is not an MP4',
		description: joinLines([
			`${BEHIND_A_PROXY} Once it lets the link through, download again with this task ID; that costs nothing.`,
			bytes === 0
				? `It gave nothing (${type}).`
				: `It gave this (${type}): ${excerptOf(printable(head))}`,
		]),
	};
}

/** The store's answer in one line. */
export function responseText(status: number, body: string): string {
	const words = excerptOf(printable(body));
	return `The store answered HTTP ${status}${words && `: ${words}`}`;
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e\s]+/g, '.');

/** e.g. "2026-11-24 18:05:00 UTC"; a time that is out of every calendar is shown as a number. */
function timeText(ms: number): string {
	const time = new Date(ms);
	return Number.isNaN(time.getTime())
		? `${ms} ms after 1970`
		: `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
