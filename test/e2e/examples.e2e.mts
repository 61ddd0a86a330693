/** The example workflows, imported into a real n8n and run to their end. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readVideo } from '../video/video.mts';
import { eventually } from './setup/eventually.mts';
import { exampleWorkflow } from './setup/exampleWorkflow.mts';
import { itemsOf } from './setup/n8nClient.mts';
import { setStage } from './setup/stage.mts';

/** n8n's Wait node keeps an execution in the database for this many seconds and more. */
const SHORTEST_DURABLE_WAIT = 65;
/** After that wait, n8n looks once a minute for executions that are due. */
const DURABLE_MS = 240_000;

const stage = await setStage();
const { client, credential, n8n, simulator } = stage;
const surroundings = { credential, simulator, filesFolder: n8n.filesFolder };

it('keyframe-transition saves a video made of both frames', async () => {
	const example = await exampleWorkflow('keyframe-transition', surroundings);
	const workflow = await client.createWorkflow(example.name, example);
	const execution = await client.ended(await client.execute(workflow, 'Start'));

	expect(execution.status).toBe('success');
	const [item] = itemsOf(execution, 'Create transition');
	expect(item?.json).toMatchObject({ status: 'SUCCEEDED', videoSeconds: 5, resolution: '720P' });
	const saved = await readFile(path.join(n8n.filesFolder, 'keyframe-transition.mp4'));
	expect((await readVideo(saved)).seconds).toBeCloseTo(5, 1);
	if (item === undefined) throw new Error('The node put out nothing');
	expect((await client.download(item)).equals(saved)).toBe(true);
});

it(
	'create-and-poll-durable finishes though n8n was killed while it waited',
	async () => {
		const example = await exampleWorkflow('create-and-poll-durable', surroundings);
		for (const { parameters } of example.nodes) {
			if ('amount' in parameters) parameters['amount'] = SHORTEST_DURABLE_WAIT;
		}
		const workflow = await client.createWorkflow(example.name, example);
		const id = await client.execute(workflow, 'Start');
		await eventually('an execution that waits', async () =>
			(await client.status(id)) === 'waiting' ? true : undefined,
		);
		await n8n.kill();
		await n8n.start();

		const execution = await client.ended(id);
		expect(execution.status).toBe('success');
		const [item] = itemsOf(execution, 'Use the video');
		const [taskId] = [...simulator.tasks.keys()].slice(-1);
		expect(item?.json).toMatchObject({ taskId, status: 'SUCCEEDED' });
		expect(item?.binary?.['data']?.mimeType).toBe('video/mp4');
		expect(itemsOf(execution, 'Handle the failure')).toEqual([]);
		expect(stage.count('create')).toBe(1);
	},
	DURABLE_MS,
);
