/** Runs the engine tests on the packed package, in n8n 1 and in n8n 2. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installPackage } from '../test/e2e/setup/communityPackage.mts';
import { type InstalledLibraries, installOldLibraries } from '../test/e2e/setup/install.mts';
import { repositoryRoot } from '../test/repositoryRoot.mts';
import manifest from '../package.json' with { type: 'json' };

const HELP = `Packs the package, installs it as n8n does, and runs the engine tests on it in n8n 1 and in n8n 2.

Usage: npm run test:packed -- [options]

  --only 1|2   only in this n8n
  --help       this text
`;

interface TestCounts {
	readonly numPassedTests: number;
	readonly numFailedTests: number;
	readonly numTotalTests: number;
}

/** Gives a line that says how it went. */
async function testIn({ n8n, folder }: InstalledLibraries): Promise<string> {
	const startedAtMs = performance.now();
	// Node looks for n8n's libraries in the folders above; another clone may test at the same time.
	const cache = path.join(folder, '.cache');
	await mkdir(cache, { recursive: true });
	const userFolder = await mkdtemp(path.join(cache, 'packed-'));
	const packageFolder = await installPackage(userFolder);
	const resultFile = path.join(userFolder, 'test-results.json');

	console.log(`\nThe packed package in n8n ${n8n}`);
	const code = await runTests(
		['test/engine', 'test/operations', 'test/parameters', 'test/execution', 'test/credentials'],
		{
			N8N_UNDER_TEST: folder,
			PACKAGE_UNDER_TEST: packageFolder,
			TEST_RESULTS: resultFile,
		},
	);
	if (code !== 0) process.exitCode = 1;

	const counts: TestCounts = JSON.parse(await readFile(resultFile, 'utf8'));
	await rm(userFolder, { recursive: true, force: true });
	const others = counts.numTotalTests - counts.numPassedTests - counts.numFailedTests;
	return [
		`n8n ${n8n}: ${counts.numPassedTests} passed, ${counts.numFailedTests} failed`,
		others > 0 && `${others} not run`,
		`${Math.round((performance.now() - startedAtMs) / 1_000)} s`,
	]
		.filter((part) => part !== false)
		.join(', ');
}

async function runTests(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number | null> {
	const vitest = path.join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
	const child = spawn(process.execPath, [vitest, 'run', ...args], {
		cwd: repositoryRoot,
		env: { ...process.env, ...env },
		stdio: 'inherit',
	});
	return await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { only: { type: 'string' }, help: { type: 'boolean', default: false } },
	});
	if (values.help) {
		console.log(HELP);
		return;
	}
	const { only } = values;
	if (only !== undefined && only !== '1' && only !== '2') {
		throw new Error(`--only must be 1 or 2, not "${only}".`);
	}
	const lines: string[] = [];
	if (only !== '2') lines.push(await testIn(await installOldLibraries(console.log)));
	if (only !== '1') {
		// The repository's own: n8n and n8n-core share their numbers since n8n 2.
		const n8n = manifest.devDependencies['n8n-core'];
		lines.push(await testIn({ n8n, folder: repositoryRoot }));
	}
	console.log(`\n${lines.join('\n')}`);
}

try {
	await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
