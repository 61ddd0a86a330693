/** The node as two tools of n8n's AI agent, with a chat model that stands in for a real one. */
import { expect, it } from 'vitest';
import { serveFrames } from '../exampleFrames.mts';
import { readVideo } from '../video/video.mts';
import { startChatModel } from './setup/chatModel.mts';
import { exampleWorkflow } from './setup/exampleWorkflow.mts';
import { itemsOf } from './setup/n8nClient.mts';
import { startHarness } from './setup/harness.mts';

const harness = await startHarness();
const { client, credential, n8n, simulator } = harness;

/** What a model finds of interest in a tool's answer. */
function memberOf(answer: string | undefined, name: string): string {
	const [, value] = new RegExp(String.raw`"${name}":"([^"]+)"`).exec(answer ?? '') ?? [];
	if (value === undefined) throw new Error(`No '${name}' in ${answer}`);
	return value;
}

it('ai-agent-tool answers a chat with a link to the video', async () => {
	const { first, last } = await serveFrames(simulator);
	const wanted = { firstFrameUrl: first, lastFrameUrl: last, prompt: 'The monster looks up.' };
	await using model = await startChatModel([
		() => ({ name: 'Create_video', arguments: wanted }),
		([created]) => ({ name: 'Get_video', arguments: { taskId: memberOf(created, 'taskId') } }),
	]);
	const openAiApi = await client.createCredential('Chat model', 'openAiApi', {
		apiKey: 'none',
		url: model.url,
	});
	const example = await exampleWorkflow('ai-agent-tool', {
		credential,
		otherCredentials: { openAiApi },
		simulator,
		filesFolder: n8n.filesFolder,
	});
	const stored = await client.createWorkflow(example.name, example);
	const executionId = await client.chat(stored, 'When chat message received', {
		sessionId: 'chat',
		chatInput: `Make a video from ${first} to ${last}: the monster looks up.`,
	});
	const execution = await client.ended(executionId);

	expect(execution.data.resultData.error).toBeUndefined();
	const offered = JSON.stringify(model.offered);
	for (const words of ['Create_video', 'first and a last frame', 'Get_video']) {
		expect(offered).toContain(words);
	}
	expect(harness.count('create')).toBe(1);
	const [task] = [...simulator.tasks.values()];
	expect(task?.video.prompt).toBe(wanted.prompt);
	const answer = String(itemsOf(execution, 'Agent')[0]?.json['output']);
	expect(memberOf(answer, 'taskId')).toBe(task?.id);
	const video = await fetch(memberOf(answer, 'videoUrl'));
	expect((await readVideo(Buffer.from(await video.arrayBuffer()))).seconds).toBeCloseTo(5, 1);
});
