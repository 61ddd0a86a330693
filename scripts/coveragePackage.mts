import { fileURLToPath } from 'node:url';

/** The copy of the package that the coverage run loads: its source maps lead back to the sources. */
export const coveragePackage = fileURLToPath(
	new URL('../.cache/coverage-package', import.meta.url),
);
