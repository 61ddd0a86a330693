import type { IExecuteFunctions } from 'n8n-workflow';

import { isCreateOutcomeUnknown, type ApiError } from '../dashscope/apiError';
import type { CreatedTask } from '../dashscope/client';
import { buildRequest } from '../models/buildRequest';
import { presentMedia } from '../models/mediaInput';
import { defaultOf } from '../models/settings';
import { itemClips } from '../parameters/clips';
import type { CreateInput } from '../parameters/createInput';
import type { RunTimeKey } from '../tasks/runTimes';
import type { ErrorText } from '../util/errorText';
import { optional } from '../util/optional';
import type { Result } from '../util/result';
import {
	createCreatedTaskStore,
	type CreatedItem,
	type CreatedTaskStore,
	type CreateOutcome,
} from './createdTaskStore';
import { saveTaskIds } from './customData';
import { fromApiError, type ItemError } from './itemError';
import type { MediaUploader } from './mediaUploader';
import { OPERATION_NAMES } from './operationNames';
import { processState } from './processState';
import type { RunContext } from './runContext';
import { createRunTasks, type RunTasks } from './runTasks';

/** What creating needs beside the run itself. */
export interface CreateDependencies {
	readonly run: RunContext;
	readonly store: CreatedTaskStore;
	readonly uploader: MediaUploader;
	/** Called with each item that has its task, or will get none. */
	readonly onSettled: (index: number) => void;
}

/**
 * The task of the clip at this place. One that an earlier try of this execution created is kept, or its unknown outcome,
 * whatever the parameters are now: an expression that gives another value each time must not pay again.
 * n8n's own Retry is another execution: there it is kept only for an equal request.
 */
export async function createOrReuseTask(
	index: number,
	input: Result<CreateInput, ErrorText>,
	dependencies: CreateDependencies,
): Promise<CreateOutcome> {
	try {
		return await reuseOrCreate(index, input, dependencies);
	} finally {
		dependencies.onSettled(index);
	}
}

async function reuseOrCreate(
	index: number,
	input: Result<CreateInput, ErrorText>,
	dependencies: CreateDependencies,
): Promise<CreateOutcome> {
	const { run, store } = dependencies;
	const stored = store.find(index);
	if (stored?.isSameExecution) return recordOutcome(index, stored.outcome, run.tasks);
	if (!input.ok) return { kind: 'refused', error: input.error };
	const request = requestKey(input.value);
	if (stored?.isSameRequest(request)) {
		// Kept for this execution too, so that its own retries go by the item's place.
		store.save(index, request, stored.outcome);
		if (stored.outcome.kind === 'created') saveTaskIds(run.ctx, [stored.outcome.item.taskId]);
		return recordOutcome(index, stored.outcome, run.tasks);
	}
	const outcome = await createTask(input.value, dependencies);
	if (outcome.kind === 'refused') return outcome;
	store.save(index, request, outcome);
	if (outcome.kind === 'created') {
		const { taskId } = outcome.item;
		saveTaskIds(run.ctx, [taskId]);
		processState.runTimes.track(taskId, runTimeKey(input.value));
		// n8n may have saved the stopped execution already: the log is then the only place that has the ID.
		if (run.isStopped()) {
			run.ctx.logger.info(`DashScope created the task ${taskId} while the execution was stopped`, {
				taskId,
				index,
			});
		}
	}
	return recordOutcome(index, outcome, run.tasks);
}

/**
 * Identifies what the item asks for, to tell whether it asks for the same again. Not the request's body: a
 * file that is uploaded gets another name each time.
 */
export function requestKey({ model, settings, media }: CreateInput): string {
	const sources = presentMedia(media).map(({ role, input }) => [
		role,
		input.kind === 'binary' ? input.file.identity : input.url,
	]);
	return JSON.stringify([model.id, model.family.path, settings, sources]);
}

/** Lets the run know the tasks of earlier tries, before anything can fail it. */
export function registerStoredTasks(
	{ tasks, store }: { readonly tasks: RunTasks; readonly store: CreatedTaskStore },
	indexes: Iterable<number>,
): void {
	for (const index of indexes) {
		const stored = store.find(index);
		if (stored?.isSameExecution) recordOutcome(index, stored.outcome, tasks);
	}
}

/** Names the tasks of earlier tries of this execution, for a try that fails before it knows its clips. */
export function describeStoredTasks(
	ctx: IExecuteFunctions,
	store = createCreatedTaskStore(ctx),
): string {
	const tasks = createRunTasks();
	const clips = itemClips(ctx.getInputData().length);
	registerStoredTasks({ tasks, store }, clips.keys());
	return tasks.describe(clips);
}

/** The outcome, known to the run as well. */
function recordOutcome<T extends CreateOutcome>(index: number, outcome: T, tasks: RunTasks): T {
	if (outcome.kind === 'created') {
		tasks.set(index, outcome.item.taskId, outcome.item.status);
	} else tasks.setOutcomeUnknown(index);
	return outcome;
}

async function createTask(
	input: CreateInput,
	{ run, uploader }: CreateDependencies,
): Promise<CreateOutcome> {
	const { model, settings } = input;
	const { client, signal } = run;
	if (signal.aborted) return NOT_SENT;
	const media = await uploader.send(model, input.media);
	if (!media.ok) return { kind: 'refused', error: media.error };
	const answer = await client.createTask(
		model.family.path,
		async () => buildRequest(model, settings, await media.value()).body,
		{ limit: model.rateLimit, signal },
	);
	return answer.ok
		? { kind: 'created', item: toCreatedItem(input, answer.value) }
		: failed(answer.error);
}

function failed(error: ApiError): CreateOutcome {
	if (error.kind === 'canceled') return NOT_SENT;
	return isCreateOutcomeUnknown(error)
		? {
				kind: 'outcomeUnknown',
				error: fromApiError(error, {
					onlyAdvice: `A task may have been created all the same, so this execution does not send it again, also not under Retry On Fail. Look for it with the operation '${OPERATION_NAMES.getMany}' before you create it in a new execution.`,
				}),
			}
		: { kind: 'refused', error: fromApiError(error) };
}

const NOT_SENT: CreateOutcome & { readonly error: ItemError } = {
	kind: 'refused',
	error: {
		message: 'Creating was canceled before this item was sent',
		description: 'Nothing was sent for it and nothing is billed.',
	},
};

function toCreatedItem(
	{ model, expectedVideo }: CreateInput,
	{ taskId, status, requestId }: CreatedTask,
): CreatedItem {
	return {
		taskId,
		status,
		model: model.id,
		...optional('requestId', requestId),
		...(expectedVideo && { expectedVideo: { ...expectedVideo } }),
	};
}

/** What the run time of the item's task depends on: a setting that is not set has the model's default. */
function runTimeKey({ model, settings }: CreateInput): RunTimeKey {
	const valueOf = (name: 'resolution' | 'duration'): string =>
		String(settings[name] ?? defaultOf(model.settings[name]) ?? '');
	return {
		model: model.id,
		resolution: valueOf('resolution'),
		seconds: valueOf('duration'),
	};
}
