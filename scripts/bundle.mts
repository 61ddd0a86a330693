/** Makes of the node and of the credential one small file each, in place of what tsc compiled: n8n loads and npm publishes these. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { glob } from 'tinyglobby';
import manifest from '../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('..', import.meta.url));
const entries = [...manifest.n8n.nodes, ...manifest.n8n.credentials];

for (const entry of entries) {
	await build({
		absWorkingDir: root,
		// From the sources: compiled modules cannot be merged as tightly.
		entryPoints: [entry.replace(/^dist\//, '').replace(/\.js$/, '.ts')],
		outfile: entry,
		bundle: true,
		minify: true,
		platform: 'node',
		format: 'cjs',
		target: 'node20.19',
		// n8n brings it.
		external: ['n8n-workflow'],
	});
}
for (const file of await glob('dist/**/*.js', { cwd: root, ignore: entries })) {
	await rm(path.join(root, file));
}
for (const file of await glob('dist/**/*.json', { cwd: root, absolute: true })) {
	await writeFile(file, JSON.stringify(JSON.parse(await readFile(file, 'utf8'))));
}
