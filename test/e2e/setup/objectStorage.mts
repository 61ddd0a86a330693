/** An S3 storage on this machine, as far as an upload asks for it; what it holds, it serves to anyone. */
import { createHash } from 'node:crypto';
import fastify from 'fastify';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

const REGION = 'eu-central-1';
const ACCESS_KEY_ID = 'AKIDSTORAGE';
const LARGEST_OBJECT_BYTES = 64 * 1024 * 1024;

export interface StoredObject {
	bytes: Buffer;
	contentType: string;
}

export interface ObjectStorage extends AsyncDisposable {
	readonly url: string;
	/** By `bucket/key`. */
	readonly objects: ReadonlyMap<string, StoredObject>;
	clear(): void;
	/** What n8n's credential S3 needs to get here. */
	readonly credential: ICredentialDataDecryptedObject;
}

interface Place {
	Params: { bucket: string; '*': string };
}

export async function startObjectStorage(): Promise<ObjectStorage> {
	const objects = new Map<string, StoredObject>();
	// n8n keeps its connections open for further uploads.
	const app = fastify({ bodyLimit: LARGEST_OBJECT_BYTES, forceCloseConnections: true });
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

	app.get<Place>('/:bucket', async (_request, reply) => {
		reply.type('application/xml');
		return `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${REGION}</LocationConstraint>`;
	});
	app.put<Place & { Body: Buffer }>('/:bucket/*', async ({ params, headers, body }, reply) => {
		if (!headers.authorization?.includes(`Credential=${ACCESS_KEY_ID}/`)) {
			return await reply.code(403).send('AccessDenied');
		}
		if (createHash('md5').update(body).digest('base64') !== headers['content-md5']) {
			return await reply.code(400).send('BadDigest');
		}
		const contentType = headers['content-type'] ?? 'application/octet-stream';
		objects.set(`${params.bucket}/${params['*']}`, { bytes: body, contentType });
		return await reply.send();
	});
	app.get<Place>('/:bucket/*', async ({ params }, reply) => {
		const object = objects.get(`${params.bucket}/${params['*']}`);
		if (object === undefined) return await reply.code(404).send('NoSuchKey');
		return await reply.type(object.contentType).send(object.bytes);
	});

	const url = await app.listen({ host: '127.0.0.1', port: 0 });
	return {
		url,
		objects,
		clear: () => objects.clear(),
		credential: {
			endpoint: url,
			region: REGION,
			accessKeyId: ACCESS_KEY_ID,
			secretAccessKey: 'a secret for trials only',
			forcePathStyle: true,
		},
		[Symbol.asyncDispose]: async () => await app.close(),
	};
}
