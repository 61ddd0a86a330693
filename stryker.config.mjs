/** Mutation testing of the pure parts, by their unit tests alone: `npm run mutation`. */
export default {
	testRunner: 'vitest',
	vitest: { configFile: 'test/vitest.mutation.config.mts' },
	mutate: ['nodes/WanKeyframeVideo/models/**/*.ts', 'nodes/WanKeyframeVideo/tasks/**/*.ts'],
	// Where a mutant runs for ever.
	timeoutMS: 10_000,
	reporters: ['clear-text', 'progress', 'html'],
	htmlReporter: { fileName: 'coverage/mutation.html' },
	clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
	thresholds: { high: 90, low: 80, break: 80 },
	tempDirName: '.cache/stryker',
	ignorePatterns: ['dist', 'demo-output', 'check-live-output', 'coverage', '.cache'],
};
