/** Create that waits, in n8n's engine against a simulator of its own. */
import { credentialFor } from '../../test/credential.mts';
import { startEngine } from '../../test/engine/engine.mts';
import {
	createFrom,
	itemsNode,
	THEN_WAIT,
	wanNode,
	workflow,
} from '../../test/engine/workflowBuilder.mts';
import {
	startSimulator,
	type Simulator,
	type SimulatorOptions,
} from '../../test/simulator/index.mts';
import { picture } from '../../test/simulator/testClient.mts';

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
	const png = await picture(640, 360, '#c03030');
	const frame = simulator.serveFile('frame.png', png, 'image/png');
	const create = {
		...createFrom(frame),
		...THEN_WAIT,
		duration: videoSeconds,
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
