/** The package as npm would publish it, put where n8n's installer of community packages puts it. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.mts';
import { searchPath } from './install.mts';
import { cacheFolder, PACKAGE_NAME } from './paths.mts';
import { repositoryRoot } from '../../repositoryRoot.mts';

/** What n8n's installer takes out of a package before it installs the package's dependencies. */
const STRIPPED = ['devDependencies', 'peerDependencies', 'optionalDependencies'];

/**
 * Packs the package and installs it into a user folder: the steps of n8n's own installer, without a registry.
 * Gives the package's folder.
 */
export async function installPackage(userFolder: string): Promise<string> {
	const nodesFolder = path.join(userFolder, '.n8n/nodes');
	const packageFolder = path.join(nodesFolder, 'node_modules', PACKAGE_NAME);
	await mkdir(packageFolder, { recursive: true });
	await unpackTarball(packageFolder);
	const version = await stripManifest(path.join(packageFolder, 'package.json'));
	const install = ['install', '--offline', '--audit=false', '--fund=false', '--bin-links=false'];
	const shallow = ['--install-strategy=shallow', '--ignore-scripts=true', '--package-lock=false'];
	await runCommand('npm', [...install, ...shallow, '--prefix', packageFolder], {
		cwd: packageFolder,
		env: { ...process.env, PATH: searchPath },
	});
	await writeFile(
		path.join(nodesFolder, 'package.json'),
		JSON.stringify({
			name: 'installed-nodes',
			private: true,
			dependencies: { [PACKAGE_NAME]: version },
		}),
	);
	return packageFolder;
}

async function unpackTarball(packageFolder: string): Promise<void> {
	await mkdir(cacheFolder, { recursive: true });
	const folder = await mkdtemp(path.join(cacheFolder, 'pack-'));
	try {
		const pack = ['pack', '--ignore-scripts', '--pack-destination', folder];
		await runCommand('npm', pack, { cwd: repositoryRoot });
		const [tarball] = await readdir(folder);
		if (tarball === undefined) throw new Error('npm pack made no tarball');
		const unpack = ['-xzf', path.join(folder, tarball), '-C', packageFolder];
		await runCommand('tar', [...unpack, '--strip-components=1'], { cwd: folder });
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** Gives the package's version. */
async function stripManifest(file: string): Promise<unknown> {
	const manifest = new Map<string, unknown>(
		Object.entries(JSON.parse(await readFile(file, 'utf8'))),
	);
	for (const key of STRIPPED) manifest.delete(key);
	await writeFile(file, JSON.stringify(Object.fromEntries(manifest), null, 2));
	return manifest.get('version');
}
