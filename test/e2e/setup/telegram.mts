/** Telegram's Bot API on this machine: a bot that is told of messages, gives files and sends videos. */
import multipart from '@fastify/multipart';
import fastify from 'fastify';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { eventually } from './eventually.mts';

const TOKEN = '123456:for-trials-only';
const CHAT = 1001;

/** Somebody who writes to the bot. */
export const TELEGRAM_USER = 2002;

/** What the bot sent: a text, or a video with its file. */
export interface BotMessage {
	readonly chat: string;
	readonly replyTo: string;
	readonly text?: string;
	readonly video?: { readonly fileName: string; readonly bytes: Buffer };
}

interface Webhook {
	url: string;
	secret_token: string;
}

/** A message as Telegram tells of it, as far as workflows read it. */
export interface TelegramMessage {
	text?: string;
	caption?: string;
	photo?: { file_id: string }[];
	document?: { file_id: string };
	reply_to_message?: TelegramMessage;
}

export interface Telegram extends AsyncDisposable {
	readonly credential: ICredentialDataDecryptedObject;
	/** What the bot sent, in its order. */
	readonly sent: BotMessage[];
	/** Keeps a file as if somebody had sent it; gives its ID. */
	keep(name: string, bytes: Buffer): string;
	/** Tells the workflow of a message in the chat, once one listens. */
	receive(message: TelegramMessage, from?: number): Promise<void>;
}

export async function startTelegram(): Promise<Telegram> {
	const files = new Map<string, Buffer>();
	const sent: BotMessage[] = [];
	let webhook: Webhook | undefined;
	let messages = 0;
	const app = fastify();
	await app.register(multipart);
	const method = (name: string) => `/bot${TOKEN}/${name}`.replace(':', '::');
	const result = (value: unknown) => ({ ok: true, result: value });
	app.post(method('getWebhookInfo'), async () => result({ url: webhook?.url ?? '' }));
	app.post<{ Body: Webhook }>(method('setWebhook'), async ({ body }) => {
		webhook = body;
		return result(true);
	});
	app.post(method('deleteWebhook'), async () => {
		webhook = undefined;
		return result(true);
	});
	app.post<{ Body: { file_id: string } }>(method('getFile'), async ({ body: { file_id } }) =>
		result({ file_id, file_path: `photos/${file_id}` }),
	);
	app.get<{ Params: { name: string } }>(
		`/file${method('photos/:name')}`,
		async ({ params: { name } }, reply) => {
			const file = files.get(name);
			return await (file ? reply.send(file) : reply.code(404).send({ ok: false }));
		},
	);
	app.post<{ Body: { chat_id: string; reply_to_message_id: number; text: string } }>(
		method('sendMessage'),
		async ({ body: { chat_id, reply_to_message_id, text } }) => {
			sent.push({ chat: String(chat_id), replyTo: String(reply_to_message_id), text });
			return result({ message_id: sent.length });
		},
	);
	app.post(method('sendVideo'), async (request) => {
		const fields = new Map<string, string>();
		let video: BotMessage['video'];
		for await (const part of request.parts()) {
			if (part.type === 'field') fields.set(part.fieldname, String(part.value));
			else video = { fileName: part.filename, bytes: await part.toBuffer() };
		}
		sent.push({
			chat: fields.get('chat_id') ?? '',
			replyTo: fields.get('reply_to_message_id') ?? '',
			...(video && { video }),
		});
		return result({ message_id: sent.length });
	});
	const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
	return {
		credential: { accessToken: TOKEN, baseUrl },
		sent,
		keep(name, bytes) {
			files.set(name, bytes);
			return name;
		},
		async receive(message, from = TELEGRAM_USER) {
			const { url, secret_token } = await eventually('a webhook', () => webhook);
			messages += 1;
			const body = {
				update_id: messages,
				message: { message_id: messages, from: { id: from }, chat: { id: CHAT }, ...message },
			};
			// n8n registers a webhook some moments after it has told Telegram of it.
			await eventually('a workflow that listens', async () => {
				const response = await fetch(url, {
					method: 'POST',
					headers: {
						'content-type': 'application/json',
						'x-telegram-bot-api-secret-token': secret_token,
					},
					body: JSON.stringify(body),
				});
				return response.ok ? true : undefined;
			});
		},
		[Symbol.asyncDispose]: async () => await app.close(),
	};
}
