/** A chat model on this machine that calls the first tool it is offered and then repeats what that said. */
import type { IncomingMessage } from 'node:http';
import { startLocalServer } from '../../engine/localServer.mts';

interface ChatRequest {
	messages: { role: string; content: unknown }[];
	tools?: { function: { name: string } }[];
}

export interface ChatModel extends AsyncDisposable {
	/** What stands for `https://api.openai.com/v1`. */
	readonly url: string;
	/** The tool as the model was told of it. */
	readonly offered: unknown;
}

/** `toolArguments`: what the model has the tool called with. */
export async function startChatModel(toolArguments: object): Promise<ChatModel> {
	let offered: unknown;
	const server = await startLocalServer((request, response) => {
		void readJson<ChatRequest>(request).then(({ messages, tools: [tool] = [] }) => {
			const said = messages.find(({ role }) => role === 'tool');
			offered ??= tool;
			const call = { name: tool?.function.name, arguments: JSON.stringify(toolArguments) };
			const message = said
				? { content: String(said.content) }
				: { content: null, tool_calls: [{ id: 'call_1', type: 'function', function: call }] };
			const choice = {
				index: 0,
				message: { role: 'assistant', ...message },
				finish_reason: said ? 'stop' : 'tool_calls',
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

async function readJson<T>(request: IncomingMessage): Promise<T> {
	let text = '';
	for await (const chunk of request) text += String(chunk);
	return JSON.parse(text);
}
