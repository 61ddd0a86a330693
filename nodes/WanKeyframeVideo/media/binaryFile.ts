import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { causeOf } from '../util/causeOf';
import { systemClock } from '../util/clock';
import { hashText } from '../util/hash';
import { isRecord } from '../util/json';
import { readBytes, type ByteStream } from '../util/readBytes';
import { shorten } from '../util/shorten';

/** A file in an item's binary data, wherever n8n keeps it. Holds none of its bytes. */
export interface BinaryFile {
	/** Equal only for equal content: n8n's own ID, or a hash where n8n keeps the file in the item. */
	readonly identity: string;
	readonly bytes: number;
	/** True where n8n keeps the file in the item: all of it costs no more than its first bytes. */
	readonly isInMemory: boolean;
	/** The first bytes, at most `length` of them. */
	head(length: number): Promise<Buffer>;
	/** All of them at once: for small files only. */
	buffer(): Promise<Buffer>;
	/** The content as a stream where n8n stores it outside of the item, else as a buffer. */
	open(): Promise<Buffer | ByteStream>;
}

/** The name of a binary field, or, where an expression gives it, the binary itself. */
export type BinaryReference = string | IBinaryData;

/** What finding a file needs of n8n. */
export interface BinaryContext {
	getInputData(): ReturnType<IExecuteFunctions['getInputData']>;
	readonly helpers: Pick<
		IExecuteFunctions['helpers'],
		'assertBinaryData' | 'getBinaryMetadata' | 'getBinaryStream'
	>;
}

/** True for a binary itself, as an expression may give it instead of a field's name. */
export function isBinary(value: unknown): value is IBinaryData {
	return (
		isRecord(value) &&
		typeof value['mimeType'] === 'string' &&
		(typeof value['data'] === 'string' || typeof value['id'] === 'string')
	);
}

export type FoundFile =
	| { readonly kind: 'file'; readonly file: BinaryFile }
	/** `says` is the rest of a sentence that begins with the label of the field that names the binary. */
	| { readonly kind: 'missing'; readonly says: string };

const missing = (says: string): FoundFile => ({ kind: 'missing', says });

/** Bytes of one read from n8n's store; a head is mostly one of them. */
const CHUNK_BYTES = 64 * 1024;

/** Finds the file that `reference` names among the item's binary data, or says why there is none. */
export async function findBinaryFile(
	ctx: BinaryContext,
	itemIndex: number,
	reference: BinaryReference,
): Promise<FoundFile> {
	let binary: unknown;
	try {
		binary = ctx.helpers.assertBinaryData(itemIndex, reference);
	} catch (thrown) {
		return missing(describeMissing(ctx, itemIndex, reference, thrown));
	}
	if (!isBinary(binary)) {
		return missing(`is ${shownReference(reference)}, but that holds no file`);
	}
	if (!binary.id) return { kind: 'file', file: await inlineFile(binary) };
	try {
		return { kind: 'file', file: await storedFile(ctx, binary.id) };
	} catch (thrown) {
		return missing(
			`names a file that n8n cannot read any more: its binary data may have been deleted since; run the workflow again from the node that brings the file (cause: ${causeOf(thrown)})`,
		);
	}
}

/** A file whose content is at hand. */
export async function fileOf(content: Buffer): Promise<BinaryFile> {
	return {
		identity: await hashOf(content.toString('latin1')),
		bytes: content.length,
		isInMemory: true,
		head: async (length) => content.subarray(0, length),
		buffer: async () => content,
		open: async () => content,
	};
}

/** A file of n8n's store; throws where it is gone. */
export async function storedFile(
	{ helpers }: { readonly helpers: Omit<BinaryContext['helpers'], 'assertBinaryData'> },
	id: string,
): Promise<BinaryFile> {
	const { fileSize } = await helpers.getBinaryMetadata(id);
	const open = async () => await helpers.getBinaryStream(id, CHUNK_BYTES);
	const head = async (length: number) => await readBytes(await open(), length);
	// Metadata may outlive the file.
	await head(1);
	return {
		identity: id,
		bytes: fileSize,
		isInMemory: false,
		head,
		buffer: async () => await head(fileSize),
		open,
	};
}

/** Items often share a binary, whose hash takes a while. */
const hashes = new WeakMap<IBinaryData, Promise<string>>();

async function inlineFile(binary: IBinaryData): Promise<BinaryFile> {
	const { data } = binary;
	const hash = hashes.get(binary) ?? hashOf(data);
	hashes.set(binary, hash);
	const buffer = async () => Buffer.from(data, 'base64');
	return {
		identity: await hash,
		bytes: Buffer.byteLength(data, 'base64'),
		isInMemory: true,
		// Four characters are three bytes.
		head: async (length) => Buffer.from(data.slice(0, Math.ceil(length / 3) * 4), 'base64'),
		buffer,
		open: buffer,
	};
}

/** So much is hashed in one go: some milliseconds, in which a whole n8n stands still. */
const HASHED_AT_ONCE = 2 * 1024 * 1024;

/** The hash of a text of any length. All of it: pictures of one tool may differ in a few bytes only. */
async function hashOf(text: string): Promise<string> {
	const hashed: string[] = [];
	for (let at = 0; at < text.length; at += HASHED_AT_ONCE) {
		if (at > 0) await systemClock.sleep(0);
		hashed.push(hashText(text.slice(at, at + HASHED_AT_ONCE)));
	}
	return hashed.length === 1 ? (hashed[0] ?? '') : hashText(hashed.join(' '));
}

const shownReference = (reference: BinaryReference): string =>
	typeof reference === 'string' ? `"${shorten(reference)}"` : 'a binary';

function describeMissing(
	ctx: BinaryContext,
	itemIndex: number,
	reference: BinaryReference,
	thrown: unknown,
): string {
	const item: unknown = ctx.getInputData()[itemIndex];
	// A tool call has no input, and n8n then throws a bare TypeError (measured with n8n-core 2.41.1); it
	// throws one for `binary: null` too.
	if (thrown instanceof TypeError && !(isRecord(item) && 'binary' in item)) {
		return 'cannot be read in a tool call, which brings no files: give a URL';
	}
	const binary = isRecord(item) && isRecord(item['binary']) ? item['binary'] : {};
	const fields = Object.keys(binary);
	const existing = fields.length === 0 ? 'no binary data' : `only ${fields.join(', ')}`;
	return `is ${shownReference(reference)}, but the item has ${existing}`;
}
