import type { FastifyRequest } from 'fastify';

import { storeResponse, type ServiceResponse } from '../api/response.mts';
import type { UploadForm } from '../api/uploads.mts';

/** Checks an upload's headers as an object store does, reads its form and hands it on. */
export async function receiveUpload(
	request: FastifyRequest,
	store: (form: UploadForm) => ServiceResponse,
): Promise<ServiceResponse> {
	const refuse = (status: number, code: string, message: string): ServiceResponse =>
		storeResponse({ status, code, message });
	if (request.headers.authorization !== undefined) {
		return refuse(400, 'InvalidArgument', 'Only one auth mechanism allowed.');
	}
	if (request.headers['content-length'] === undefined) {
		return refuse(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
	}
	if (!request.isMultipart()) {
		return refuse(
			412,
			'PreconditionFailed',
			'Bucket POST must be of the type multipart/form-data.',
		);
	}
	return store(await readForm(request));
}

async function readForm(request: FastifyRequest): Promise<UploadForm> {
	const names: string[] = [];
	const values = new Map<string, string>();
	let file: Buffer | undefined;
	for await (const part of request.parts()) {
		names.push(part.fieldname);
		if (part.type === 'file') file = await readPart(part.file);
		else values.set(part.fieldname, String(part.value));
	}
	return { names, values, file };
}

async function readPart(stream: AsyncIterable<Buffer>): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks);
}
