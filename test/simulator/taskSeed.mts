import { randomUUID } from 'node:crypto';

import type { JsonObject } from './json.mts';
import { MODELS, type Model } from './models.mts';
import type { Failure } from './createBody.mts';
import type { Picture } from './renderVideo.mts';
import { TIER_PIXELS, videoSize } from './size.mts';
import type { SimulatedTask, TaskStatus } from './tasks.mts';

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
	tier?: string;
	/** Default 5. */
	seconds?: number;
	failure?: Failure;
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
	model: Model | undefined,
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
	const tier = seed.tier ?? '720P';
	const failure = seed.failure ?? { code: 'InternalError.Algo', message: 'Internal error.' };
	return {
		id: seed.id ?? randomUUID(),
		requestId: randomUUID(),
		model: model ?? fallbackModel(seed.model),
		body: undefined,
		work: {
			prompt: seed.prompt ?? '',
			tier,
			seconds: seed.seconds ?? 5,
			clipSeconds: 0,
			size: videoSize(16 / 9, Math.min(TIER_PIXELS[tier] ?? Infinity, maxPixels)),
			ratio: '16:9',
			switches: model?.switches ?? {},
			sound: model?.sound === 'always',
			first: seed.first,
			last: seed.last,
		},
		cut: [],
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

function fallbackModel(id: string | undefined): Model {
	const model = MODELS.get(FALLBACK_MODEL);
	if (model === undefined) throw new Error(`${FALLBACK_MODEL} is not served`);
	return { ...model, id: id ?? FALLBACK_MODEL, limits: { ...model.limits, group: id ?? model.id } };
}
