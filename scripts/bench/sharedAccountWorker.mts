/** One process of several that share an account: an execution of some items, when it is told to. */
import { credentialFor } from '../../test/credential.mts';
import { startEngine } from '../../test/engine/engine.mts';
import {
	createFrom,
	itemsNode,
	THEN_WAIT,
	wanNode,
	workflow,
} from '../../test/engine/workflowBuilder.mts';

interface Account {
	readonly url: string;
	readonly key: string;
	readonly frameUrl: string;
	readonly items: number;
}

/** What the parent says: get ready, then run. */
export type WorkerOrder = { readonly start: Account } | { readonly run: true };

/** What it hears: the tasks whose videos came out; none while there was no run. */
export interface WorkerReport {
	readonly taskIds: readonly string[];
}

let run = async (): Promise<string[]> => [];

process.on('message', (order: WorkerOrder) => {
	const done = 'start' in order ? prepare(order.start) : run();
	void done.then((taskIds) => process.send?.({ taskIds } satisfies WorkerReport));
});

async function prepare({ url, key, frameUrl, items }: Account): Promise<string[]> {
	const engine = await startEngine({ credentials: { dashScopeApi: credentialFor({ url, key }) } });
	const create = wanNode({ ...createFrom(frameUrl), ...THEN_WAIT, duration: 2 });
	run = async () => {
		const given = Array.from({ length: items }, () => ({}));
		const result = await engine.run(workflow([itemsNode(given), create])).result;
		return result
			.items('Wan')
			.flatMap(({ json }) => (json['status'] === 'SUCCEEDED' ? [String(json['taskId'])] : []));
	};
	return [];
}
