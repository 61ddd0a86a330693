/** One download in a process of its own; tells the parent by how many bytes the resident memory rose at most. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { credentialFor } from '../../test/credential.mts';
import { startEngine } from '../../test/engine/engine.mts';
import { itemsNode, node, wanNode, workflow } from '../../test/engine/workflowBuilder.mts';

export type DownloadWay = 'node' | 'buffer';

interface Video {
	readonly taskId: string;
	/** At the store. */
	readonly path: string;
}

export interface DownloadOrder {
	readonly way: DownloadWay;
	readonly api: { readonly url: string; readonly key: string };
	/** Where the videos lie. */
	readonly store: string;
	/** For a first run, in which everything is loaded. */
	readonly small: Video;
	readonly large: Video;
}

const KIB = 1024;

/** The most that was ever resident. */
const peakBytes = (): number => process.resourceUsage().maxRSS * KIB;

const [order]: DownloadOrder[] = await once(process, 'message');
if (order === undefined) throw new Error('There is nothing to download');
const { way, api, store, small, large } = order;

const probePackage = fileURLToPath(
	new URL('../../test/engine/fixtures/probe-package', import.meta.url),
);
const engine = await startEngine({
	binaryMode: 'filesystem',
	...(way === 'buffer' && { packageDir: probePackage }),
	credentials: {
		dashScopeApi: credentialFor(api),
		probeApi: { url: store },
	},
});

async function download({ taskId, path }: Video): Promise<void> {
	const downloader =
		way === 'node'
			? wanNode({ operation: 'wait', taskId })
			: node(
					'n8n-nodes-probe.probe',
					{ operation: 'downloadAsBuffer', path },
					{ name: 'Wan', credentials: { probeApi: { id: '1', name: 'Probe' } } },
				);
	const result = await engine.run(workflow([itemsNode([{}]), downloader])).result;
	if (result.items('Wan')[0]?.binary?.['data'] === undefined) {
		throw new Error(`There is no video: ${result.error?.message}`);
	}
}

await download(small);
const beforeBytes = peakBytes();
await download(large);
process.send?.(peakBytes() - beforeBytes);
process.disconnect();
