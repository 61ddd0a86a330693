/**
 * Makes of the node and of the credential one small file each, in place of what tsc compiled: n8n loads and npm
 * publishes these. With --coverage it makes readable ones with source maps beside them, which the coverage run loads.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { minify } from 'terser';
import { glob } from 'tinyglobby';
import manifest from '../package.json' with { type: 'json' };
import { coveragePackage } from './coveragePackage.mts';

const root = fileURLToPath(new URL('..', import.meta.url));
const entries = [...manifest.n8n.nodes, ...manifest.n8n.credentials];

async function bundleInto(folder: string, options: BuildOptions): Promise<void> {
	for (const entry of entries) {
		await build({
			absWorkingDir: root,
			// From the sources: compiled modules cannot be merged as tightly.
			entryPoints: [entry.replace(/^dist\//, '').replace(/\.js$/, '.ts')],
			outfile: path.join(folder, entry),
			bundle: true,
			platform: 'node',
			format: 'cjs',
			target: 'node20.19',
			// n8n brings it.
			external: ['n8n-workflow'],
			...options,
		});
	}
}

/** A second look at what is minified already keeps the package below 100 kB. */
async function squeeze(file: string): Promise<void> {
	const { code } = await minify(await readFile(file, 'utf8'), {
		ecma: 2020,
		toplevel: true,
		compress: { passes: 3, pure_getters: true, unsafe_arrows: true, keep_fargs: false },
	});
	if (code === undefined) throw new Error(`Nothing is left of ${file}`);
	await writeFile(file, code);
}

if (process.argv.includes('--coverage')) {
	await rm(coveragePackage, { recursive: true, force: true });
	// Icons and descriptions are loaded too.
	for (const part of ['package.json', 'dist']) {
		await cp(path.join(root, part), path.join(coveragePackage, part), { recursive: true });
	}
	await bundleInto(coveragePackage, { sourcemap: 'inline' });
} else {
	await bundleInto(root, { minify: true });
	for (const entry of entries) await squeeze(path.join(root, entry));
	for (const file of await glob('dist/**/*.js', { cwd: root, ignore: entries })) {
		await rm(path.join(root, file));
	}
	for (const file of await glob('dist/**/*.json', { cwd: root, absolute: true })) {
		await writeFile(file, JSON.stringify(JSON.parse(await readFile(file, 'utf8'))));
	}
}
