/** Where the things lie that only the tests of the packed package need. */
import { homedir } from 'node:os';
import path from 'node:path';
import { repositoryRoot } from '../../repositoryRoot.mts';

export const PACKAGE_NAME = 'n8n-nodes-wan-keyframe-video';

/** What is built for one run; git, linters and other tests leave it alone. */
export const cacheFolder = path.join(repositoryRoot, '.cache/e2e');

/**
 * Downloads, for all clones of the repository. Outside of it, since `n8n-node build` searches all folders
 * for pictures: with n8n's own 3 GB in one of them it takes a minute longer.
 */
export const downloadsFolder = path.join(
	process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'),
	PACKAGE_NAME,
);

/** n8n's libraries without n8n, and the package installed beside them. */
export const librariesFolder = path.join(downloadsFolder, 'libraries');

export const examplesFolder = path.join(repositoryRoot, 'examples');

export const NODE_TYPE = `${PACKAGE_NAME}.wanKeyframeVideo`;
export const TRIGGER_TYPE = `${PACKAGE_NAME}.wanKeyframeVideoTrigger`;
