import { fileURLToPath } from 'node:url';

/** Where the bundles lie that the coverage run loads: minified ones cannot be mapped back to lines. */
export const coveragePackage = fileURLToPath(
	new URL('../.cache/coverage-package', import.meta.url),
);
