/** A simulator in a process of its own; its parent talks to it by messages. */
import sharp from 'sharp';
import { startSimulator, type SimulatorOptions } from '../../test/simulator/index.mts';
import type { MadeTask } from '../../test/soak/account.mts';

/** What the parent says. */
export type Order = { readonly start: SimulatorOptions } | { readonly report: true };

/** What it hears. */
export type Report =
	| { readonly url: string; readonly key: string; readonly frameUrl: string }
	| { readonly tasks: readonly MadeTask[] };

/** The frame that it serves. */
const PIXELS = { width: 640, height: 360, channels: 3, background: '#c03030' } as const;

const answer = (report: Report) => void process.send?.(report);

let tasks = (): MadeTask[] => [];

// Also where the parent was killed and could end nothing.
process.once('disconnect', () => process.exit());

process.on('message', (order: Order) => {
	if ('start' in order) void start(order.start);
	else answer({ tasks: tasks() });
});

async function start(options: SimulatorOptions): Promise<void> {
	const simulator = await startSimulator(options);
	tasks = () => [...simulator.tasks.values()].map(({ id, work: { prompt } }) => ({ id, prompt }));
	const png = await sharp({ create: PIXELS }).png().toBuffer();
	const frameUrl = simulator.serveFile('frame.png', png, 'image/png');
	answer({ url: simulator.url, key: simulator.key, frameUrl });
}
