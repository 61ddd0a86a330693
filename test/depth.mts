/**
 * Whether tests that have more to try than `npm test` has time for try all of it: `npm run test:deep` does, and CI runs
 * that as well.
 */
export const isDeep = process.env['TEST_DEPTH'] === 'full';

/** How often a random test is repeated, of its repetitions in a deep run: a fifth of them in `npm test`. */
export const repetitions = (deep: number): number => (isDeep ? deep : Math.ceil(deep / 5));
