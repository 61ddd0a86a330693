import type { IExecuteFunctions } from 'n8n-workflow';

import type { UploadPolicy } from '../dashscope/uploadPolicy';
import { joinLines, type ErrorText } from '../util/errorText';
import { isRecord, optionalText } from '../util/json';
import { fail, ok, type Result } from '../util/result';
import { readBytes, type StreamedResponse } from '../util/readBytes';
import type { BinaryFile } from './binaryFile';

/** No byte taken for this long means that the store is not there. */
const IDLE_TIMEOUT_MS = 60_000;

/** A refusal of the store is a few lines of XML. */
const REFUSAL_BYTES = 4_096;

/** Between the parts of the form; no file is likely to hold it. */
const BOUNDARY = '----n8n-nodes-wan-keyframe-video-7f1d0c2a9b';

/**
 * Puts a file into the service's temporary store and gives its `oss://` URL. Streams it from n8n's store with
 * its length told in advance, which the service's store insists on. Sends no key: the form is signed.
 */
export async function uploadFile(
	ctx: IExecuteFunctions,
	{ url, folder, fieldsBeforeKey, fieldsAfterKey }: UploadPolicy,
	file: BinaryFile,
	name: string,
): Promise<Result<string, ErrorText>> {
	const key = `${folder}/${name}`;
	const fields = [...fieldsBeforeKey, ['key', key] as const, ...fieldsAfterKey];
	const head = Buffer.from(
		[
			...fields.map(
				([field, value]) =>
					`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
			),
			`--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n`,
			'Content-Type: application/octet-stream\r\n\r\n',
		].join(''),
	);
	const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
	const abortSignal = ctx.getExecutionCancelSignal();
	try {
		const content = await file.open();
		const { statusCode, body }: StreamedResponse = await ctx.helpers.httpRequest({
			method: 'POST',
			url,
			headers: {
				'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
				'Content-Length': head.length + file.bytes + tail.length,
			},
			body: Buffer.isBuffer(content)
				? Buffer.concat([head, content, tail])
				: content.compose(async function* (source: AsyncIterable<Buffer>) {
						yield head;
						yield* source;
						yield tail;
					}),
			encoding: 'stream',
			timeout: IDLE_TIMEOUT_MS,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			...(abortSignal && { abortSignal }),
		});
		const words = (await readBytes(body, REFUSAL_BYTES)).toString();
		return statusCode === 200 ? ok(`oss://${key}`) : fail(refused(statusCode, storeWords(words)));
	} catch (error) {
		const words = isRecord(error) ? optionalText(error, 'message') : undefined;
		return fail(broken(words ?? String(error)));
	}
}

const NEXT =
	'Nothing was created and nothing is billed. Run this again, or give the file by a URL of your own.';

const refused = (status: number, words: string): ErrorText => ({
	message: 'The temporary store did not take the file',
	description: joinLines([NEXT, `It answered HTTP ${status}${words && `: ${words}`}`]),
});

function broken(words: string): ErrorText {
	return {
		message: 'The file could not be sent to the temporary store',
		description: joinLines([NEXT, `Cause: ${words}`]),
	};
}

/** Code and message out of the store's XML. */
function storeWords(xml: string): string {
	const part = (tag: string) => new RegExp(`<${tag}>([^<]{1,200})</${tag}>`).exec(xml)?.[1];
	return [part('Code'), part('Message')].filter((text) => text !== undefined).join(': ');
}
