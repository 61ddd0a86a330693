import type { JsonObject } from '../json.mts';
import type { StoreRefusal } from './storeRefusals.mts';

/** What a call is answered with, before any fault. */
export type ServiceResponse =
	| { kind: 'json'; status: number; body: JsonObject }
	| {
			kind: 'bytes';
			status: number;
			bytes: Buffer;
			contentType: string | undefined;
			headers: Readonly<Record<string, string>>;
	  };

/** A refusal as an object store sends it: XML. */
export function storeResponse({ status, code, message }: StoreRefusal): ServiceResponse {
	const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>${code}</Code>\n  <Message>${message}</Message>\n  <RequestId>0000000000000000SIMULATOR</RequestId>\n</Error>\n`;
	return {
		kind: 'bytes',
		status,
		bytes: Buffer.from(xml),
		contentType: 'application/xml',
		headers: {},
	};
}
