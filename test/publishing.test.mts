/** What stands between the sources and the registry: n8n's verification, licenses, and the workflows that publish. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isDeep } from './depth.mts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly license?: string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly devDependencies?: Readonly<Record<string, string>>;
	readonly scripts?: Readonly<Record<string, string>>;
}

async function manifestIn(folder: string): Promise<Manifest> {
	return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
}

const manifest = await manifestIn(root);

let folder: string;
/** The package as npm unpacks it. */
let unpacked: string;

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'package-'));
	await run('npm', ['pack', '--pack-destination', folder], { cwd: root });
	const [tarball = ''] = await readdir(folder);
	await run('tar', ['-xzf', tarball], { cwd: folder });
	unpacked = path.join(folder, 'package');
});

afterAll(async () => await rm(folder, { recursive: true }));

describe("n8n's verification scanner", () => {
	// In its own tests its rules look at other file names: it must not take these for them. Read once, at its first use.
	beforeAll(() => vi.stubEnv('NODE_ENV', 'production'));
	afterAll(() => vi.unstubAllEnvs());

	// The lint has the same rules for them; this is what n8n's reviewers run.
	it.runIf(isDeep)('passes the sources', async () => {
		expect(await analyzePackage(root, SOURCE_FILE_PATTERNS)).toEqual({ passed: true });
	});

	it('passes what is published', async () => {
		expect(await analyzePackage(unpacked, ['**/*.js', 'package.json'])).toEqual({ passed: true });
	});

	it('would find something', async () => {
		const bad = path.join(folder, 'bad');
		await mkdir(bad);
		await writeFile(path.join(bad, 'bad.js'), 'setTimeout(() => console.log(process.env), 1);');
		const { passed, details } = await analyzePackage(bad);
		expect(passed).toBe(false);
		expect(details).toContain('setTimeout');
	});
});

/** Licenses that ask for nothing but their own text to be kept. */
const FREE_LICENSES = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** The Sustainable Use License is no open-source license: it may be used inside the own business, as tests do. */
const N8N = "n8n's Sustainable Use License; used to build and to test, never published";
const OTHER_LICENSES: Readonly<Record<string, string>> = {
	'@n8n/node-cli': N8N,
	'@n8n/scan-community-package': N8N,
	'n8n-core': N8N,
	'n8n-workflow': N8N,
};

describe('licenses', () => {
	it('of what is published: MIT alone, for there is nothing else in it', async () => {
		const published = await manifestIn(unpacked);
		expect(published.license).toBe('MIT');
		expect(published).not.toHaveProperty('dependencies');
		expect(published).not.toHaveProperty('optionalDependencies');
		const installed = await run('npm', ['ls', '--omit=dev', '--omit=peer', '--json'], {
			cwd: root,
		});
		expect(JSON.parse(installed.stdout)).not.toHaveProperty('dependencies');
	});

	it('of what is published: its files name no foreign module but n8n-workflow', async () => {
		const files = await readdir(unpacked, { recursive: true });
		for (const file of files.filter((name) => name.endsWith('.js'))) {
			const code = await readFile(path.join(unpacked, file), 'utf8');
			const foreign = [...code.matchAll(/require\(["']([^"']+)["']\)/g)]
				.map(([, name = '']) => name)
				.filter((name) => !/^\.\.?\//.test(name) && name !== 'n8n-workflow');
			expect(foreign, file).toEqual([]);
		}
	});

	it.each(Object.keys(manifest.devDependencies ?? {}))('of %s', async (name) => {
		const { license = 'none' } = await manifestIn(path.join(root, 'node_modules', name));
		if (name in OTHER_LICENSES) expect(license).toBe('SEE LICENSE IN LICENSE.md');
		else expect(FREE_LICENSES).toContain(license);
	});

	it('that are listed as odd belong to something in use', () => {
		expect(Object.keys(manifest.devDependencies ?? {})).toEqual(
			expect.arrayContaining(Object.keys(OTHER_LICENSES)),
		);
	});
});

describe('dependencies', () => {
	it.each(Object.entries(manifest.devDependencies ?? {}))('%s is pinned', (_, version) => {
		expect(version).toMatch(/^\d+\.\d+\.\d+(-dev\.[\d.]+)?$/);
	});

	it('come from wherever npm is told to look, and as the lock file knows them', async () => {
		const lock: { packages: Record<string, { resolved?: string; integrity?: string }> } =
			JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
		const packages = Object.entries(lock.packages).filter(([name]) => name !== '');
		expect(packages.length).toBeGreaterThan(100);
		expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
		expect(packages.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
	});
});

describe('workflows', async () => {
	const workflows = path.join(root, '.github/workflows');
	const texts = await Promise.all(
		(await readdir(workflows)).map(
			async (name) => [name, await readFile(path.join(workflows, name), 'utf8')] as const,
		),
	);

	it.each(texts)('%s uses actions by their commits, with the version beside them', (_, text) => {
		const uses = [...text.matchAll(/uses: *(.*)/g)].map(([, action = '']) => action);
		expect(uses.length).toBeGreaterThan(0);
		for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d/);
	});

	it.each(texts)('%s installs without scripts and may write nothing', (_, text) => {
		expect(text).toContain('npm ci --ignore-scripts');
		expect(text).toMatch(/^permissions:/m);
		expect(text).not.toMatch(/(contents|packages|actions): write|write-all|secrets\./);
	});

	it.each(texts)('%s runs scripts that there are', (_, text) => {
		const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
		for (const name of scripts) expect(manifest.scripts).toHaveProperty([name]);
	});

	it('only publishing may sign, and does so with provenance', () => {
		for (const [name, text] of texts) {
			const publishes = name === 'publish.yml';
			expect(text.includes('id-token: write')).toBe(publishes);
			expect(text.includes('npm publish --provenance --access public')).toBe(publishes);
		}
	});
});
