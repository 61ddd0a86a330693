/** How much memory the download of a large video takes: streamed by the node, and as a buffer. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startLocalServer } from '../../test/engine/localServer.mts';
import { mp4 } from '../../test/media/mp4Boxes.mts';
import { startSimulator } from '../../test/simulator/index.mts';
import type { DownloadOrder, DownloadWay } from './downloadOnce.mts';
import { N8N, type Row } from './row.mts';

const MIB = 1024 * 1024;
const VIDEO_BYTES = 300 * MIB;
const CHUNK = Buffer.alloc(64 * 1024, 7);

const BOX_HEADER_BYTES = 8;

/** An MP4 of so many bytes, without the media at its end. */
function headOf(bytes: number): Buffer {
	const head = mp4(0);
	head.writeUInt32BE(bytes - head.length + BOX_HEADER_BYTES, head.length - BOX_HEADER_BYTES);
	return head;
}

/** A process of its own, so that what one way needs is not hidden by another's. */
async function riseOf(way: DownloadWay, order: Omit<DownloadOrder, 'way'>): Promise<string> {
	const child = fork(fileURLToPath(new URL('downloadOnce.mts', import.meta.url)), {
		execArgv: ['--import', 'tsx'],
	});
	child.send({ ...order, way } satisfies DownloadOrder);
	const [riseBytes]: number[] = await once(child, 'message');
	if (riseBytes === undefined) throw new Error('The child process did not answer');
	return `+${(riseBytes / MIB).toFixed(0)} MiB`;
}

export async function downloadMemoryRows(): Promise<Row[]> {
	await using store = await startLocalServer((request, response) => {
		const bytes = request.url === '/small.mp4' ? MIB : VIDEO_BYTES;
		response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes });
		const head = headOf(bytes);
		response.write(head);
		let leftBytes = bytes - head.length;
		const send = () => {
			while (leftBytes > 0 && !response.destroyed) {
				const chunk = CHUNK.subarray(0, leftBytes);
				leftBytes -= chunk.length;
				if (!response.write(chunk)) return;
			}
			response.end();
		};
		response.on('drain', send);
		send();
	});
	const simulator = await startSimulator();
	const task = (name: string) =>
		simulator.addTask({ output: { video_url: `${store.url}/${name}.mp4` } });
	const order = {
		api: { url: simulator.url, key: simulator.key },
		store: store.url,
		small: { taskId: task('small'), path: '/small.mp4' },
		large: { taskId: task('large'), path: '/large.mp4' },
	};
	const ours = await riseOf('node', order);
	const buffer = await riseOf('buffer', order);
	await simulator.close();
	return [
		{
			figure: 'resident memory for a video of 300 MiB (n8n: the same download as a buffer)',
			ours,
			peers: { [N8N]: buffer },
		},
	];
}
