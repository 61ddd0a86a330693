/** A plain HTTP server on localhost for the tests of the harness itself. */
import { createServer, type RequestListener, type Server } from 'node:http';

export interface LocalServer extends AsyncDisposable {
	url: string;
}

/** Listens on a free port; `await using` closes it at the end of the scope. */
export async function startLocalServer(listener: RequestListener): Promise<LocalServer> {
	return await listen(createServer(listener));
}

/** As `startLocalServer`, with a server that is more than its listener. */
export async function listen(server: Server): Promise<LocalServer> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('No port was given');
	return {
		url: `http://127.0.0.1:${address.port}`,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
