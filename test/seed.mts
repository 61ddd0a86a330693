/** The seed of this run's random tests; `TEST_SEED=… npm run test:run` repeats a run. */
export const seed = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Says it where the test's output is read; every file of random tests calls it once. */
export function printSeed(what: string): void {
	console.log(`${what}: TEST_SEED=${seed}`);
}
