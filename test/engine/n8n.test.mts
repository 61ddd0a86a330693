/** The package and the n8n that it is installed into: `npm run test:packed` runs this with the packed one, in n8n 1.x and 2.x. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { globSync } from 'tinyglobby';
import ts from 'typescript';
import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { n8nWorkflow } from './n8n.mts';
import { namesTakenFrom } from './namesTakenFrom.mts';
import { n8nFolder, n8nLibrary, packageUnderTest } from './underTest.mts';
import { repositoryRoot } from '../repositoryRoot.mts';

const compiled = [...manifest.n8n.nodes, ...manifest.n8n.credentials].map((file) =>
	path.join(packageUnderTest, file),
);

it.each(compiled)('%s finds the n8n-workflow that n8n-core uses', (file) => {
	expect(createRequire(file)('n8n-workflow')).toBe(n8nWorkflow);
});

/** The build has shown both of the repository's own. */
const isOwn = n8nFolder === path.resolve(repositoryRoot);

it.skipIf(isOwn)('the sources compile against its types', () => {
	const { fileNames, options } = sourcesWith(n8nLibrary('n8n-workflow'));
	const program = ts.createProgram(fileNames, options);

	const libraries = program
		.getSourceFiles()
		.map(({ fileName }) => fileName)
		.filter((name) => name.includes('/n8n-workflow/'));
	expect(libraries).not.toEqual([]);
	expect(libraries.filter((name) => !name.startsWith(n8nLibrary('n8n-workflow')))).toEqual([]);
	expect(ts.getPreEmitDiagnostics(program).map(optionalText)).toEqual([]);
});

it.skipIf(isOwn)('has all that the package uses of n8n-workflow', () => {
	const files = globSync('dist/**/*.js', { cwd: packageUnderTest, absolute: true });
	const used = namesTakenFrom('n8n-workflow', files);

	expect(used).toContain('NodeOperationError');
	expect(used.filter((name) => !(name in n8nWorkflow))).toEqual([]);
});

/** What tsconfig.json compiles, with n8n-workflow from this folder. */
function sourcesWith(library: string): ts.ParsedCommandLine {
	const config = path.join(repositoryRoot, 'tsconfig.json');
	const parsed = ts.getParsedCommandLineOfConfigFile(
		config,
		{ noEmit: true, baseUrl: repositoryRoot, paths: { 'n8n-workflow': [library] } },
		{
			...ts.sys,
			onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
				throw new Error(optionalText(diagnostic));
			},
		},
	);
	if (parsed === undefined) throw new Error(`'${config}' cannot be read`);
	return parsed;
}

function optionalText({ file, start = 0, messageText }: ts.Diagnostic): string {
	const text = ts.flattenDiagnosticMessageText(messageText, '\n');
	if (file === undefined) return text;
	const { line } = file.getLineAndCharacterOfPosition(start);
	return `${path.relative(repositoryRoot, file.fileName)}:${line + 1} ${text}`;
}
