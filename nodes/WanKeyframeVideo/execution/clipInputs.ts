import type { IExecuteFunctions } from 'n8n-workflow';

import type { JoinedClip } from '../models/checkJoin';
import { isStoryboard, type Clip } from '../parameters/clips';
import {
	readCreateInput,
	type CreateEnvironment,
	type CreateInput,
} from '../parameters/createInput';
import { readWaitForCompletion, readWaitOptions, type WaitOptions } from '../parameters/waitFields';
import { joinLines, type ErrorText } from '../util/errorText';
import { ok, type Result } from '../util/result';
import type { CreatedTaskStore } from './createdTaskStore';
import { requestKey } from './createOrReuseTask';
import { timeoutHint, type ItemHint } from './hints';
import { settle, toNodeError } from './itemError';
import type { RunContext } from './runContext';

/**
 * What a clip asks for: a task, and how to wait for it if that is wanted. Read apart, since a clip that
 * has its task is waited for whatever its other parameters are now.
 */
export interface ClipInput {
	readonly clip: Clip;
	readonly create: Result<CreateInput, ErrorText>;
	readonly wait: Result<WaitOptions | undefined, ErrorText>;
}

/**
 * Reads and checks all clips before anything is sent. Unless the node continues on failure, throws for the
 * first that cannot be sent; one that has its task already need not be.
 */
export async function readClipInputs(
	run: RunContext,
	clips: readonly Clip[],
	store: CreatedTaskStore,
): Promise<ClipInput[]> {
	const { ctx } = run;
	const inputs = await readTogether(run, clips);
	const invalid = inputs.flatMap(({ clip, create, wait }) => {
		const isKept = store.find(clip.index)?.isSameExecution === true;
		if (!create.ok && !isKept) return [{ clip, error: create.error }];
		return wait.ok ? [] : [{ clip, error: wait.error }];
	});
	const [firstInvalid, ...otherInvalid] = invalid;
	if (firstInvalid === undefined || ctx.continueOnFail()) return inputs;
	const { clip, error } = firstInvalid;
	const others = otherInvalid.length;
	const noun = isStoryboard(clips) ? 'clip' : 'item';
	const description = joinLines([
		error.description,
		others > 0 && `${others} more of the ${noun}s cannot be sent either.`,
		inputs.length > 1 && `No ${noun} was sent.`,
	]);
	throw toNodeError(ctx, { message: error.message, description }, { clip });
}

/** So many clips are read at once: links are fetched meanwhile, and files are not all open together. */
const CLIPS_READ_AT_ONCE = 4;

async function readTogether(run: RunContext, clips: readonly Clip[]): Promise<ClipInput[]> {
	const { ctx, isServicePublic, links } = run;
	const environment: CreateEnvironment = {
		isServicePublic,
		links,
		frames: new Map(),
		keyframes: new Map(),
	};
	const inputs: ClipInput[] = [];
	const left = clips.entries();
	const readOn = async () => {
		for (const [index, clip] of left) {
			inputs[index] = {
				clip,
				create: await settle(async () => await readCreateInput(ctx, clip, environment)),
				wait: await settle(() => readWait(ctx, clip.from)),
			};
		}
	};
	await Promise.all(Array.from({ length: CLIPS_READ_AT_ONCE }, readOn));
	return inputs;
}

function readWait(
	ctx: IExecuteFunctions,
	itemIndex: number,
): Result<WaitOptions | undefined, ErrorText> {
	const waits = readWaitForCompletion(ctx, itemIndex);
	if (!waits.ok) return waits;
	return waits.value ? readWaitOptions(ctx, itemIndex) : ok(undefined);
}

/**
 * The clips of which a film can be made, if all of them can be sent and are waited for. None where one has
 * its task from an earlier try: then the settings have been checked, and the task is there.
 */
export function clipsToJoin(inputs: readonly ClipInput[], store: CreatedTaskStore): JoinedClip[] {
	const joined = inputs.flatMap(({ clip, create, wait }): JoinedClip[] => {
		if (!create.ok || !wait.ok || wait.value === undefined) return [];
		if (store.find(clip.index)?.isSameExecution) return [];
		const { model, settings, media } = create.value;
		const { from, to } = clip;
		return [
			{
				item: from,
				model,
				settings,
				frames: [
					{ item: from, input: media.firstFrame },
					...(to === undefined ? [] : [{ item: to, input: media.lastFrame }]),
				],
			},
		];
	});
	return joined.length === inputs.length ? joined : [];
}

/** What the user should know before anything is sent, though nothing is wrong. */
export function hintsFor(inputs: readonly ClipInput[], store: CreatedTaskStore): ItemHint[] {
	const waiting = inputs.filter(({ wait }) => wait.ok && wait.value !== undefined).length;
	return inputs.flatMap(({ clip: { index, to }, create, wait }) => {
		const stored = store.find(index);
		const messages: Array<string | undefined> = [];
		if (stored?.isSameExecution) {
			const isEqual = create.ok && stored.isSameRequest(requestKey(create.value));
			messages.push(isEqual ? undefined : KEPT_HINT);
		} else if (create.ok) {
			messages.push(...create.value.hints);
		}
		if (wait.ok) messages.push(wait.value && timeoutHint(waiting, wait.value.timeoutMs));
		return messages.flatMap((message): ItemHint[] =>
			message === undefined ? [] : [{ index, message, ...(to !== undefined && { noun: 'clip' }) }],
		);
	});
}

const KEPT_HINT =
	'The parameters differ from those of the first try of this execution, but its task was kept, so that nothing is paid twice';
