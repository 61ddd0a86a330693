import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { describe, type Explanation } from '../dashscope/meanings';
import { isRecord, numberOf, textOf } from '../dashscope/json';

/** No byte of the video for this long means the link is dead. */
const IDLE_TIMEOUT_MS = 60_000;

export type Download =
	| { readonly ok: true; readonly binary: IBinaryData }
	| { readonly ok: false; readonly why: Explanation };

/**
 * Streams the video into n8n's binary store without holding it in memory.
 * Sends no key: the link is signed, and its host refuses a second kind of authentication (documented).
 */
export async function downloadVideo(
	ctx: IExecuteFunctions,
	url: string,
	fileName: string,
): Promise<Download> {
	if (!/^https?:\/\//i.test(url)) {
		return {
			ok: false,
			why: {
				message: 'The link to the video is not a web address',
				description: `It was not opened: ${url.slice(0, 80)}`,
			},
		};
	}
	const abortSignal = ctx.getExecutionCancelSignal();
	try {
		const stream = await ctx.helpers.httpRequest({
			method: 'GET',
			url,
			encoding: 'stream',
			timeout: IDLE_TIMEOUT_MS,
			...(abortSignal && { abortSignal }),
		});
		return { ok: true, binary: await ctx.helpers.prepareBinaryData(stream, fileName, 'video/mp4') };
	} catch (error) {
		return { ok: false, why: explainDownload(error) };
	}
}

/** The link ends 24 hours after the task (documented); its store then answers 403. */
const LINK_IS_OVER = [403, 404, 410];

function explainDownload(error: unknown): Explanation {
	const thrown = isRecord(error) ? error : {};
	const response = isRecord(thrown['response']) ? thrown['response'] : {};
	const status = numberOf(response, 'status') ?? numberOf(thrown, 'httpCode');
	const words = textOf(thrown, 'message') ?? 'no answer';
	if (status !== undefined && LINK_IS_OVER.includes(status)) {
		return {
			message: 'The link to the video is no longer valid',
			description: describe([
				'Links live for 24 hours after a task ends. Download sooner, or create the video again.',
				`The store answered HTTP ${status}.`,
			]),
		};
	}
	return {
		message: 'The video could not be downloaded',
		description: describe([
			"The task is done and the video is paid for. Run the operation 'Wait' or 'Get Status' with this task ID to download it again; that costs nothing.",
			`Cause: ${words}`,
		]),
	};
}
