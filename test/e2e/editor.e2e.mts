/** The node in n8n's editor, as its user sees it. The pictures it takes are the README's. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { node, workflow } from '../engine/workflowBuilder.mts';
import { serveFrames } from '../exampleFrames.mts';
import { repositoryRoot } from '../repositoryRoot.mts';
import { Editor } from './setup/editor.mts';
import { eventually } from './setup/eventually.mts';
import { exampleWorkflow } from './setup/exampleWorkflow.mts';
import { startHarness } from './setup/harness.mts';
import { wanNode } from './setup/workflows.mts';

const WAN = 'Create transition';
const SLOW_MODEL = 'wan2.2-kf2v-flash';
const COMMON_FIELDS = ['operation', 'model', 'firstFrameSource', 'lastFrameSource', 'prompt'];

// Large enough to be looked at.
const harness = await startHarness({
	maxPixels: 640 * 360,
	times: ({ model }) => ({ pendingMs: 300, runningMs: model.id === SLOW_MODEL ? 600_000 : 700 }),
});
const { client, credential, n8n, simulator } = harness;
const editor = await Editor.signIn(n8n.url);
afterAll(async () => await editor.close());

const example = await exampleWorkflow('keyframe-transition', {
	credential,
	simulator,
	filesFolder: n8n.filesFolder,
});

async function openExample(): Promise<void> {
	const { id } = await client.createWorkflow(example.name, example);
	await editor.openWorkflow(id);
}

it('finds the node in the node panel by what it is, does and belongs to', async () => {
	for (const words of ['AI', 'video', 'wan', 'keyframe']) {
		await openExample();
		const found = await editor.searchNodes(words, 'Wan Keyframe Video');
		expect(await found.first().isVisible(), words).toBe(true);
		if (words === 'keyframe') await editor.screenshot('node-panel');
	}
});

it('says in the node panel what the node does, and lists its operations and triggers', async () => {
	await openExample();
	const found = await editor.searchNodes('keyframe', 'Wan Keyframe Video');
	await editor.page.getByText('Turn a first and a last frame into a video').waitFor();
	await found.first().click();
	const items = editor.page.getByTestId('node-creator-item-name');
	await editor.page.getByText('Triggers (3)').click();
	await items.getByText('On video ready').waitFor();
	const names = await items.allInnerTexts();
	// The list that was searched may still be fading out.
	expect(names.filter((name) => name !== 'Wan Keyframe Video').sort()).toEqual([
		'Cancel task',
		'Create video from two frames',
		'Get many tasks',
		'Get status of task',
		'On task canceled',
		'On task failed',
		'On video ready',
		'Wait for video',
	]);
	await editor.screenshot('node-details');
});

it('shows the fields that the chosen model takes', async () => {
	await openExample();
	await editor.openNode(WAN);
	// All fields at once, also on the picture.
	await editor.page.setViewportSize({ width: 1440, height: 1700 });
	const parameters = editor.page.getByTestId('node-parameters');

	await editor.choose('model', 'Alibaba Wan 2.7');
	await editor.field('duration').waitFor();
	expect(await editor.choices('resolution')).toEqual(['720P', '1080P']);
	for (const name of [...COMMON_FIELDS, 'startFrom']) {
		expect(await editor.field(name).isVisible(), name).toBe(true);
	}
	await editor.screenshot('fields-wan-2.7', parameters);

	await editor.choose('model', 'Alibaba Wan 2.2 Flash');
	await editor.field('duration').waitFor({ state: 'detached' });
	expect(await editor.choices('resolution')).toEqual(['480P', '720P', '1080P']);
	for (const name of COMMON_FIELDS) {
		expect(await editor.field(name).isVisible(), name).toBe(true);
	}
	expect(await editor.field('startFrom').count()).toBe(0);
	await editor.screenshot('fields-wan-2.2', parameters);

	await editor.choose('model', 'Kling V3');
	await editor.field('duration').waitFor();
	expect(await editor.choices('resolution')).toEqual(['720P', '1080P', '4K']);
	await editor.screenshot('fields-kling', parameters);
	await editor.page.setViewportSize({ width: 1440, height: 900 });
});

it('runs the example by its button and shows the video', async () => {
	await openExample();
	await editor.execute();
	await editor.succeeded('Save video');
	await editor.dismissMessages();

	await editor.openNode(WAN);
	const input = editor.page.getByTestId('ndv-input-panel');
	await input.getByTestId('ndv-view-binary-data').first().click();
	await input.locator('img').first().waitFor();
	const output = editor.page.getByTestId('output-panel');
	await output.getByTestId('ndv-view-binary-data').click();
	const seconds = await editor.playVideoTo(output.locator('video'), 2.5);
	expect(seconds).toBeCloseTo(5, 1);
	await editor.screenshot('video');
});

it('has an output for each kind of status with Route by Status, and one without', async () => {
	const durable = await exampleWorkflow('create-and-poll-durable', {
		credential,
		simulator,
		filesFolder: n8n.filesFolder,
	});
	const { id } = await client.createWorkflow(durable.name, durable);
	await editor.openWorkflow(id);
	const kinds = ['Succeeded', 'In Progress', 'Failed'];
	expect(await editor.outputs('Get status')).toEqual(kinds);

	for (const labels of [[''], kinds]) {
		await editor.openNode('Get status');
		await editor.flip('routeByStatus');
		await editor.page.keyboard.press('Escape');
		await eventually(`${labels.length} outputs`, async () =>
			(await editor.outputs('Get status')).length === labels.length ? true : undefined,
		);
		expect(await editor.outputs('Get status')).toEqual(labels);
	}

	const withErrorOutput = durable.nodes.map((each) => ({
		...each,
		...(each.name === 'Get status' && { onError: 'continueErrorOutput' as const }),
	}));
	const other = await client.createWorkflow('Errors', { ...durable, nodes: withErrorOutput });
	await editor.openWorkflow(other.id);
	expect(await editor.outputs('Get status')).toEqual([...kinds, 'Error']);
});

it('makes a video of the workflow that the README has its readers paste', async () => {
	const readme = await readFile(path.join(repositoryRoot, 'README.md'), 'utf8');
	const [, block = ''] = /```json\n([^]*?)```/.exec(readme) ?? [];
	const { first, last } = await serveFrames(simulator);
	const samples = 'https://wanx.alicdn.com/material/20250318';
	await editor.pasteWorkflow(
		block.replace(`${samples}/first_frame.png`, first).replace(`${samples}/last_frame.png`, last),
	);
	await editor.openNode('Wan Keyframe Video');
	await editor.chooseCredential(credential.name);
	await editor.page.getByTestId('node-execute-button').click();
	const output = editor.page.getByTestId('output-panel');
	await output.getByTestId('ndv-view-binary-data').click();
	await output.locator('video').waitFor();
});

it('tests the credential in its dialog', async () => {
	await openExample();
	await editor.openNode(WAN);
	await editor.page.getByTestId('credential-edit-button').first().click();
	await editor.page.getByTestId('credentials-config-container-test-success').waitFor();
	await editor.screenshot('credential', editor.page.getByTestId('editCredential-modal'));
});

it('stops by the stop button', async () => {
	const trigger = node('n8n-nodes-base.manualTrigger', {}, { name: 'Start' });
	const frames = await serveFrames(simulator);
	const byUrl = {
		model: SLOW_MODEL,
		firstFrameSource: 'url',
		lastFrameSource: 'url',
		firstFrameUrl: frames.first,
		lastFrameUrl: frames.last,
	};
	const slow = workflow([trigger, wanNode(credential, byUrl)]);
	const { id } = await client.createWorkflow('Slow', slow);
	await editor.openWorkflow(id);
	await editor.execute();
	await eventually('a query', () => (harness.count('query') > 0 ? true : undefined));
	await editor.page.getByTestId('stop-execution-button').click();
	const execution = await client.ended(await client.latestExecution({ id }));
	expect(execution.status).toBe('canceled');
});
