/** What `npm publish` would send; the tests run after the build. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../nodes/WanKeyframeVideo/operations/index.ts';

const root = new URL('../', import.meta.url);
const requireHere = createRequire(import.meta.url);

interface Packed {
	/** Bytes of the archive. */
	readonly size: number;
	readonly files: ReadonlyArray<{ readonly path: string }>;
}

const manifest: {
	readonly n8n: { readonly nodes: readonly string[]; readonly credentials: readonly string[] };
	readonly scripts: Readonly<Record<string, string>>;
	readonly peerDependencies?: unknown;
} & Readonly<Record<string, unknown>> = JSON.parse(
	await readFile(new URL('package.json', root), 'utf8'),
);

const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--dry-run'], { cwd: root });
const [packed]: readonly Packed[] = JSON.parse(stdout);
const paths = (packed?.files ?? []).map(({ path }) => path);

const NODE = 'dist/nodes/WanKeyframeVideo';

describe('the package', () => {
	it('holds the entry, what is built, and what npm always adds', () => {
		const others = paths.filter(
			(path) => !path.startsWith('dist/credentials/') && !path.startsWith('dist/nodes/'),
		);
		const always = ['LICENSE.md', 'README.md', 'index.js', 'package.json'];
		expect(others.filter((path) => !always.includes(path))).toEqual([]);
		expect(others).toEqual(expect.arrayContaining(['LICENSE.md', 'index.js', 'package.json']));
	});

	it('holds compiled code, descriptions and drawings only', () => {
		const built = paths.filter((path) => path.startsWith('dist/'));
		expect(built.filter((path) => !/\.(js|json|svg)$/.test(path))).toEqual([]);
		expect(
			built.filter((path) => /tsbuildinfo|\/package\.json$|test|simulator/.test(path)),
		).toEqual([]);
	});

	it.each([
		`${NODE}/WanKeyframeVideo.node.js`,
		`${NODE}/WanKeyframeVideo.node.json`,
		`${NODE}/WanKeyframeVideoTrigger.node.js`,
		`${NODE}/WanKeyframeVideoTrigger.node.json`,
		`${NODE}/wanKeyframeVideo.svg`,
		`${NODE}/wanKeyframeVideo.dark.svg`,
		// n8n's editor shows what the trigger or an operation gives before its first run.
		`${NODE}/__schema__/v1.0.0.json`,
		...OPERATIONS.map(({ option }) => `${NODE}/__schema__/v1.0.0/${option.value}.json`),
		'dist/credentials/DashScopeApi.credentials.js',
		'dist/credentials/dashScopeApi.svg',
		'dist/credentials/dashScopeApi.dark.svg',
	])('holds %s', (path) => {
		expect(paths).toContain(path);
	});

	// Readable code costs about 0.8 kB a file. What raises this beyond a new feature is likely a mistake.
	it('is an archive below 140 kB', () => {
		expect(packed?.size).toBeGreaterThan(10_000);
		expect(packed?.size).toBeLessThan(140_000);
	});

	it('holds one readable file for each source file, as the compiler wrote it', async () => {
		const sources = globSync(['credentials/**/*.ts', 'nodes/**/*.ts'], {
			cwd: fileURLToPath(root),
		});
		const compiled = paths.filter((path) => path.endsWith('.js') && path !== 'index.js');
		expect(compiled.sort()).toEqual(
			sources.map((path) => `dist/${path.replace(/\.ts$/, '.js')}`).sort(),
		);
		for (const path of compiled) {
			const lines = (await readFile(new URL(path, root), 'utf8')).split('\n');
			expect(Math.max(...lines.map(({ length }) => length)), path).toBeLessThan(1_000);
		}
	});

	it('needs nothing but the n8n that it is installed into', () => {
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
		for (const name of [
			'dependencies',
			'optionalDependencies',
			'bundleDependencies',
			'overrides',
		]) {
			expect(manifest).not.toHaveProperty(name);
		}
	});

	it('runs nothing when it is installed', () => {
		const atInstall = ['preinstall', 'install', 'postinstall', 'prepare'];
		expect(Object.keys(manifest.scripts).filter((name) => atInstall.includes(name))).toEqual([]);
	});

	it('holds what n8n is told to load', () => {
		const { nodes, credentials } = manifest.n8n;
		expect(nodes).toHaveLength(2);
		expect(credentials).toHaveLength(1);
		expect(paths).toEqual(expect.arrayContaining([...nodes, ...credentials]));
	});
});

it('the entry gives the nodes and the credential', () => {
	const entry: Record<string, new () => { description?: { name: string }; name?: string }> =
		requireHere('../index.js');
	const { DashScopeApi, WanKeyframeVideo, WanKeyframeVideoTrigger, ...others } = entry;
	expect(others).toEqual({});
	expect(WanKeyframeVideo && new WanKeyframeVideo().description?.name).toBe('wanKeyframeVideo');
	const trigger = WanKeyframeVideoTrigger && new WanKeyframeVideoTrigger();
	expect(trigger?.description?.name).toBe('wanKeyframeVideoTrigger');
	expect(DashScopeApi && new DashScopeApi().name).toBe('dashScopeApi');
});
