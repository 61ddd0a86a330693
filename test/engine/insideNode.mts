/** Runs a test's own code as a node of a workflow, with the context that n8n gives to nodes. */
import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import { baseNodes } from './baseNodes.mts';
import type { Engine } from './engine.mts';
import { node, workflow } from './workflowBuilder.mts';

const TYPE = 'test.insideNode';

export interface InsideRun<T> {
	/** What the Stop button does. */
	stop(): void;
	/** What the code returns; rejects with what it throws. */
	result: Promise<T>;
}

/** The code goes on after Stop until it ends by itself, as a node's does. */
export function runInsideNode<T>(
	engine: Engine,
	code: (ctx: IExecuteFunctions) => Promise<T>,
): InsideRun<T> {
	let stop = () => {};
	const result = new Promise<T>((resolve, reject) => {
		const type: INodeType = {
			description: {
				displayName: TYPE,
				name: TYPE,
				group: ['trigger'],
				version: 1,
				description: TYPE,
				defaults: { name: TYPE },
				inputs: [],
				outputs: ['main'],
				properties: [],
			},
			async execute() {
				await code(this).then(resolve, reject);
				return [[]];
			},
		};
		baseNodes[TYPE] = type;
		const run = engine.run(workflow([node(TYPE)]));
		stop = run.stop;
		run.result.catch(reject);
	});
	return { stop: () => stop(), result };
}
