/** Stands for a host on the internet whose address n8n's own nodes have built in. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
	PemConverter,
	SubjectAlternativeNameExtension,
	X509CertificateGenerator,
} from '@peculiar/x509';
import { listen } from '../../engine/localServer.mts';

export interface InternetHost extends AsyncDisposable {
	/** What makes n8n take the way over here, and trust what it finds. */
	readonly environment: NodeJS.ProcessEnv;
}

/** A proxy that leads to this one host, and to no other. */
export async function startInternetHost(
	host: string,
	listener: RequestListener,
): Promise<InternetHost> {
	const { key, certificate } = await selfSigned(host);
	const folder = await mkdtemp(path.join(tmpdir(), 'internet-host-'));
	const certificateFile = path.join(folder, 'certificate.pem');
	await writeFile(certificateFile, certificate);

	const secureServer = createSecureServer({ key, cert: certificate }, listener);
	const proxy = createServer((_, response) => response.writeHead(405).end());
	proxy.on('connect', ({ url }, socket) => {
		if (url !== `${host}:443`) {
			socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
			return;
		}
		socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		secureServer.emit('connection', socket);
	});
	const listening = await listen(proxy);
	return {
		environment: {
			HTTPS_PROXY: listening.url,
			NO_PROXY: '127.0.0.1,localhost',
			NODE_EXTRA_CA_CERTS: certificateFile,
		},
		async [Symbol.asyncDispose]() {
			secureServer.closeAllConnections();
			await listening[Symbol.asyncDispose]();
			await rm(folder, { recursive: true });
		},
	};
}

async function selfSigned(host: string): Promise<{ key: string; certificate: string }> {
	const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
	const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const certificate = await X509CertificateGenerator.createSelfSigned({
		name: `CN=${host}`,
		keys,
		signingAlgorithm: algorithm,
		extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
	});
	const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
	return {
		key: PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag),
		certificate: certificate.toString('pem'),
	};
}
