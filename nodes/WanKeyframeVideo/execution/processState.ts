import { createAccountLimitsRegistry } from '../dashscope/rateLimits';
import { createDownloadSlots } from '../media/download';
import { createFetchSlots } from '../media/fetchLink';
import { createRunTimes } from '../tasks/runTimes';
import { createTriggerMemory } from '../tasks/triggerMemory';
import { systemClock } from '../util/clock';
import { createTriggerDownloads } from './triggerDownloads';

/**
 * What all executions of this n8n process share. The only state of the package that outlives an
 * execution; it holds no secrets and is bounded in size.
 */
export const processState = {
	/** How long tasks ran, so that the next ones are asked for when they are likely to end. */
	runTimes: createRunTimes(),
	/**
	 * Rate limits and page sizes by account: the service counts all calls of an account together.
	 */
	accountLimits: createAccountLimitsRegistry(systemClock),
	/** Few videos are downloaded at once: the network and the disk are those of the whole process. */
	downloadSlots: createDownloadSlots(),
	/** Which polls of triggers are under way: n8n lets them overlap (docs/n8n-facts.md). */
	triggers: createTriggerMemory(),
	/** Videos of triggers that take longer to download than a poll may take. */
	triggerDownloads: createTriggerDownloads(),
	/** Pictures of links are fetched a few at once. */
	fetchSlots: createFetchSlots(),
};
