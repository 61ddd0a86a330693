/** How much random tests try: `npm test` a fifth of what `npm run test:deep` does, which CI runs as well. */
export const isDeep = process.env['TEST_DEPTH'] === 'full';

/** So many of so many repetitions. */
export const repetitions = (deep: number): number => (isDeep ? deep : Math.ceil(deep / 5));
