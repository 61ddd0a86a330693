import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { globSync } from 'tinyglobby';
import { defineConfig } from 'vitest/config';
import { coveragePackage } from './scripts/coveragePackage.mts';
import { n8nLibrary } from './test/engine/underTest.mts';

/** The copy of n8n-workflow that n8n-core and the compiled node use; its ES modules do not load in Node. */
const n8nWorkflow = createRequire(import.meta.url).resolve(n8nLibrary('n8n-workflow'));

const filesWith = (text: RegExp): string[] =>
	globSync('test/**/*.test.mts').filter((file) => text.test(readFileSync(file, 'utf8')));

/** Each in a process of its own: they replace modules. */
const ISOLATED = filesWith(/vi\.mock\(/);

/** Tests that try more by chance than `npm test` has time for. */
const DEEP = filesWith(/\/depth\.mts/);

export default defineConfig(({ mode }) => ({
	resolve: { alias: { 'n8n-workflow': n8nWorkflow } },
	test: {
		projects: [
			{
				extends: true,
				test: {
					name: 'shared',
					isolate: false,
					include: mode === 'deep' ? DEEP : ['test/**/*.test.mts'],
					exclude: ISOLATED,
					setupFiles: ['test/reloadPackage.mts'],
				},
			},
			...(mode === 'deep'
				? []
				: [{ extends: true, test: { name: 'isolated', include: ISOLATED } }]),
		],
		// Rendering a video takes a core for seconds, and CI has two.
		testTimeout: 30_000,
		hookTimeout: 30_000,
		// One more than CI has cores: a test that waits for I/O uses none.
		maxWorkers: 3,
		// Executions leave much that is short-lived: with Node's own 16 MB the tests need a tenth more time (measured).
		execArgv: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
		reporters: [
			'default',
			['json', { outputFile: process.env['TEST_RESULTS'] ?? `.cache/${mode}-results.json` }],
		],
		...(mode === 'deep' && { env: { TEST_DEPTH: 'full' } }),
		...(mode === 'coverage' && {
			env: { PACKAGE_UNDER_TEST: coveragePackage },
			coverage: {
				enabled: true,
				provider: 'v8' as const,
				// The engine runs compiled files; their source maps lead back to the sources.
				include: ['nodes/**/*.ts', 'credentials/**/*.ts', '.cache/coverage-package/dist/**/*.js'],
				reporter: ['text', 'html', 'json', 'json-summary'],
				thresholds: { lines: 95, branches: 90 },
			},
		}),
	},
}));
