/** Writes the tables of models in the documentation from the catalog: `npm run docs:tables`. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../test/repositoryRoot.mts';
import { DOCUMENTS, withModelTable } from './modelTables.mts';

for (const { file, table } of DOCUMENTS) {
	const location = path.join(repositoryRoot, file);
	await writeFile(location, withModelTable(await readFile(location, 'utf8'), table));
}
