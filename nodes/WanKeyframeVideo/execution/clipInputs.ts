import type { IExecuteFunctions } from 'n8n-workflow';

import type { JoinedClip } from '../models/checkJoin';
import { isStoryboard, type Clip } from '../parameters/clips';
import {
	readCreateInput,
	type CreateEnvironment,
	type CreateInput,
} from '../parameters/createInput';
import { issuesToErrorText } from '../parameters/issueText';
import { costOptionsFrom, type CostOptions } from '../parameters/costFields';
import { readParameters } from '../parameters/readParameter';
import { readWaitForCompletion, readWaitOptions, type WaitOptions } from '../parameters/waitFields';
import { joinLines, type ErrorText } from '../util/errorText';
import { fail, ok, type Result } from '../util/result';
import type { CreatedTaskStore } from './createdTaskStore';
import { requestKey } from './createOrReuseTask';
import { timeoutHint, type ItemHint } from './hints';
import { settle, toNodeError } from './itemError';
import type { RunContext } from './runContext';

/**
 * What a clip asks for: a task, and what becomes of it. Read apart, since a clip that has its task is
 * waited for whatever its other parameters are now.
 */
export interface ClipInput {
	readonly clip: Clip;
	readonly create: Result<CreateInput, ErrorText>;
	readonly handling: Result<Handling, ErrorText>;
}

/** What becomes of a clip's task. */
interface Handling extends CostOptions {
	/** Absent where the task is not waited for. */
	readonly wait: WaitOptions | undefined;
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
	const invalid = inputs.flatMap(({ clip, create, handling }) => {
		const isKept = store.find(clip.index)?.isSameExecution === true;
		if (!create.ok && !isKept) return [{ clip, error: create.error }];
		return handling.ok ? [] : [{ clip, error: handling.error }];
	});
	const [firstInvalid, ...otherInvalid] = invalid;
	if (firstInvalid === undefined || ctx.continueOnFail()) return inputs;
	const { clip, error } = firstInvalid;
	const others = otherInvalid.length;
	const noun = isStoryboard(clips) ? 'clip' : 'item';
	const description = joinLines([
		error.description,
		others > 0 && `${others} more of the ${noun}s cannot be sent either.`,
		inputs.length > 1 && run.tasks.count() === 0 && `No ${noun} was sent.`,
	]);
	const tasks = run.tasks.describe(clips);
	throw toNodeError(ctx, { message: error.message, description }, { clip, tasks });
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
				handling: await settle(() => readHandling(ctx, clip.from)),
			};
		}
	};
	await Promise.all(Array.from({ length: CLIPS_READ_AT_ONCE }, readOn));
	return inputs;
}

function readHandling(ctx: IExecuteFunctions, itemIndex: number): Result<Handling, ErrorText> {
	const cost = readParameters(ctx, itemIndex, (read) => costOptionsFrom(ctx, read));
	if (!cost.ok) return fail(issuesToErrorText(cost.error));
	const waits = readWaitForCompletion(ctx, itemIndex);
	if (!waits.ok) return waits;
	const wait = waits.value ? readWaitOptions(ctx, itemIndex) : ok(undefined);
	return wait.ok ? ok({ ...cost.value, wait: wait.value }) : wait;
}

/**
 * The clips of which a film can be made, if all of them can be sent and are waited for. None where one has
 * its task from an earlier try: then the settings have been checked, and the task is there.
 */
export function clipsToJoin(inputs: readonly ClipInput[], store: CreatedTaskStore): JoinedClip[] {
	const joined = inputs.flatMap(({ clip, create, handling }): JoinedClip[] => {
		if (!create.ok || !handling.ok || handling.value.wait === undefined) return [];
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

/** False for a clip that is only to be shown, or whose handling cannot be read. */
export const isForSending = ({ handling }: ClipInput): boolean =>
	handling.ok && !handling.value.dryRun;

/** What the clips would send that are only to be shown. */
export const inputsOfDryRun = (inputs: readonly ClipInput[]): CreateInput[] =>
	inputs.flatMap(({ create, handling }) =>
		create.ok && handling.ok && handling.value.dryRun ? [create.value] : [],
	);

/** What the user should know before anything is sent, though nothing is wrong. */
export function hintsFor(inputs: readonly ClipInput[], store: CreatedTaskStore): ItemHint[] {
	const waitOf = ({ handling }: ClipInput) => (handling.ok ? handling.value.wait : undefined);
	const waiting = inputs.filter((input) => waitOf(input) !== undefined).length;
	return inputs.flatMap((input) => {
		const { clip, create } = input;
		const { index, to } = clip;
		const wait = waitOf(input);
		const stored = store.find(index);
		const messages: Array<string | undefined> = [];
		if (stored?.isSameExecution) {
			const isEqual = create.ok && stored.isSameRequest(requestKey(create.value));
			messages.push(isEqual ? undefined : REUSED_HINT);
		} else if (create.ok) {
			messages.push(...create.value.hints);
		}
		messages.push(wait && timeoutHint(waiting, wait.timeoutMs));
		return messages.flatMap((message): ItemHint[] =>
			message === undefined ? [] : [{ index, message, ...(to !== undefined && { noun: 'clip' }) }],
		);
	});
}

const REUSED_HINT =
	'The parameters differ from those of the first try of this execution, but its task was kept, so that nothing is paid twice';
