/** Where the things lie that only the tests of the packed package need. */
import path from 'node:path';
import { repositoryRoot } from '../../repositoryRoot.mts';

/** Downloads, and what is built for one run; git, linters and other tests leave it alone. */
export const cacheFolder = path.join(repositoryRoot, '.cache/e2e');

/** n8n's libraries without n8n, and the package installed beside them. */
export const librariesFolder = path.join(repositoryRoot, '.cache/packed');

export const examplesFolder = path.join(repositoryRoot, 'examples');

export const PACKAGE_NAME = 'n8n-nodes-wan-keyframe-video';
export const NODE_TYPE = `${PACKAGE_NAME}.wanKeyframeVideo`;
export const TRIGGER_TYPE = `${PACKAGE_NAME}.wanKeyframeVideoTrigger`;
