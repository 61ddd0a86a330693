import { defineConfig } from 'vitest/config';
import tests from './vitest.config.mts';

/** Measures instead of asserting; the test runner gives it the virtual time. */
export default defineConfig((environment) => ({
	...tests(environment),
	test: {
		include: ['scripts/bench/bench.mts'],
		testTimeout: 300_000,
		reporters: ['dot'],
		disableConsoleIntercept: true,
	},
}));
