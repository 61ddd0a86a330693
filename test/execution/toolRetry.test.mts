/** As the tool of an agent, the node pays once under Retry On Fail: there n8n gives each try another run index. */
import { describe, expect, it } from 'vitest';
import type { INodeParameters } from 'n8n-workflow';
import { picture, setupNodeTest } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, itemsNode, node, THEN_WAIT } from '../engine/workflowBuilder.mts';

const harness = await setupNodeTest({ times: { pendingMs: 60_000, runningMs: 60_000 } });
const { simulator, engine } = harness;
const red = simulator.serveFile('red.png', await picture('#c03030'), 'image/png');

describe('the tool of an agent, under Retry On Fail', () => {
	const flow = (parameters: INodeParameters) => ({
		nodes: [
			itemsNode([{}]),
			node(
				'@n8n/n8n-nodes-langchain.agent',
				{ toolArguments: '{"prompt":"x"}' },
				{ name: 'Agent' },
			),
			node(
				'n8n-nodes-wan-keyframe-video.wanKeyframeVideoTool',
				{ ...createFrom(red), prompt: "={{ $fromAI('prompt', '', 'string') }}", ...parameters },
				{
					name: 'Wan',
					credentials: { dashScopeApi: { id: '1', name: 'DashScope' } },
					retryOnFail: true,
					maxTries: 3,
					waitBetweenTries: 1,
				},
			),
		],
		connections: {
			Items: { main: [[{ node: 'Agent', type: 'main' as const, index: 0 }]] },
			Wan: { ai_tool: [[{ node: 'Agent', type: 'ai_tool' as const, index: 0 }]] },
		},
		settings: { executionOrder: 'v1' as const },
	});

	it('pays once where the wait timed out', async () => {
		await useVirtualTime().run(engine.run(flow({ ...THEN_WAIT, timeout: 0.1 })).result);
		expect(harness.count('create')).toBe(1);
	});

	it('sends once what may have made a task', async () => {
		simulator.fault({ on: 'create', effect: 'reset', when: 'after', times: 9 });
		await useVirtualTime().run(engine.run(flow({})).result);
		expect(harness.count('create')).toBe(1);
	});
});
