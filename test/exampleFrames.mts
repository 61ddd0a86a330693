/** The frames in `examples/frames`, and how they take the place of the addresses that examples name. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { n8nWorkflow } from './engine/n8n.mts';
import type { WorkflowJson } from './engine/workflowBuilder.mts';
import type { Simulator } from './simulator/index.mts';

const framesFolder = fileURLToPath(new URL('../examples/frames', import.meta.url));

/** Where a simulator serves the two frames. */
export interface FrameUrls {
	first: string;
	last: string;
}

/** Lets a simulator serve both frames. */
export async function serveFrames(simulator: Simulator): Promise<FrameUrls> {
	const serve = async (name: string) =>
		simulator.serveFile(name, await readFile(path.join(framesFolder, name)), 'image/png');
	return { first: await serve('first.png'), last: await serve('last.png') };
}

/** A workflow in which other addresses stand for those it names, wherever it names them. */
export function withAddresses<T extends WorkflowJson>(
	workflow: T,
	addresses: Readonly<Record<string, string>>,
): T {
	let text = JSON.stringify(workflow);
	for (const [named, address] of Object.entries(addresses)) {
		text = text.replaceAll(named, address);
	}
	return n8nWorkflow.jsonParse<T>(text);
}

/** An example with frames that the simulator can fetch. */
export async function withServedFrames<T extends WorkflowJson>(
	workflow: T,
	simulator: Simulator,
): Promise<T> {
	const { first, last } = await serveFrames(simulator);
	return withAddresses(workflow, {
		'https://example.com/first.png': first,
		'https://example.com/last.png': last,
	});
}
