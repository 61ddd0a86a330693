import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { isRecord } from '../util/json';
import { readBytes, type ByteStream } from '../util/readBytes';

/** A file in an item's binary data, wherever n8n keeps it. Holds none of its bytes. */
export interface BinaryFile {
	/** The same for the same content: n8n's own ID, or the content itself where n8n keeps it in the item. */
	readonly identity: string;
	readonly bytes: number;
	/** The first bytes, at most `length` of them. */
	head(length: number): Promise<Buffer>;
	/** All of them at once: for small files only. */
	buffer(): Promise<Buffer>;
	/** The content as a stream where n8n stores it outside of the item, else as a buffer. */
	open(): Promise<Buffer | ByteStream>;
}

/** The name of a binary field, or, where an expression gives it, the binary itself. */
export type BinaryReference = string | IBinaryData;

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
	/** `says` goes on after the label of the field that names the binary. */
	| { readonly kind: 'missing'; readonly says: string };

/** Bytes of one read from n8n's store; a head is mostly one of them. */
const CHUNK_BYTES = 64 * 1024;

/** So much of a name that fits nothing is shown, in characters. */
const SHOWN_LENGTH = 60;

/** Finds the file that `reference` names among the item's binary data, or tells why there is none. */
export async function findBinaryFile(
	ctx: IExecuteFunctions,
	itemIndex: number,
	reference: BinaryReference,
): Promise<FoundFile> {
	let binary: IBinaryData;
	try {
		binary = ctx.helpers.assertBinaryData(itemIndex, reference);
	} catch (error) {
		return { kind: 'missing', says: whyMissing(ctx, itemIndex, reference, error) };
	}
	const { id } = binary;
	return { kind: 'file', file: id ? await storedFile(ctx, id) : inlineFile(binary.data) };
}

async function storedFile({ helpers }: IExecuteFunctions, id: string): Promise<BinaryFile> {
	const { fileSize } = await helpers.getBinaryMetadata(id);
	const open = async () => await helpers.getBinaryStream(id, CHUNK_BYTES);
	return {
		identity: id,
		bytes: fileSize,
		head: async (length) => await readBytes(await open(), length),
		buffer: async () => await readBytes(await open(), fileSize),
		open,
	};
}

function inlineFile(base64: string): BinaryFile {
	const buffer = async () => Buffer.from(base64, 'base64');
	return {
		identity: base64,
		bytes: Buffer.byteLength(base64, 'base64'),
		// Four characters are three bytes.
		head: async (length) => Buffer.from(base64.slice(0, Math.ceil(length / 3) * 4), 'base64'),
		buffer,
		open: buffer,
	};
}

function whyMissing(
	ctx: IExecuteFunctions,
	itemIndex: number,
	reference: BinaryReference,
	error: unknown,
): string {
	// A tool call has no main input, and n8n then throws a bare TypeError (measured).
	if (error instanceof TypeError) {
		return 'cannot be read in a tool call, which brings no files: give a URL';
	}
	const fields = Object.keys(ctx.getInputData()[itemIndex]?.binary ?? {});
	const there = fields.length === 0 ? 'no binary data' : `only ${fields.join(', ')}`;
	const name = typeof reference === 'string' ? `"${reference.slice(0, SHOWN_LENGTH)}"` : 'a binary';
	return `is ${name}, but the item has ${there}`;
}
