import { randomUUID } from 'node:crypto';

import type { JsonObject } from './json.mts';
import type { ServedModel } from './model.mts';
import { MODELS } from './models.mts';
import type { TaskError } from './createBody.mts';
import type { Picture } from './renderVideo.mts';
import type { SimulatedTask, TaskStatus } from './tasks.mts';
import { sizeOf } from './videoPlan.mts';

/** A task to be put into the store; what is left out is made up. Times are Unix times in ms. */
export interface TaskSeed {
	id?: string;
	/** Any id; one that is not served answers as wan2.7 does. */
	model?: string;
	/** Default SUCCEEDED. PENDING and RUNNING last for ever. */
	status?: Exclude<TaskStatus, 'UNKNOWN'>;
	submittedAtMs?: number;
	startedAtMs?: number;
	endedAtMs?: number;
	prompt?: string;
	/** Default 720P. */
	resolution?: string;
	/** Default 5. */
	seconds?: number;
	/** Boolean parameters that differ from the model's defaults. */
	switches?: Readonly<Record<string, boolean>>;
	failure?: TaskError;
	/** Members of `output` and the whole of `usage`, instead of the usual ones. */
	output?: JsonObject;
	usage?: JsonObject;
	first?: Picture;
	last?: Picture;
}

const MADE_UP_PENDING_MS = 1_000;
const MADE_UP_LIFE_MS = 60_000;
const FALLBACK_MODEL = 'wan2.7-i2v';

/** The task that a seed describes, outside of any queue. */
export function seedTask(
	seed: TaskSeed,
	model: ServedModel | undefined,
	maxPixels: number,
	nowMs: number,
): SimulatedTask {
	const status = seed.status ?? 'SUCCEEDED';
	const endedAtMs =
		seed.endedAtMs ??
		(seed.submittedAtMs === undefined
			? nowMs
			: Math.min(nowMs, seed.submittedAtMs + MADE_UP_LIFE_MS));
	const submittedAtMs = seed.submittedAtMs ?? endedAtMs - MADE_UP_LIFE_MS;
	const startedAtMs = seed.startedAtMs ?? Math.min(endedAtMs, submittedAtMs + MADE_UP_PENDING_MS);
	const resolution = seed.resolution ?? '720P';
	const failure = seed.failure ?? { code: 'InternalError.Algo', message: 'Internal error.' };
	return {
		id: seed.id ?? randomUUID(),
		requestId: randomUUID(),
		model: model ?? fallbackModel(seed.model),
		body: undefined,
		video: {
			prompt: seed.prompt ?? '',
			resolution,
			seconds: seed.seconds ?? 5,
			clipSeconds: 0,
			size: sizeOf(resolution, 16 / 9, maxPixels),
			ratio: '16:9',
			switches: { ...model?.switches, ...seed.switches },
			sound: model?.sound === 'always',
			first: seed.first,
			last: seed.last,
		},
		truncated: [],
		submittedAtMs,
		pendingMs: 0,
		runningMs: 0,
		startsAtMs: status === 'PENDING' || status === 'CANCELED' ? Infinity : startedAtMs,
		endsAtMs: status === 'SUCCEEDED' || status === 'FAILED' ? endedAtMs : Infinity,
		queued: false,
		failure: status === 'FAILED' ? { ...failure, when: 'end' } : undefined,
		canceledAtMs: status === 'CANCELED' ? endedAtMs : undefined,
		output: seed.output ?? {},
		usage: seed.usage,
	};
}

function fallbackModel(id: string | undefined): ServedModel {
	const model = MODELS.get(FALLBACK_MODEL);
	if (model === undefined) throw new Error(`${FALLBACK_MODEL} is not served`);
	return { ...model, id: id ?? FALLBACK_MODEL, limits: { ...model.limits, group: id ?? model.id } };
}
