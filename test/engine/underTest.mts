/** What the engine tests test, and in which n8n: the environment names them (`npm run test:packed` does). */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../repositoryRoot.mts';

/** The folder of the package; if the environment names none, the repository with what was built there. */
export const packageUnderTest = path.resolve(process.env['PACKAGE_UNDER_TEST'] ?? repositoryRoot);

/** The folder whose `node_modules` hold n8n's libraries; if the environment names none, the repository. */
export const n8nFolder = path.resolve(process.env['N8N_UNDER_TEST'] ?? repositoryRoot);

/** Where one of n8n's libraries lies. */
export function n8nLibrary(name: 'n8n-core' | 'n8n-workflow'): string {
	return path.join(n8nFolder, 'node_modules', name);
}

const { version }: { version: string } = JSON.parse(
	readFileSync(path.join(n8nLibrary('n8n-core'), 'package.json'), 'utf8'),
);

/** n8n 1 or 2: its libraries count as n8n itself does. */
export const n8nMajor = Number.parseInt(version, 10);

/** A new folder for a package: Node looks in the folders above, so that it finds n8n's own n8n-workflow. */
export async function newPackageFolder(): Promise<string> {
	const cache = path.join(n8nFolder, '.cache');
	await mkdir(cache, { recursive: true });
	return await mkdtemp(path.join(cache, 'package-'));
}
