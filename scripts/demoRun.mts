/** What the demos share: an example workflow in n8n's engine, and files that are only left when all of them are good. */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type EngineResult, startEngine } from '../test/engine/engine.mts';
import { repositoryRoot } from '../test/repositoryRoot.mts';
import { startService } from './demoService.mts';
import { workflowWithPaths } from './demoWorkflow.mts';
import { pictureDifference } from './pictureDifference.mts';

/** Compression changes a pixel by 1 or 2 of 255 on average; another picture is 30 and more away. */
const LARGEST_DIFFERENCE = 6;
const LONGEST_SIMULATED_RUN_MS = 100_000;

const startedAtMs = Date.now();

export function say(line: string): void {
	const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(1).padStart(6);
	console.log(`${seconds} s  ${line}`);
}

const secondsOf = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Runs `examples/<name>.json`, which writes its files to `output`; true where the service is simulated. */
export async function runExample(
	name: string,
	output: string,
): Promise<{ result: EngineResult; simulated: boolean }> {
	let lastState = '';
	await using service = await startService(process.env, (state) => {
		if (state !== lastState) say(`    task is ${state}`);
		lastState = state;
	});
	console.log(`\n${service.notice}\n`);

	const file = path.join(repositoryRoot, `examples/${name}.json`);
	const workflow = await workflowWithPaths(file, repositoryRoot, output);
	const engine = await startEngine({
		binaryMode: 'filesystem',
		credentials: { dashScopeApi: service.credential },
	});
	const run = engine.run(workflow, {
		...(service.simulated && { executionTimeoutMs: LONGEST_SIMULATED_RUN_MS }),
		onNodeStart: (node) => say(`▶ ${node}`),
		onNodeEnd: (node, { executionStatus, executionTime }) =>
			say(`${executionStatus === 'success' ? '✔' : '✘'} ${node} (${secondsOf(executionTime)})`),
	});
	const stop = () => run.stop();
	process.once('SIGINT', stop);
	const result = await run.result;
	process.removeListener('SIGINT', stop);
	assertSucceeded(result);
	return { result, simulated: service.simulated };
}

/** Throws what went wrong, in words of the node. */
function assertSucceeded({ run, error }: EngineResult): void {
	if (run.status === 'success') return;
	const details = [error?.message ?? `The run ended as '${run.status}'`];
	if (error && 'description' in error && error.description) details.push(error.description);
	throw new Error(details.join('\n'));
}

/** Says how near a picture of the video comes to its frame; a simulated one has to be the same. */
export async function comparePictures(
	what: string,
	frame: Buffer,
	picture: Buffer,
	mustMatch: boolean,
): Promise<void> {
	const difference = await pictureDifference(frame, picture);
	const matches = difference <= LARGEST_DIFFERENCE;
	say(`${matches ? '✔' : '✘'} ${what} by ${difference.toFixed(2)} of 255 on average`);
	if (mustMatch && !matches) throw new Error('That is another picture.');
}

/** Empties the output folder, lets `make` fill a working one, and keeps these files of it. */
export async function runDemo(
	files: Readonly<Record<string, string>>,
	make: (workFolder: string) => Promise<void>,
): Promise<void> {
	const folder = path.join(repositoryRoot, 'demo-output');
	try {
		await mkdir(folder, { recursive: true });
		for (const name of await readdir(folder)) {
			await rm(path.join(folder, name), { recursive: true });
		}
		const workFolder = await mkdtemp(path.join(folder, 'unfinished-'));
		try {
			await make(workFolder);
			for (const name of Object.values(files)) {
				await rename(path.join(workFolder, name), path.join(folder, name));
			}
		} finally {
			await rm(workFolder, { recursive: true, force: true });
		}
		console.log();
		for (const [what, name] of Object.entries(files)) {
			console.log(`${`${what}:`.padEnd(15)}${path.join('demo-output', name)}`);
		}
		console.log(`Took ${secondsOf(Date.now() - startedAtMs)} in all.`);
	} catch (error) {
		console.error(`\nThe demo did not finish: ${error instanceof Error ? error.message : error}`);
		process.exitCode = 1;
	}
}
