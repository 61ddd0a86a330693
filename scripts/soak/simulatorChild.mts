/** A simulator in a process of its own; its parent talks to it by messages. */
import { startSimulator, type SimulatorOptions } from '../../test/simulator/index.mts';
import { picture } from '../../test/simulator/testClient.mts';
import { madeTasks, type MadeTask } from '../../test/soak/verifyRun.mts';

/** What the parent says. */
export type Order = { readonly start: SimulatorOptions } | { readonly report: true };

/** What it hears. */
export type Report =
	| { readonly url: string; readonly key: string; readonly frameUrl: string }
	| { readonly tasks: readonly MadeTask[] };

const answer = (report: Report) => void process.send?.(report);

let tasks = (): MadeTask[] => [];

// Also where the parent was killed and could end nothing.
process.once('disconnect', () => process.exit());

process.on('message', (order: Order) => {
	if ('start' in order) void start(order.start);
	else answer({ tasks: tasks() });
});

async function start(options: SimulatorOptions): Promise<void> {
	const simulator = await startSimulator({ ...options, faultsOverHttp: true });
	tasks = () => madeTasks(simulator);
	const png = await picture(640, 360, '#c03030');
	const frameUrl = simulator.serveFile('frame.png', png, 'image/png');
	answer({ url: simulator.url, key: simulator.key, frameUrl });
}
