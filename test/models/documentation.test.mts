import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../nodes/WanKeyframeVideo/models/catalog.ts';
import { PRICES, WITHOUT_PRICE } from '../../scripts/prices.mts';
import { DOCUMENTS, withModelTable } from '../../scripts/modelTables.mts';
import { repositoryRoot } from '../repositoryRoot.mts';
import { MODELS } from '../simulator/index.mts';

const read = async (file: string) => await readFile(path.join(repositoryRoot, file), 'utf8');

describe('the tables of models in the documentation', () => {
	it.each(DOCUMENTS)(
		'are those of the catalog in $file (npm run docs:tables)',
		async ({ file, table }) => {
			const document = await read(file);
			expect(document).toBe(withModelTable(document, table));
		},
	);

	it('name every model', async () => {
		const readme = await read('README.md');
		for (const { models } of FAMILIES) {
			for (const { id } of models) expect(readme, id).toContain(`\`${id}\``);
		}
	});
});

it('every model has its facts in docs/service-facts.md', async () => {
	const facts = await read('docs/service-facts.md');
	for (const { models } of FAMILIES) {
		for (const { id } of models) expect(facts, id).toContain(`\`${id}\``);
	}
});

describe('a new family is missing in no other place', () => {
	const ids = FAMILIES.flatMap(({ models }) => models.map(({ id }) => id));

	it.each(ids)('the price of %s is known, or known to be missing (scripts/prices.mts)', (id) => {
		expect([...Object.keys(PRICES), ...WITHOUT_PRICE]).toContain(id);
	});

	it.each(ids)('the simulator serves %s (test/simulator/models/models.mts)', (id) => {
		expect([...MODELS.keys()]).toContain(id);
	});
});

it('vendors are named in the table and nowhere else in the node', async () => {
	const vendors = /pixverse|kling|vidu|minimax|happyhorse/i;
	const { glob } = await import('tinyglobby');
	const sources = await glob('nodes/**/*.ts', { cwd: repositoryRoot });
	const naming = [];
	for (const file of sources) if (vendors.test(await read(file))) naming.push(file);
	expect(naming).toEqual(['nodes/WanKeyframeVideo/models/catalog.ts']);
});
