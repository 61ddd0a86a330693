/** One-time downloads: an n8n of its own, the Node.js that it needs, a browser, databases, and the libraries of n8n 1. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { runCommand } from './command.mts';
import { downloadsFolder, librariesFolder } from './paths.mts';

/** n8n 2.38 and later need Node.js 24. */
const NODE_VERSION = '24.21.0';
const N8N_VERSION = '2.41.1';
/** The last line of n8n 1, and what `npm view n8n@1.123.81 dependencies` pins of it. */
const OLD_N8N_VERSION = '1.123.81';
const OLD_N8N_LIBRARIES = ['n8n-core@1.122.48', 'n8n-workflow@1.120.31'];
/** npm's default is 2. */
const FETCH_RETRIES = '--fetch-retries=5';

const nodeFolder = path.join(downloadsFolder, 'node');
const n8nFolder = path.join(downloadsFolder, 'n8n');
const nodeBin = path.join(nodeFolder, 'node_modules/.bin');

/** A search path whose `node` is the one that n8n needs. */
export const searchPath = [nodeBin, process.env['PATH']].join(path.delimiter);

type Say = (line: string) => void;

export interface InstalledN8n {
	version: string;
	/** The Node.js that runs it. */
	node: string;
	/** The script that starts it. */
	script: string;
}

/** n8n and its Node.js, downloaded when they are not there yet. */
export async function installN8n(say: Say): Promise<InstalledN8n> {
	await once(nodeFolder, `node ${NODE_VERSION}`, async () => {
		say(`Downloading Node.js ${NODE_VERSION} (once)`);
		// The package's install script fetches the binary for this platform.
		await npmInstall(say, nodeFolder, [`node@${NODE_VERSION}`], '--ignore-scripts=false');
	});
	await once(n8nFolder, `n8n ${N8N_VERSION}, node ${NODE_VERSION}`, async () => {
		say(`Downloading n8n ${N8N_VERSION} (once: about 3 GB, some minutes)`);
		await npmInstall(say, n8nFolder, [`n8n@${N8N_VERSION}`], '--ignore-scripts=true');
		say('Building its database driver (once: about a minute)');
		// The one install script that n8n cannot do without; isolated-vm's would need more than it gives.
		await npm(n8nFolder, ['rebuild', 'sqlite3', '--ignore-scripts=false']);
	});
	return {
		version: N8N_VERSION,
		node: path.join(nodeBin, 'node'),
		script: path.join(n8nFolder, 'node_modules/n8n/bin/n8n'),
	};
}

export interface InstalledLibraries {
	/** The n8n that they belong to. */
	n8n: string;
	/** Its `node_modules` hold them. */
	folder: string;
}

/** The libraries of n8n 1, a tenth of the whole, downloaded when they are not there yet. */
export async function installOldLibraries(say: Say): Promise<InstalledLibraries> {
	const folder = path.join(librariesFolder, OLD_N8N_VERSION);
	await once(folder, OLD_N8N_LIBRARIES.join(', '), async () => {
		say(`Downloading the libraries of n8n ${OLD_N8N_VERSION} (once: about 250 MB)`);
		await npmInstall(say, folder, OLD_N8N_LIBRARIES, '--ignore-scripts=true');
	});
	return { n8n: OLD_N8N_VERSION, folder };
}

/** Chromium's path; Debian's package is installed when it is not there yet. */
export async function installChromium(say: Say): Promise<string> {
	return await installDebian('chromium', 'usr/bin/chromium', say);
}

/** The path of Redis's server, in the same way. Should the system run one of its own, nobody uses it. */
export async function installRedis(say: Say): Promise<string> {
	return await installDebian('redis-server', 'usr/bin/redis-server', say);
}

/** The folder of PostgreSQL's programs, in the same way; Debian keeps each version in a folder of its number. */
export async function installPostgres(say: Say): Promise<string> {
	return path.dirname(await installDebian('postgresql', 'usr/lib/postgresql/*/bin/postgres', say));
}

/** The newest program whose path, without the first slash, matches; the package that has it is installed where needed. */
async function installDebian(name: string, pattern: string, say: Say): Promise<string> {
	const there = await newest(pattern);
	if (there !== undefined) return there;
	say(`Installing Debian's package ${name} (once)`);
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	const retries = ['-o', 'Acquire::Retries=3'];
	await runCommand('apt-get', [...retries, 'update'], { cwd: '/', env });
	const install = ['install', '-y', '--no-install-recommends', name];
	await runCommand('apt-get', [...retries, ...install], { cwd: '/', env });
	const installed = await newest(pattern);
	if (installed === undefined) throw new Error(`Debian's package ${name} has no /${pattern}`);
	return installed;
}

async function newest(pattern: string): Promise<string | undefined> {
	const programs = await glob(pattern, { cwd: '/', absolute: true });
	return programs.sort((one, other) => other.localeCompare(one, 'en', { numeric: true }))[0];
}

async function npmInstall(
	say: Say,
	folder: string,
	packages: readonly string[],
	scripts: string,
): Promise<void> {
	await writeFile(path.join(folder, 'package.json'), '{ "private": true }');
	const install = ['install', ...packages, scripts, '--no-audit', '--no-fund', FETCH_RETRIES];
	try {
		await npm(folder, install);
	} catch (error) {
		// Among thousands of downloads one may fail for good; npm's cache keeps the others.
		say(`${error instanceof Error ? error.message : error}\nTrying once more`);
		await npm(folder, install);
	}
}

async function npm(folder: string, args: readonly string[]): Promise<void> {
	// Started by `npm run`, npm would otherwise take this repository for the place to install to.
	await runCommand('npm', [...args, '--prefix', folder], {
		cwd: folder,
		env: { ...process.env, PATH: searchPath },
	});
}

/** Fills a folder unless it was filled completely before; the stamp is written last. */
async function once(folder: string, stamp: string, fill: () => Promise<void>): Promise<void> {
	const stampFile = path.join(folder, 'complete.txt');
	if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return;
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await fill();
	await writeFile(stampFile, stamp);
}
