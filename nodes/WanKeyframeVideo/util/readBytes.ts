import type { BinaryHelperFunctions } from 'n8n-workflow';

import type { JsonRecord } from './json';

/** Node's Readable, of which n8n's types are the only source that a node may import. */
export type ByteStream = Awaited<ReturnType<BinaryHelperFunctions['getBinaryStream']>>;

/** What n8n returns for a request with `encoding: 'stream'` and `returnFullResponse`. */
export interface StreamedResponse {
	readonly statusCode: number;
	readonly headers: JsonRecord;
	readonly body: ByteStream;
}

/**
 * The first `maxBytes` of a stream, which is closed then, so that no answer can fill the memory.
 * Throws what the stream throws.
 */
export async function readBytes(stream: ByteStream, maxBytes: number): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of stream) {
		chunks.push(chunk);
		bytes += chunk.length;
		// Leaving the loop closes the stream.
		if (bytes >= maxBytes) break;
	}
	return Buffer.concat(chunks).subarray(0, maxBytes);
}
