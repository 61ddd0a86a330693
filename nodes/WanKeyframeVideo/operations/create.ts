import type { IExecuteFunctions } from 'n8n-workflow';

import { createAndWait } from '../execution/createAndWait';
import { createCreatedTaskStore, type CreatedTaskStore } from '../execution/createdTaskStore';
import { createOrReuseTask, requestKey } from '../execution/createOrReuseTask';
import { showHints, timeoutHint, type ItemHint } from '../execution/hints';
import { fromThrown, toNodeError, type ItemError, type ItemResult } from '../execution/itemError';
import { createMediaUploader } from '../execution/mediaUploader';
import { joinFilm } from '../execution/joinFilm';
import { OPERATION_NAMES } from '../execution/operationNames';
import type { RunContext } from '../execution/runContext';
import { failAllItems, runItems } from '../execution/runItems';
import { readCreateInput, type CreateInput } from '../parameters/createInput';
import { mediaFields, mediaOptions } from '../parameters/mediaFields';
import { modelFields } from '../parameters/modelFields';
import { optionsField, settingFields, settingOptions } from '../parameters/settingFields';
import {
	readJoinOptions,
	readWaitForCompletion,
	readWaitOptions,
	WAIT_FOR_COMPLETION,
	waitFields,
	waitOptions,
	type WaitOptions,
} from '../parameters/waitFields';
import { systemClock } from '../util/clock';
import { joinLines, type ErrorText } from '../util/errorText';
import { fail, ok, type Result } from '../util/result';
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
		...mediaFields(show),
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
		...waitFields(showWhileWaiting),
		optionsField(show, [
			...settingOptions(),
			...mediaOptions(),
			...waitOptions({ '/waitForCompletion': [true] }),
		]),
	],

	async execute(run) {
		const { ctx } = run;
		const join = readJoinOptions(ctx);
		if (!join.ok) return failAllItems(ctx, join.error);
		const store = createCreatedTaskStore(ctx);
		const inputs = await readInputs(run, store);
		showHints(ctx, hintsFor(inputs, store));
		const uploader = createMediaUploader(run, systemClock);

		const processItem = async (itemIndex: number): Promise<ItemResult> => {
			const input = inputs[itemIndex];
			if (input === undefined) return fail(NO_INPUT);
			const { create, wait } = input;
			if (!wait.ok) return wait;
			const dependencies = { run, store, uploader };
			if (wait.value !== undefined) {
				return await createAndWait(itemIndex, create, wait.value, dependencies);
			}
			const outcome = await createOrReuseTask(itemIndex, create, dependencies);
			return outcome.kind === 'created'
				? ok({ json: outcome.item, pairedItem: { item: itemIndex } })
				: fail(outcome.error);
		};
		const items = await runItems(run, processItem, () =>
			stoppedMessage(run.tasks.count(), inputs.length),
		);
		return join.value === undefined ? items : await joinFilm(run, items, join.value);
	},
};

/**
 * What an item asks for: a task, and how to wait for it if that is wanted. Read apart, since an item that
 * has its task is waited for whatever its other parameters are now.
 */
interface ItemInput {
	readonly create: Result<CreateInput, ErrorText>;
	readonly wait: Result<WaitOptions | undefined, ErrorText>;
}

/** n8n has no item without its place, but the type of an array does. */
const NO_INPUT: ItemError = { message: 'The item was not read', description: '' };

/**
 * Reads and checks all items before anything is sent. Unless the node continues on failure, throws for the
 * first that cannot be sent; one that has its task already need not be.
 */
async function readInputs(run: RunContext, store: CreatedTaskStore): Promise<ItemInput[]> {
	const { ctx } = run;
	const inputs = await readTogether(run);
	const invalid = inputs.flatMap(({ create, wait }, itemIndex) => {
		const isKept = store.find(itemIndex)?.isSameExecution === true;
		if (!create.ok && !isKept) return [{ itemIndex, error: create.error }];
		return wait.ok ? [] : [{ itemIndex, error: wait.error }];
	});
	const [firstInvalid, ...otherInvalid] = invalid;
	if (firstInvalid === undefined || ctx.continueOnFail()) return inputs;
	const { itemIndex, error } = firstInvalid;
	const others = otherInvalid.length;
	const description = joinLines([
		error.description,
		others > 0 ? `${others} more of the items cannot be sent either.` : undefined,
		inputs.length > 1 ? 'No item was sent.' : undefined,
	]);
	throw toNodeError(ctx, { message: error.message, description }, { itemIndex });
}

/** So many items are read at once: links are fetched meanwhile, and files are not all open together. */
const ITEMS_READ_AT_ONCE = 4;

async function readTogether(run: RunContext): Promise<ItemInput[]> {
	const { ctx, isServicePublic, links } = run;
	const items = ctx.getInputData();
	const inputs: ItemInput[] = [];
	let next = 0;
	const readOn = async () => {
		while (next < items.length) {
			const itemIndex = next++;
			inputs[itemIndex] = {
				create: await settle(
					async () => await readCreateInput(ctx, itemIndex, { isServicePublic, links }),
				),
				wait: await settle(() => readWait(ctx, itemIndex)),
			};
		}
	};
	await Promise.all(Array.from({ length: ITEMS_READ_AT_ONCE }, readOn));
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

/** What reading returns, or throws, e.g. for an expression that cannot be evaluated. */
async function settle<T>(
	read: () => Result<T, ErrorText> | Promise<Result<T, ErrorText>>,
): Promise<Result<T, ErrorText>> {
	try {
		return await read();
	} catch (error) {
		return fail(fromThrown(error));
	}
}

/** What the user should know before anything is sent, though nothing is wrong. */
function hintsFor(inputs: readonly ItemInput[], store: CreatedTaskStore): ItemHint[] {
	const waiting = inputs.filter(({ wait }) => wait.ok && wait.value !== undefined).length;
	return inputs.flatMap(({ create, wait }, itemIndex) => {
		const stored = store.find(itemIndex);
		const messages: Array<string | undefined> = [];
		if (stored?.isSameExecution) {
			const isEqual = create.ok && stored.isSameRequest(requestKey(create.value));
			messages.push(isEqual ? undefined : KEPT_HINT);
		} else if (create.ok) {
			messages.push(...create.value.hints);
		}
		if (wait.ok) messages.push(wait.value && timeoutHint(waiting, wait.value.timeoutMs));
		return messages.flatMap((message) => (message === undefined ? [] : [{ itemIndex, message }]));
	});
}

const KEPT_HINT =
	'The parameters differ from those of the first try of this execution, but its task was kept, so that nothing is paid twice';

/** Undefined where all items were sent: then Stop ended the waiting, and the item says so. */
function stoppedMessage(sent: number, total: number): string | undefined {
	if (sent === total) return undefined;
	return sent === 0
		? 'Creating was canceled before anything was sent'
		: `Creating was canceled after ${sent} of ${total} items were sent`;
}
