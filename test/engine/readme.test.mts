/** The workflow that the README has its readers paste onto the canvas makes a video. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { serveFrames, withAddresses } from '../exampleFrames.mts';
import { repositoryRoot } from '../repositoryRoot.mts';
import { startSimulator } from '../simulator/index.mts';
import { startEngine } from './engine.mts';
import { n8nWorkflow } from './n8n.mts';
import { useVirtualTime } from './virtualTime.mts';
import type { WorkflowJson } from './workflowBuilder.mts';

const SAMPLES = 'https://wanx.alicdn.com/material/20250318';

const simulator = await startSimulator({ maxPixels: 40_000, gzip: false });
afterAll(async () => await simulator.close());

it.each(['README.md', 'docs/README.zh-CN.md'])('%s', async (file) => {
	const readme = await readFile(path.join(repositoryRoot, file), 'utf8');
	const [, block = ''] = /```json\n([^]*?)```/.exec(readme) ?? [];
	const { first, last } = await serveFrames(simulator);
	const workflow = withAddresses(n8nWorkflow.jsonParse<WorkflowJson>(block), {
		[`${SAMPLES}/first_frame.png`]: first,
		[`${SAMPLES}/last_frame.png`]: last,
	});
	// n8n gives pasted nodes their IDs, and the reader chooses the credential.
	for (const node of workflow.nodes) {
		node.id = node.name;
		if (node.name !== 'Start') node.credentials = { dashScopeApi: { id: '1', name: 'Key' } };
	}
	const engine = await startEngine({ credentials: { dashScopeApi: credentialFor(simulator) } });
	const result = await useVirtualTime().run(engine.run(workflow).result);

	expect(result.error).toBeUndefined();
	expect(result.items('Wan Keyframe Video')).toMatchObject([
		{ json: { status: 'SUCCEEDED' }, binary: { data: { mimeType: 'video/mp4' } } },
	]);
});
