/** A chat model on this machine that calls tools as a test wants it to and then repeats what the last one said. */
import type { IncomingMessage } from 'node:http';
import { startLocalServer } from '../../engine/localServer.mts';

interface ChatRequest {
	messages: { role: string; content: unknown }[];
	tools?: unknown[];
}

export interface ChatModel extends AsyncDisposable {
	/** What stands for `https://api.openai.com/v1`. */
	readonly url: string;
	/** The tools as the model was told of them. */
	readonly offered: readonly unknown[];
}

/** A tool and what the model has it called with; `answers` is what the tools called before have said. */
export type ToolCall = (answers: readonly string[]) => { name: string; arguments: object };

/** `calls`: the tools that it calls for each message, one after another. */
export async function startChatModel(calls: readonly ToolCall[]): Promise<ChatModel> {
	let offered: readonly unknown[] = [];
	const server = await startLocalServer((request, response) => {
		void readJson<ChatRequest>(request).then(({ messages, tools = [] }) => {
			offered = tools;
			const answers = messages
				.filter(({ role }) => role === 'tool')
				.map(({ content }) => String(content));
			const call = calls[answers.length]?.(answers);
			const choice = {
				index: 0,
				message: { role: 'assistant', ...(call ? calling(call) : { content: answers.at(-1) }) },
				finish_reason: call ? 'tool_calls' : 'stop',
			};
			response.setHeader('content-type', 'application/json');
			response.end(
				JSON.stringify({
					id: 'chat',
					object: 'chat.completion',
					created: 0,
					model: 'stand-in',
					choices: [choice],
					usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
				}),
			);
		});
	});
	return {
		url: `${server.url}/v1`,
		get offered() {
			return offered;
		},
		[Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
	};
}

function calling({ name, arguments: given }: ReturnType<ToolCall>): object {
	const call = { name, arguments: JSON.stringify(given) };
	return { content: null, tool_calls: [{ id: `call_${name}`, type: 'function', function: call }] };
}

async function readJson<T>(request: IncomingMessage): Promise<T> {
	let text = '';
	for await (const chunk of request) text += String(chunk);
	return JSON.parse(text);
}
