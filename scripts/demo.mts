/** Runs the example workflow on the example frames and shows the video it makes. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type EngineResult, startEngine } from '../test/engine/engine.mts';
import { repositoryRoot } from '../test/repositoryRoot.mts';
import { extractFrame, readVideo } from '../test/video/video.mts';
import { contactSheet } from './contactSheet.mts';
import { startService } from './demoService.mts';
import { workflowWithPaths } from './demoWorkflow.mts';
import { pictureDifference } from './pictureDifference.mts';

const VIDEO_NAME = 'keyframe-transition.mp4';
const SHEET_NAME = 'contact-sheet.png';
const OUTPUT_FOLDER = path.join(repositoryRoot, 'demo-output');
/** Compression changes a pixel by 1 or 2 of 255 on average; another picture is 30 and more away. */
const LARGEST_DIFFERENCE = 6;
const LONGEST_SIMULATED_RUN_MS = 100_000;

const startedAtMs = Date.now();

function say(line: string): void {
	const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(1).padStart(6);
	console.log(`${seconds} s  ${line}`);
}

function seconds(ms: number): string {
	return `${(ms / 1_000).toFixed(1)} s`;
}

/** The run's outcome, or what went wrong in words of the node. */
function assertSucceeded({ run, error }: EngineResult): void {
	if (run.status === 'success') return;
	const details = [error?.message ?? `The run ended as '${run.status}'`];
	if (error && 'description' in error && error.description) details.push(error.description);
	throw new Error(details.join('\n'));
}

async function makeVideo(workFolder: string): Promise<void> {
	let lastState = '';
	await using service = await startService(process.env, (state) => {
		if (state !== lastState) say(`    task is ${state}`);
		lastState = state;
	});
	console.log(`\n${service.notice}\n`);

	const workflow = await workflowWithPaths(
		path.join(repositoryRoot, 'examples/keyframe-transition.json'),
		repositoryRoot,
		workFolder,
	);
	const engine = await startEngine({
		binaryMode: 'filesystem',
		credentials: { dashScopeApi: service.credential },
	});
	const run = engine.run(workflow, {
		...(service.simulated && { executionTimeoutMs: LONGEST_SIMULATED_RUN_MS }),
		onNodeStart: (name) => say(`▶ ${name}`),
		onNodeEnd: (name, { executionStatus, executionTime }) =>
			say(`${executionStatus === 'success' ? '✔' : '✘'} ${name} (${seconds(executionTime)})`),
	});
	const stop = () => run.stop();
	process.once('SIGINT', stop);
	const result = await run.result;
	process.removeListener('SIGINT', stop);
	assertSucceeded(result);

	const video = await readFile(path.join(workFolder, VIDEO_NAME));
	const facts = await readVideo(video);
	say(
		`▶ Look at the video: ${facts.width}×${facts.height}, ${facts.seconds.toFixed(1)} s, ` +
			`${facts.fps.toFixed(0)} fps, ${facts.codec}, ${facts.hasAudio ? 'with' : 'without'} sound`,
	);
	await writeFile(path.join(workFolder, SHEET_NAME), await contactSheet(video));
	await compareEnds(video, service.simulated);
}

async function compareEnds(video: Buffer, mustMatch: boolean): Promise<void> {
	for (const end of ['first', 'last'] as const) {
		const frame = await readFile(path.join(repositoryRoot, `examples/frames/${end}.png`));
		const difference = await pictureDifference(frame, await extractFrame(video, end));
		const matches = difference <= LARGEST_DIFFERENCE;
		say(
			`${matches ? '✔' : '✘'} ${end} picture differs from ${end}.png by ` +
				`${difference.toFixed(2)} of 255 on average`,
		);
		if (mustMatch && !matches) {
			throw new Error(`The video's ${end} picture is not the ${end} frame.`);
		}
	}
}

async function main(): Promise<void> {
	// Files move to the output folder only when all of them are good.
	await mkdir(OUTPUT_FOLDER, { recursive: true });
	for (const name of await readdir(OUTPUT_FOLDER)) {
		await rm(path.join(OUTPUT_FOLDER, name), { recursive: true });
	}
	const workFolder = await mkdtemp(path.join(OUTPUT_FOLDER, 'unfinished-'));
	try {
		await makeVideo(workFolder);
		for (const name of [VIDEO_NAME, SHEET_NAME]) {
			await rename(path.join(workFolder, name), path.join(OUTPUT_FOLDER, name));
		}
	} finally {
		await rm(workFolder, { recursive: true, force: true });
	}
	console.log(`\nVideo:         ${path.join('demo-output', VIDEO_NAME)}`);
	console.log(`Contact sheet: ${path.join('demo-output', SHEET_NAME)}`);
	console.log(`Took ${seconds(Date.now() - startedAtMs)} in all.`);
}

try {
	await main();
} catch (error) {
	console.error(`\nThe demo did not finish: ${error instanceof Error ? error.message : error}`);
	process.exitCode = 1;
}
