/** The unit tests of what `stryker.config.mjs` mutates. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: { include: ['test/models/**/*.test.mts', 'test/tasks/**/*.test.mts'] },
});
