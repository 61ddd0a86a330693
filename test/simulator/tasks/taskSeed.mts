import { randomUUID } from 'node:crypto';

import type { EncoderSettings } from '../videos/encoderSettings.mts';
import type { JsonObject } from '../json.mts';
import type { ServedModel } from '../models/model.mts';
import type { TaskError } from './taskError.mts';
import type { Picture } from '../videos/renderVideo.mts';
import type { SimulatedTask, TaskStatus } from './tasks.mts';
import { sizeOf } from '../videos/videoPlan.mts';

/** A task to be put into the store; what is left out is made up. Times are Unix times in ms. */
export interface TaskSeed {
	id?: string;
	/** Any id; one that is not served behaves as wan2.7 does. */
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
	/** Default: where the model's videos always have sound. */
	sound?: boolean;
	/** How the video is encoded where it differs from the model's usual files. */
	encoder?: Partial<EncoderSettings>;
	first?: Picture;
	last?: Picture;
}

const MADE_UP_PENDING_MS = 1_000;
const MADE_UP_LIFE_MS = 60_000;

/** The task that a seed describes, outside of any queue. */
export function seedTask(
	seed: TaskSeed,
	model: ServedModel,
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
		model,
		body: undefined,
		video: {
			prompt: seed.prompt ?? '',
			resolution,
			seconds: seed.seconds ?? 5,
			clipSeconds: 0,
			size: sizeOf(resolution, 16 / 9, maxPixels),
			ratio: '16:9',
			switches: { ...model.switches, ...seed.switches },
			sound: seed.sound ?? model.sound === 'always',
			first: seed.first,
			last: seed.last,
		},
		encoder: { ...model.encoder, ...seed.encoder },
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
