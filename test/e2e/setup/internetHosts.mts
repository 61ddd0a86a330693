/** Stand for hosts on the internet whose addresses n8n's own nodes have built in. */
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

/** What answers in the place of each host. */
export type HostListeners = Readonly<Record<string, RequestListener>>;

export interface InternetHosts extends AsyncDisposable {
	/** What makes n8n take the way over here, and trust what it finds. */
	readonly environment: NodeJS.ProcessEnv;
}

/** A proxy that leads to these hosts, and to no other. */
export async function startInternetHosts(listeners: HostListeners): Promise<InternetHosts> {
	const { key, certificate } = await selfSigned(Object.keys(listeners));
	const folder = await mkdtemp(path.join(tmpdir(), 'internet-hosts-'));
	const certificateFile = path.join(folder, 'certificate.pem');
	await writeFile(certificateFile, certificate);

	const secureServer = createSecureServer({ key, cert: certificate }, (request, response) =>
		listeners[request.headers.host ?? '']?.(request, response),
	);
	const proxy = createServer((_, response) => response.writeHead(405).end());
	proxy.on('connect', ({ url = '' }, socket) => {
		if (!url.endsWith(':443') || !(url.slice(0, -':443'.length) in listeners)) {
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

async function selfSigned(hosts: readonly string[]): Promise<{ key: string; certificate: string }> {
	const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
	const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
	const certificate = await X509CertificateGenerator.createSelfSigned({
		name: `CN=${hosts[0]}`,
		keys,
		signingAlgorithm: algorithm,
		extensions: [
			new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns', value }))),
		],
	});
	const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
	return {
		key: PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag),
		certificate: certificate.toString('pem'),
	};
}
