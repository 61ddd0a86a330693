/** The package by which the harness itself is tested. */
import { cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { newPackageFolder } from './underTest.mts';

/** Puts the package where it finds n8n-workflow until the file's tests are done; call it at top level. */
export async function putProbePackage(): Promise<string> {
	const folder = await newPackageFolder();
	afterAll(async () => await rm(folder, { recursive: true }));
	const source = fileURLToPath(new URL('fixtures/probe-package', import.meta.url));
	await cp(source, folder, { recursive: true });
	return folder;
}
