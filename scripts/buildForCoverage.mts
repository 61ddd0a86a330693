/** Compiles the package once more, with source maps, into the folder that the coverage run loads. */
import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../test/repositoryRoot.mts';
import { coveragePackage } from './coveragePackage.mts';

await rm(coveragePackage, { recursive: true, force: true });
// Icons and descriptions are loaded too.
for (const part of ['package.json', 'dist']) {
	await cp(path.join(repositoryRoot, part), path.join(coveragePackage, part), { recursive: true });
}
const tsc = path.join(repositoryRoot, 'node_modules/typescript/bin/tsc');
const outDir = path.join(coveragePackage, 'dist');
await promisify(execFile)(
	process.execPath,
	[tsc, '--outDir', outDir, '--inlineSourceMap', '--inlineSources'],
	{ cwd: repositoryRoot },
);
