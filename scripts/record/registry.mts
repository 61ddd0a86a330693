/** npm's registry on this machine, with this package in it as `npm pack` makes it, and no other. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fastify from 'fastify';
import { runCommand } from '../../test/e2e/setup/command.mts';
import type { HostListeners } from '../../test/e2e/setup/internetHosts.mts';
import { repositoryRoot } from '../../test/repositoryRoot.mts';
import manifest from '../../package.json' with { type: 'json' };

const HOST = 'registry.npmjs.org';

/** What answers under the registry's address. */
export async function makeRegistry(): Promise<HostListeners> {
	const tarball = await pack();
	const { name, version } = manifest;
	const release = {
		...manifest,
		dist: {
			tarball: `https://${HOST}/${name}/-/${name}-${version}.tgz`,
			integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
		},
	};
	const app = fastify();
	app.get(`/${name}`, async () => ({
		name,
		'dist-tags': { latest: version },
		versions: { [version]: release },
	}));
	app.get(`/${name}/latest`, async () => release);
	app.get(`/${name}/-/:file`, async (_, reply) => reply.send(tarball));
	await app.ready();
	return { [HOST]: (request, response) => app.routing(request, response) };
}

async function pack(): Promise<Buffer> {
	const folder = await mkdtemp(path.join(tmpdir(), 'pack-'));
	try {
		const args = ['pack', '--ignore-scripts', '--pack-destination', folder];
		await runCommand('npm', args, { cwd: repositoryRoot });
		const [file = ''] = await readdir(folder);
		return await readFile(path.join(folder, file));
	} finally {
		await rm(folder, { recursive: true });
	}
}
