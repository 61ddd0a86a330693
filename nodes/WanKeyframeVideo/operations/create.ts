import type { INodeExecutionData } from 'n8n-workflow';

import { checkBilledSeconds } from '../execution/billedSeconds';
import {
	clipsToJoin,
	hintsFor,
	inputsOfDryRun,
	isForSending,
	readClipInputs,
} from '../execution/clipInputs';
import { toClipItem } from '../execution/clipItem';
import { createAndWait } from '../execution/createAndWait';
import { createCreatedTaskStore, type CreatedTaskStore } from '../execution/createdTaskStore';
import {
	createOrReuseTask,
	describeStoredTasks,
	registerStoredTasks,
	requestKey,
} from '../execution/createOrReuseTask';
import { createDryRun } from '../execution/dryRun';
import { showHints, type ItemHint } from '../execution/hints';
import { settle, type ItemError, type ItemResult } from '../execution/itemError';
import type { RunContext } from '../execution/runContext';
import { createMediaUploader } from '../execution/mediaUploader';
import { joinFilm } from '../execution/joinFilm';
import { OPERATION_NAMES } from '../execution/operationNames';
import { createLog } from '../execution/runLog';
import { failAllItems, runClips } from '../execution/runItems';
import { checkJoin, joinHints, type JoinedClip } from '../models/checkJoin';
import { isStoryboard, type Clip } from '../parameters/clips';
import { costOptions } from '../parameters/costFields';
import { mediaFields, mediaOptions } from '../parameters/mediaFields';
import { modelFields } from '../parameters/modelFields';
import { optionsField, settingFields, settingOptions } from '../parameters/settingFields';
import { closeLoopField, framesPerItemField, readClips } from '../parameters/storyboardFields';
import {
	readJoinOptions,
	WAIT_FOR_COMPLETION,
	waitFields,
	waitOptions,
} from '../parameters/waitFields';
import { systemClock } from '../util/clock';
import { fail, ok } from '../util/result';
import type { Operation } from './operation';

const show = { operation: ['create'] };
const showWhileWaiting = { ...show, waitForCompletion: [true] };

/** Creates one task per item, and waits for the videos if the user wants that. */
export const create: Operation = {
	option: {
		name: OPERATION_NAMES.create,
		value: 'create',
		action: 'Create video from two frames',
		description: 'Start a task that turns a first and a last frame into a video',
	},

	fields: [
		...modelFields(show),
		framesPerItemField(show),
		...mediaFields(show),
		closeLoopField(show),
		...settingFields('prompt', show),
		...settingFields('resolution', show),
		...settingFields('duration', show),
		{
			displayName: 'Each second of a video that succeeds is billed. A failed task costs nothing.',
			name: 'billingNotice',
			type: 'notice',
			default: '',
			displayOptions: { show },
		},
		{
			displayName: WAIT_FOR_COMPLETION.label,
			name: WAIT_FOR_COMPLETION.name,
			type: 'boolean',
			default: false,
			displayOptions: { show },
			description: `Whether to wait in this node until the video is ready. Otherwise the node returns the task ID at once, for ${OPERATION_NAMES.wait} or ${OPERATION_NAMES.getStatus} later in the workflow.`,
		},
		...waitFields(showWhileWaiting, { hasStoryboard: true }),
		optionsField(show, [
			...settingOptions(),
			...mediaOptions(),
			...costOptions(),
			...waitOptions({ '/waitForCompletion': [true] }),
		]),
	],

	async execute(run) {
		const store = createCreatedTaskStore(run.ctx);
		let hasFailed = true;
		try {
			const items = await createAll(run, store);
			hasFailed = false;
			return items;
		} finally {
			if (hasFailed) store.markFailed();
		}
	},
};

async function createAll(run: RunContext, store: CreatedTaskStore): Promise<INodeExecutionData[]> {
	const { ctx } = run;
	const read = await settle(() => readClips(ctx));
	if (!read.ok) return failAllItems(ctx, read.error, describeStoredTasks(ctx, store));
	const clips = read.value;
	const join = await settle(() => readJoinOptions(ctx, isStoryboard(clips)));
	if (!join.ok) return failAllItems(ctx, join.error, describeStoredTasks(ctx, store));
	registerStoredTasks({ tasks: run.tasks, store }, clips.keys());
	const inputs = await readClipInputs(run, clips, store);
	for (const { clip, create: input } of inputs) {
		if (input.ok) store.adopt(clip.index, () => requestKey(input.value));
	}
	registerStoredTasks({ tasks: run.tasks, store }, clips.keys());
	const film = join.value === undefined ? [] : clipsToJoin(inputs, store);
	const refusal = (join.value && checkJoin(film, join.value)) ?? checkBilledSeconds(inputs, store);
	if (refusal !== undefined) return failAllItems(ctx, refusal, run.tasks.describe(clips));
	showHints(ctx, [...hintsFor(inputs, store), ...filmHints(film)]);
	const dryRun = createDryRun(ctx, inputsOfDryRun(inputs));
	const dependencies = {
		run,
		store,
		uploader: createMediaUploader(run, systemClock),
		onSettled: createLog(run, inputs.filter(isForSending).length),
	};

	const processClip = async (clip: Clip): Promise<ItemResult> => {
		const input = inputs[clip.index];
		if (input === undefined) return fail(NO_INPUT);
		const { create, handling } = input;
		if (!handling.ok) return handling;
		const { dryRun: isDry, wait } = handling.value;
		if (isDry) return create.ok ? ok({ json: await dryRun.show(create.value) }) : create;
		if (wait !== undefined) return await createAndWait(clip.index, create, wait, dependencies);
		const outcome = await createOrReuseTask(clip.index, create, dependencies);
		return outcome.kind === 'created' ? ok({ json: outcome.item }) : fail(outcome.error);
	};
	const finishClip = async (clip: Clip): Promise<ItemResult> => {
		const result = await processClip(clip);
		return result.ok ? ok(toClipItem(result.value, clip, clips.length)) : result;
	};
	const items = await runClips(run, clips, finishClip, () =>
		stoppedMessage(run.tasks.count(), clips),
	);
	return join.value === undefined ? items : await joinFilm(run, clips, items, join.value);
}

/** n8n has no item without its place, but the type of an array does. */
const NO_INPUT: ItemError = { message: 'The item was not read', description: '' };

const filmHints = (film: readonly JoinedClip[]): ItemHint[] =>
	joinHints(film).flatMap(({ items, message }) => items.map((index) => ({ index, message })));

/** Undefined where all clips were sent: then Stop ended the waiting, and the clip says so. */
function stoppedMessage(sent: number, clips: readonly Clip[]): string | undefined {
	if (sent === clips.length) return undefined;
	const noun = isStoryboard(clips) ? 'clips' : 'items';
	return sent === 0
		? 'Creating was canceled before anything was sent'
		: `Creating was canceled after ${sent} of ${clips.length} ${noun} were sent`;
}
