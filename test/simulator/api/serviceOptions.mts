import type { TaskError } from '../tasks/taskError.mts';
import type { EncoderSettings } from '../videos/encoderSettings.mts';
import type { FetchFrom } from '../media/fetchMedia.mts';
import type { SimulatedTask } from '../tasks/tasks.mts';

/** A task as it is about to be queued. */
export type PlannedTask = Pick<SimulatedTask, 'id' | 'model' | 'body' | 'video'>;

/** Queueing and run time of a task in ms. */
export interface TaskTimes {
	pendingMs?: number;
	runningMs?: number;
}

/** Limits that replace the documented ones. */
export interface LimitSettings {
	/** Tasks of a limit group that run at once. */
	running?: number;
	/** Tasks of a limit group that wait for the running ones; a create beyond them is refused. */
	queued?: number;
	/** Creates per second of a limit group. */
	createsPerSecond?: number;
	/** Calls per second of each of query, list and cancel; documented: 20. */
	queriesPerSecond?: number;
}

/**
 * The largest `page_size`, and what a larger one leads to: a refusal, or pages of the largest size.
 * Neither is documented.
 */
export interface PageLimit {
	maxSize: number;
	larger: 'refused' | 'reduced';
}

/** How the service differs from the documented one. Times in ms. */
export interface ServiceOptions {
	/** The one accepted key; default `sk-simulator`, at a workspace host `sk-ws-simulator`. */
	key?: string;
	/** The simulator is this workspace's host and refuses ordinary keys; default: a shared host. */
	workspaceId?: string;
	/** How far the service's clock is ahead of the one here; default 0. */
	clockAheadMs?: number;
	/** Service times are divided by it; default 1. */
	speed?: number;
	/** Queueing and run times before `speed`; what is left out is the family's. */
	times?: TaskTimes | ((task: PlannedTask) => TaskTimes);
	/** Why a task fails at its end; default: none does. */
	failWith?: (task: PlannedTask) => TaskError | undefined;
	limits?: LimitSettings;
	/** Default: up to 100 entries, a larger page is refused. */
	listPages?: PageLimit;
	/**
	 * Families that the account has not activated, and where their vendor reports it: the create is
	 * refused, or its task fails.
	 */
	notActivated?: Readonly<Record<string, 'create' | 'task'>>;
	/** What differs from the usual files of the task's model, for all tasks or for each. */
	encoder?: Partial<EncoderSettings> | ((task: PlannedTask) => Partial<EncoderSettings>);
	/** Upper bound of a video's pixel count, for quick tests. */
	maxPixels?: number;
	/** How long the download of a medium may take; default 10,000. */
	downloadMs?: number;
	/** Which hosts it fetches frames from; default `localhost`: tests stay off the network. */
	fetchFrom?: FetchFrom;
	/** Ids beyond the documented ones (fine-tuned models), and the model that each behaves like. */
	aliases?: Readonly<Record<string, string>>;
}

/** The options with all defaults filled in. */
export interface ServiceSettings
	extends Required<Omit<ServiceOptions, 'encoder' | 'times' | 'workspaceId'>> {
	encoder: (task: PlannedTask) => Partial<EncoderSettings>;
	times: (task: PlannedTask) => TaskTimes;
	workspaceId: string | undefined;
}

const DOWNLOAD_MS = 10_000;
const MAX_PAGE_SIZE = 100;

/** Fills in the defaults. */
export function withDefaults({
	encoder = {},
	times = {},
	workspaceId,
	...options
}: ServiceOptions): ServiceSettings {
	return {
		key: workspaceId === undefined ? 'sk-simulator' : 'sk-ws-simulator',
		clockAheadMs: 0,
		speed: 1,
		failWith: () => undefined,
		limits: {},
		listPages: { maxSize: MAX_PAGE_SIZE, larger: 'refused' },
		notActivated: {},
		maxPixels: Infinity,
		downloadMs: DOWNLOAD_MS,
		fetchFrom: 'localhost',
		aliases: {},
		...options,
		workspaceId,
		encoder: typeof encoder === 'function' ? encoder : () => encoder,
		times: typeof times === 'function' ? times : () => times,
	};
}
