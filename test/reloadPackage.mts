/**
 * Runs before each test file. A worker keeps n8n's libraries for all its files, since they take seconds to load; the
 * compiled package is loaded anew, so that what it remembers for the process does not pass from one file to the next.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { packageUnderTest } from './engine/underTest.mts';

const { cache } = createRequire(import.meta.url);
const compiled = path.join(packageUnderTest, 'dist');
for (const file of Object.keys(cache)) if (file.startsWith(compiled)) delete cache[file];
