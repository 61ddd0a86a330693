/** Create that waits, in n8n's engine against a simulator of its own. */
import sharp from 'sharp';
import { credentialFor } from '../../test/credential.mts';
import { startEngine } from '../../test/engine/engine.mts';
import { itemsNode, wanNode, workflow } from '../../test/engine/workflowBuilder.mts';
import {
	startSimulator,
	type Simulator,
	type SimulatorOptions,
} from '../../test/simulator/index.mts';

/**
 * Prepares a run of so many items of so many seconds; `ended` runs it, and throws where not all of them succeed.
 * Run times are learned by length too, so that runs of different lengths know nothing of each other.
 */
export async function startRun(items: number, videoSeconds: number, options: SimulatorOptions) {
	const simulator: Simulator = await startSimulator({ maxPixels: 64 * 64, ...options });
	const engine = await startEngine({
		credentials: {
			dashScopeApi: credentialFor(simulator),
		},
	});
	const pixels = { width: 640, height: 360, channels: 3, background: '#c03030' } as const;
	const png = await sharp({ create: pixels }).png().toBuffer();
	const frame = simulator.serveFile('frame.png', png, 'image/png');
	const create = {
		operation: 'create',
		firstFrameUrl: frame,
		lastFrameUrl: frame,
		prompt: 'a',
		resolution: '720P',
		duration: videoSeconds,
		waitForCompletion: true,
		downloadVideo: false,
	};
	const nodes = [itemsNode(Array.from({ length: items }, () => ({}))), wanNode(create)];
	const ended = async () => {
		const result = await engine.run(workflow(nodes)).result;
		const done = result.items('Wan').filter(({ json }) => json['status'] === 'SUCCEEDED');
		if (done.length !== items) {
			throw new Error(`${done.length} of ${items} succeeded: ${result.error?.message}`);
		}
	};
	return { simulator, ended };
}
