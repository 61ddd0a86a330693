/** Slack's API on this machine, as far as sending messages goes. */
import fastify from 'fastify';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { HostListeners } from './internetHosts.mts';

const TOKEN = 'xoxb-for-trials-only';

/** The body of a `chat.postMessage`, as it came. */
export interface SlackMessage {
	channel?: string;
	text?: string;
}

export interface Slack {
	/** What answers under Slack's address. */
	readonly hosts: HostListeners;
	readonly credential: ICredentialDataDecryptedObject;
	/** In the order of arrival. */
	readonly messages: SlackMessage[];
}

export async function makeSlack(): Promise<Slack> {
	const messages: SlackMessage[] = [];
	const app = fastify();
	app.post<{ Body: SlackMessage }>('/api/chat.postMessage', async ({ headers, body }) => {
		if (headers.authorization !== `Bearer ${TOKEN}`) return { ok: false, error: 'invalid_auth' };
		messages.push(body);
		return { ok: true, channel: 'C0123456789', ts: `${messages.length}.000001`, message: body };
	});
	await app.ready();
	return {
		hosts: { 'slack.com': (request, response) => app.routing(request, response) },
		credential: { accessToken: TOKEN },
		messages,
	};
}
