/** What the editor says of the output of an operation, or of the trigger, before its first run. */
import { readFile } from 'node:fs/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../nodes/WanKeyframeVideo/operations/index.ts';
import { picture, setupNodeTest } from '../engine/nodeTest.mts';
import { createFrom, triggerNode, workflow } from '../engine/workflowBuilder.mts';
import { pngUri } from '../simulator/testClient.mts';

interface Schema {
	readonly type: string;
	/** Absent where any member may be there. */
	readonly properties?: Readonly<Record<string, Schema>>;
}

const harness = await setupNodeTest();
const red = pngUri(await picture('#c03030'));

/** Parameters of each operation, beside a task in the queue or one that has ended. */
const RUNS: Readonly<Record<string, { status: 'PENDING' | 'SUCCEEDED'; with: INodeParameters }>> = {
	cancel: { status: 'PENDING', with: {} },
	create: { status: 'PENDING', with: createFrom(red) },
	getMany: { status: 'SUCCEEDED', with: { limit: 1 } },
	getStatus: { status: 'SUCCEEDED', with: {} },
	wait: { status: 'SUCCEEDED', with: { downloadVideo: false } },
};

/** n8n looks for that of a node without operations beside the folder of those with. */
async function schemaOf(operation?: string): Promise<Schema> {
	const name = operation === undefined ? 'v1.0.0' : `v1.0.0/${operation}`;
	const file = `../../nodes/WanKeyframeVideo/__schema__/${name}.json`;
	return JSON.parse(await readFile(new URL(file, import.meta.url), 'utf8'));
}

/** Where the value is not as the schema says, as paths; members that are absent may be so. */
function differences(value: unknown, schema: Schema | undefined, path = ''): string[] {
	if (schema === undefined) return [`${path} is not in the schema`];
	if (typeof value !== schema.type) return [`${path} is no ${schema.type}`];
	const { properties } = schema;
	if (typeof value !== 'object' || value === null || properties === undefined) return [];
	return Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
		differences(member, properties[key], `${path}/${key}`),
	);
}

describe('the output schema', () => {
	it.each(OPERATIONS.map(({ option }) => option.value))(
		'of %s is what it gives',
		async (operation) => {
			const run = RUNS[operation];
			if (run === undefined) throw new Error(`Add parameters for '${operation}' to RUNS`);
			const taskId = harness.simulator.addTask({ status: run.status });
			const result = await harness.run([{ json: { taskId } }], { operation, ...run.with });
			const json: IDataObject | undefined = result.items('Wan')[0]?.json;

			expect(result.error).toBeUndefined();
			expect(Object.keys(json ?? {})).toContain('taskId');
			expect(differences(json, await schemaOf(operation))).toEqual([]);
		},
	);

	it('of create is that of a storyboard and of a dry run too', async () => {
		const { firstFrameUrl, lastFrameUrl: _, ...others } = createFrom(red);
		const storyboard = { ...others, framesPerItem: 'one', frameUrl: firstFrameUrl };
		for (const dryRun of [false, true]) {
			const result = await harness.run([{}, {}], { ...storyboard, options: { dryRun } });

			const json: IDataObject | undefined = result.items('Wan')[0]?.json;
			expect(Object.keys(json ?? {})).toContain('segment');
			expect(differences(json, await schemaOf('create'))).toEqual([]);
		}
	});

	it('of the trigger is what it gives', async () => {
		harness.simulator.addTask();
		const run = harness.engine.run(workflow([triggerNode({})]), { mode: 'manual' });
		const json = (await run.result).items('Trigger')[0]?.json;

		expect(Object.keys(json ?? {})).toContain('taskId');
		expect(differences(json, await schemaOf())).toEqual([]);
	});
});
