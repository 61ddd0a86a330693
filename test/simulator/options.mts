import type { TaskError } from './createBody.mts';
import type { FetchFrom } from './media.mts';
import type { RecordedRequest } from './recorder.mts';
import type { PageLimit } from './taskList.mts';
import type { SimulatedTask } from './tasks.mts';

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

/** How a simulator differs from the documented service. Times in ms. */
export interface SimulatorOptions {
	/** Default: any that is free. */
	port?: number;
	/** The one key that is accepted; default `sk-simulator`, at a workspace host `sk-ws-simulator`. */
	key?: string;
	/** The simulator is the host of this workspace, and refuses ordinary keys; default: shared host. */
	workspaceId?: string;
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
	/** Upper bound of a video's pixel count, for quick tests. */
	maxPixels?: number;
	/** JSON answers are compressed for clients that accept it; default true. */
	gzip?: boolean;
	/** How long the download of a medium may take; default 10,000. */
	downloadMs?: number;
	/** Whose URLs it fetches frames from; default `localhost`, so that tests leave the network alone. */
	fetchFrom?: FetchFrom;
	/** Ids beyond the documented ones (fine-tuned models), and the model that each behaves like. */
	aliases?: Readonly<Record<string, string>>;
	/** Called with every request once its connection is done with it. */
	onAnswered?: (request: RecordedRequest) => void;
}

/** The options with all defaults filled in. */
export interface Settings extends Required<Omit<SimulatorOptions, 'times' | 'workspaceId'>> {
	times: (task: PlannedTask) => TaskTimes;
	workspaceId: string | undefined;
}

const DOWNLOAD_MS = 10_000;
const MAX_PAGE_SIZE = 100;

/** Fills in the defaults. */
export function settle({ times = {}, workspaceId, ...options }: SimulatorOptions): Settings {
	return {
		port: 0,
		key: workspaceId === undefined ? 'sk-simulator' : 'sk-ws-simulator',
		speed: 1,
		failWith: () => undefined,
		limits: {},
		listPages: { maxSize: MAX_PAGE_SIZE, larger: 'refused' },
		notActivated: {},
		maxPixels: Infinity,
		gzip: true,
		downloadMs: DOWNLOAD_MS,
		fetchFrom: 'localhost',
		aliases: {},
		onAnswered: () => undefined,
		...options,
		workspaceId,
		times: typeof times === 'function' ? times : () => times,
	};
}
