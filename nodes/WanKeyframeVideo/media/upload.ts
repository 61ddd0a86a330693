import type { IExecuteFunctions } from 'n8n-workflow';

import type { UploadPolicy } from '../dashscope/uploadPolicy';
import { causeOf, type ErrorText, joinLines } from '../util/errorText';
import type { Clock } from '../util/clock';
import { onAbort } from '../util/onAbort';
import { type ByteStream, readBytes, type StreamedResponse } from '../util/readBytes';
import { fail, ok, type Result } from '../util/result';
import type { BinaryFile } from './binaryFile';
import { runTransfer, TOO_SLOW, type Transfer } from './transfer';
import type { TransferSlots } from './transferSlots';
import { uploadBody } from './uploadBody';

/** What an upload needs of n8n. */
export interface UploadContext {
	readonly helpers: Pick<IExecuteFunctions['helpers'], 'httpRequest'>;
}

export interface UploadRequest<E> {
	readonly file: BinaryFile;
	/** The extension of its format: the store's names must have it (documented). */
	readonly extension: string;
	/** The field that brought the file, for messages. */
	readonly label: string;
	/** Asked before each try; `isFresh` is true where the last one was refused. */
	readonly getPolicy: (isFresh: boolean) => Promise<Result<UploadPolicy, E>>;
	readonly signal: AbortSignal;
}

/** Nothing is paid for an upload, so whatever may pass is tried again. */
const RETRY_PAUSES_MS = [1_000, 4_000, 15_000] as const;

/**
 * Uploads a file into the service's temporary store and returns its `oss://` URL. Each try has a
 * name of its own: the store takes a name once, also where its answer was lost.
 */
export async function uploadFile<E>(
	ctx: UploadContext,
	{ file, extension, label, getPolicy, signal }: UploadRequest<E>,
	{ clock, slots }: { clock: Clock; slots: TransferSlots },
): Promise<Result<string, E | ErrorText>> {
	for (let attempt = 0; ; attempt++) {
		const policy = await getPolicy(attempt > 0);
		if (!policy.ok) return policy;
		const key = `${policy.value.folder}/${uniqueName(clock)}.${extension}`;
		const outcome = await slots.run(
			async (releaseSlot) =>
				await runTransfer(
					{ clock, signal, onSlow: releaseSlot },
					async (transfer) => await postFile(ctx, policy.value, key, file, transfer),
				),
			signal,
		);
		if (outcome?.kind === 'stored') return ok(`oss://${key}`);
		const pauseMs = RETRY_PAUSES_MS[attempt];
		if (outcome?.kind === 'retryable' && pauseMs !== undefined) {
			await clock.sleep(pauseMs, signal);
		}
		if (outcome === undefined || signal.aborted) return fail(canceled(label));
		if (outcome.kind === 'refused' || pauseMs === undefined) return fail(notStored(label, outcome));
	}
}

const uniqueName = (clock: Clock): string =>
	`${clock.now().toString(36)}-${Math.random().toString(36).slice(2, 14)}`;

type PostOutcome =
	| { readonly kind: 'stored' }
	/** May work the next time. */
	| { readonly kind: 'retryable'; readonly cause: string }
	| { readonly kind: 'refused'; readonly cause: string };

/** A refusal of the store is a few lines of XML. */
const REFUSAL_BYTES = 4_096;

/**
 * Between the parts of the form; no file is likely to hold it. In lower case, as a Blob's type is.
 */
const BOUNDARY = '----n8n-nodes-wan-keyframe-video-7f1d0c2a9b';

/**
 * Posts the store's form, once. Streams the file with its length told in advance, which the store
 * requires. Sends no key: the form is signed. A form of n8n's own cannot be streamed, hence one
 * built by hand.
 */
async function postFile(
	{ helpers }: UploadContext,
	{ url, fieldsBeforeKey, fieldsAfterKey }: UploadPolicy,
	key: string,
	file: BinaryFile,
	transfer: Transfer,
): Promise<PostOutcome> {
	const head = formHead([...fieldsBeforeKey, ['key', key], ...fieldsAfterKey], key);
	const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
	const contentType = `multipart/form-data; boundary=${BOUNDARY}`;
	let content: Buffer | ByteStream | undefined;
	try {
		const { bytes } = file;
		content = await file.open();
		const { statusCode, body }: StreamedResponse = await helpers.httpRequest({
			method: 'POST',
			url,
			headers: {
				'Content-Type': contentType,
				'Content-Length': head.length + bytes + tail.length,
			},
			body: uploadBody({ head, content, bytes, tail, contentType }, transfer.moved),
			encoding: 'stream',
			// Watched by its speed instead: n8n's time-out counts the sending too.
			timeout: 0,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			abortSignal: transfer.signal,
		});
		const stopListening = onAbort(transfer.signal, () => body.destroy());
		try {
			return readOutcome(statusCode, (await readBytes(body, REFUSAL_BYTES)).toString());
		} finally {
			stopListening();
		}
	} catch (thrown) {
		return { kind: 'retryable', cause: transfer.isTooSlow() ? TOO_SLOW : causeOf(thrown) };
	} finally {
		// n8n's HTTP client leaves open what it has not sent to the end (measured with n8n-core 2.41.1).
		if (!Buffer.isBuffer(content)) content?.destroy();
	}
}

function formHead(fields: ReadonlyArray<readonly [string, string]>, key: string): Buffer {
	const name = key.slice(key.lastIndexOf('/') + 1);
	const parts = fields.map(
		([field, value]) =>
			`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
	);
	const filePart = [
		`--${BOUNDARY}`,
		`Content-Disposition: form-data; name="file"; filename="${name}"`,
		'Content-Type: application/octet-stream\r\n\r\n',
	];
	return Buffer.from(parts.join('') + filePart.join('\r\n'));
}

function readOutcome(status: number, body: string): PostOutcome {
	if (status === 200) return { kind: 'stored' };
	const words = storeWords(body);
	const cause = `The store answered HTTP ${status}${words && `: ${words}`}`;
	// A page comes from something in between, and an expired form is renewed.
	const isPassing = /<html|expired/i.test(body) || [408, 429].includes(status);
	return { kind: status >= 400 && status < 500 && !isPassing ? 'refused' : 'retryable', cause };
}

/** Code and message out of the store's XML; empty for anything else. */
function storeWords(xml: string): string {
	const part = (tag: string) => new RegExp(`<${tag}>([^<]{1,200})</${tag}>`).exec(xml)?.[1];
	return [part('Code'), part('Message')].filter((text) => text !== undefined).join(': ');
}

const NOTHING_SENT = 'Nothing was created and nothing is billed.';

const canceled = (label: string): ErrorText => ({
	message: `The upload of the file of '${label}' was canceled`,
	description: NOTHING_SENT,
});

const notStored = (
	label: string,
	{ kind, cause }: { kind: 'refused' | 'retryable'; cause: string },
): ErrorText => ({
	message:
		kind === 'refused'
			? `The upload of the file of '${label}' was refused`
			: `The file of '${label}' could not be uploaded`,
	description: joinLines([
		`${NOTHING_SENT} Run this again, or give the file by a URL of your own.`,
		kind === 'refused' ? cause : `Cause: ${cause}`,
	]),
});
