import { defineConfig } from 'vitest/config';

/** Tests in a real n8n and a real browser; they download both once, so `npm test` leaves them out. */
export default defineConfig({
	test: {
		include: ['test/e2e/**/*.e2e.mts'],
		globalSetup: ['test/e2e/setup/globalSetup.mts'],
		// Each file has an n8n of its own, and one at a time is enough for a small machine.
		fileParallelism: false,
		testTimeout: 120_000,
		hookTimeout: 60_000,
		reporters: ['default', ['json', { outputFile: '.cache/e2e/test-results.json' }]],
	},
});
