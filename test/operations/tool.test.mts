import type { INodeParameters } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, node, THEN_WAIT, type NodeSettings } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest();
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

/** What an AI agent gets from the node as its tool: its answer, or what is wrong. */
async function callTool(
	parameters: INodeParameters,
	toolArguments: object,
	settings: NodeSettings = {},
): Promise<string> {
	const wan = node('n8n-nodes-wan-keyframe-video.wanKeyframeVideoTool', parameters, {
		name: 'Wan',
		credentials: { dashScopeApi: { id: '1', name: 'DashScope' } },
		...settings,
	});
	const agent = node(
		'@n8n/n8n-nodes-langchain.agent',
		{ toolArguments: JSON.stringify(toolArguments) },
		{ name: 'Agent' },
	);
	const result = await harness.engine.run({
		nodes: [itemsNode([{}]), agent, wan],
		connections: {
			Items: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
			Wan: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		},
		settings: { executionOrder: 'v1' },
	}).result;
	return result.error ? errorText(result) : String(result.items('Agent')[0]?.json['answer']);
}

const create = {
	operation: 'create',
	firstFrameUrl: "={{ $fromAI('first', 'URL of the first frame', 'string') }}",
	lastFrameUrl: "={{ $fromAI('last', 'URL of the last frame', 'string') }}",
	prompt: "={{ $fromAI('prompt', '', 'string') }}",
	resolution: '720P',
};

describe('as the tool of an AI agent', () => {
	it('creates a task from what the agent says', async () => {
		const answer = await callTool(create, { first: red, last: red, prompt: 'red stays red' });

		expect(answer).toContain('"status":"PENDING"');
		expect(harness.createdBodies()).toMatchObject([
			{ input: { prompt: 'red stays red', media: [{ url: red }, { url: red }] } },
		]);
	});

	it('tells the agent what is wrong, so that it can mend it', async () => {
		const answer = await callTool(create, { first: 'first.png', last: red, prompt: 'x' });

		expect(answer).toContain(`'First Frame URL' is "first.png", but it must be a whole URL`);
		expect(harness.count('create')).toBe(0);
	});

	it('makes a clip that loops of its one item, and says that it has no more for a storyboard', async () => {
		const { firstFrameUrl, lastFrameUrl: _, ...others } = create;
		const storyboard = { ...others, framesPerItem: 'one', frameUrl: firstFrameUrl };
		const said = { first: red, prompt: 'x' };

		expect(await callTool(storyboard, said)).toContain('a tool call of an AI agent has one item');
		expect(harness.count('create')).toBe(0);
		expect(await callTool({ ...storyboard, closeLoop: true }, said)).toContain(
			'"segment":{"index":0,"count":1,"from":0,"to":0}',
		);
	});

	it('is bounded in each call, and can be tried without a cost', async () => {
		const said = { first: red, last: red, prompt: 'x' };
		const limited = { ...create, options: { maxBilledSeconds: 4 } };

		expect(await callTool(limited, said)).toContain('The run asks for 5 seconds of video');
		const dry = await callTool({ ...create, options: { dryRun: true } }, said);
		expect(dry).toContain('"billableSeconds":5');
		expect(harness.count('create')).toBe(0);
	});

	it('says that a tool can only take URLs', async () => {
		const parameters = { ...create, firstFrameSource: 'binary' };
		const answer = await callTool(parameters, { last: red, prompt: 'x' });

		expect(answer).toContain(
			"'First Frame Input Data Field Name' cannot be read in a tool call, which brings no files: give a URL",
		);
	});

	it('is told of a task that failed, since a tool knows no routes', async () => {
		const taskId = harness.simulator.addTask({ status: 'FAILED' });
		const parameters = { operation: 'getStatus', taskId, routeByStatus: true };

		expect(await callTool(parameters, {})).toContain('"status":"FAILED"');
	});
});

// n8n gives each try of a tool another run index (n8n-core 2.41.1).
describe('as the tool of an AI agent, under Retry On Fail', () => {
	const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
	const said = { first: red, last: red, prompt: 'x' };

	it('pays once where the wait timed out', async () => {
		harness.simulator.fault({ on: 'query', effect: 'taskStatus', status: 'RUNNING', times: 99 });
		const waiting = { ...create, ...THEN_WAIT, timeout: 0.1 };
		const answer = await useVirtualTime().run(callTool(waiting, said, retry));

		expect(answer).toContain("did not end within the 'Timeout (Minutes)'");
		expect(harness.count('create')).toBe(1);
	});

	it('sends once what may have made a task', async () => {
		harness.simulator.fault({ on: 'create', effect: 'reset', when: 'after', times: 9 });
		await useVirtualTime().run(callTool(create, said, retry));

		expect(harness.count('create')).toBe(1);
	});
});
