/** Slack's API on this machine, as far as sending messages goes. */
import fastify from 'fastify';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { startInternetHost } from './internetHost.mts';

const TOKEN = 'xoxb-for-trials-only';

/** The body of a `chat.postMessage`, as it came. */
export interface SlackMessage {
	channel?: string;
	text?: string;
}

export interface Slack extends AsyncDisposable {
	/** What makes n8n find this one under Slack's address. */
	readonly environment: NodeJS.ProcessEnv;
	readonly credential: ICredentialDataDecryptedObject;
	/** In the order of arrival. */
	readonly messages: SlackMessage[];
}

export async function startSlack(): Promise<Slack> {
	const messages: SlackMessage[] = [];
	const app = fastify();
	app.post<{ Body: SlackMessage }>('/api/chat.postMessage', async ({ headers, body }) => {
		if (headers.authorization !== `Bearer ${TOKEN}`) return { ok: false, error: 'invalid_auth' };
		messages.push(body);
		return { ok: true, channel: 'C0123456789', ts: `${messages.length}.000001`, message: body };
	});
	await app.ready();
	const host = await startInternetHost('slack.com', (request, response) =>
		app.routing(request, response),
	);
	return {
		environment: host.environment,
		credential: { accessToken: TOKEN },
		messages,
		async [Symbol.asyncDispose]() {
			await host[Symbol.asyncDispose]();
			await app.close();
		},
	};
}
