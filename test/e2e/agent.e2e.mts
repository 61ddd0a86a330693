/** The node as a tool of n8n's AI agent, with a chat model that stands in for a real one. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { node, workflow } from '../engine/workflowBuilder.mts';
import { startChatModel } from './setup/chatModel.mts';
import { CREDENTIAL_TYPE } from './setup/credential.mts';
import { itemsOf } from './setup/n8nClient.mts';
import { examplesFolder, NODE_TYPE } from './setup/paths.mts';
import { setStage } from './setup/stage.mts';

const stage = await setStage();
const { client, credential, simulator } = stage;

async function frameUrl(end: 'first' | 'last'): Promise<string> {
	const bytes = await readFile(path.join(examplesFolder, `frames/${end}.png`));
	return simulator.serveFile(`${end}.png`, bytes, 'image/png');
}

it('lets an AI agent create a video', async () => {
	const wanted = {
		firstFrameUrl: await frameUrl('first'),
		lastFrameUrl: await frameUrl('last'),
		prompt: 'The monster looks up.',
	};
	await using model = await startChatModel(wanted);
	const openAi = await client.createCredential('Chat model', 'openAiApi', {
		apiKey: 'none',
		url: model.url,
	});

	const fromAi = (name: string) => `={{ $fromAI('${name}', '', 'string') }}`;
	const chain = workflow([
		node('n8n-nodes-base.manualTrigger', {}, { name: 'Start' }),
		node(
			'@n8n/n8n-nodes-langchain.agent',
			{ promptType: 'define', text: 'Make a video of the monster.' },
			{ name: 'Agent', typeVersion: 2 },
		),
	]);
	const chatModel = node(
		'@n8n/n8n-nodes-langchain.lmChatOpenAi',
		{ model: { __rl: true, mode: 'id', value: 'stand-in' } },
		{ name: 'Chat Model', typeVersion: 1.2, credentials: { openAiApi: openAi } },
	);
	const tool = node(
		`${NODE_TYPE}Tool`,
		{
			operation: 'create',
			firstFrameUrl: fromAi('firstFrameUrl'),
			lastFrameUrl: fromAi('lastFrameUrl'),
			prompt: fromAi('prompt'),
		},
		{ name: 'Make video', credentials: { [CREDENTIAL_TYPE]: credential } },
	);
	const stored = await client.createWorkflow('Agent', {
		...chain,
		nodes: [...chain.nodes, chatModel, tool],
		connections: {
			...chain.connections,
			'Chat Model': { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
			'Make video': { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		},
	});
	const execution = await client.ended(await client.execute(stored, 'Start'));

	expect(execution.data.resultData.error).toBeUndefined();
	expect(JSON.stringify(model.offered)).toContain('first and a last frame');
	const [taskId] = [...simulator.tasks.keys()].slice(-1);
	expect(stage.count('create')).toBe(1);
	const [item] = itemsOf(execution, 'Agent');
	expect(item?.json['output']).toContain(taskId);
	expect(item?.json['output']).toContain('PENDING');
});
