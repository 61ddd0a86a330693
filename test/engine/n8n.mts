/**
 * The n8n libraries exactly as n8n-core itself sees them. n8n-workflow is published twice (ESM and
 * CommonJS) and @n8n/di is installed in two versions; with the wrong copy, errors are no longer
 * `instanceof` each other and the dependency container is empty.
 */
import './environment.mts';
import { createRequire } from 'node:module';
import path from 'node:path';
import { n8nLibrary } from './underTest.mts';

const requireFromCore = createRequire(path.join(n8nLibrary('n8n-core'), 'package.json'));

export const n8nCore: typeof import('n8n-core') = requireFromCore(n8nLibrary('n8n-core'));
export const n8nWorkflow: typeof import('n8n-workflow') = requireFromCore('n8n-workflow');
export const { Container }: typeof import('@n8n/di') = requireFromCore('@n8n/di');
export const { Logger }: typeof import('@n8n/backend-common') =
	requireFromCore('@n8n/backend-common');
