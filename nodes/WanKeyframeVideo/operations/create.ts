import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { createCreatedTaskStore, type CreatedTaskStore } from '../execution/createdTaskStore';
import { createOrReuseTask, requestKey } from '../execution/createOrReuseTask';
import { showHints, timeoutHint, type ItemHint } from '../execution/hints';
import { fromThrown, toNodeError, type ItemError, type ItemResult } from '../execution/itemError';
import { createMediaUploader } from '../execution/mediaUploader';
import { OPERATION_NAMES } from '../execution/operationNames';
import { runItems } from '../execution/runItems';
import { readWaitOptions } from '../execution/taskOptions';
import { waitForVideo } from '../execution/waitForVideo';
import { DEFAULT_FAMILY, DEFAULT_MODEL } from '../models/catalog';
import type { ModelFamily } from '../models/family';
import { settingEntries } from '../models/findModel';
import { readCreateInput, type CreateInput } from '../parameters/createInput';
import { mediaFields, mediaOptions } from '../parameters/mediaFields';
import {
	customModelDisplay,
	familyOptions,
	modelOptions,
	promptDescription,
	settingFields,
	settingOptions,
} from '../parameters/modelFields';
import { SETTING_FIELDS } from '../parameters/settingFields';
import { waitFields, waitOptions } from '../parameters/waitFields';
import { systemClock } from '../util/clock';
import { joinLines, type ErrorText } from '../util/errorText';
import { fail, ok, type Result } from '../util/result';
import type { Operation } from './operation';

const show = { operation: ['create'] };
const showWhileWaiting = { ...show, waitForCompletion: [true] };

/** Creates one task per item with a model of these families, and waits for the videos where that is asked for. */
export const createOperation = (families: readonly ModelFamily[]): Operation => ({
	option: {
		name: OPERATION_NAMES.create,
		value: 'create',
		action: 'Create video from two frames',
		description: 'Start a task that turns a first and a last frame into a video',
	},

	fields: [
		{
			displayName: 'Model',
			name: 'model',
			type: 'options',
			options: modelOptions(families),
			default: DEFAULT_MODEL,
			displayOptions: { show },
			description: 'The model decides which fields are shown and what a second of video costs',
		},
		{
			displayName: 'Model ID',
			name: 'customModelId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. wan2.2-kf2v-flash-my-style',
			displayOptions: customModelDisplay(show),
			description: 'The ID as the Model Studio console shows it',
		},
		{
			displayName: 'Model Family',
			name: 'customModelFamily',
			type: 'options',
			noDataExpression: true,
			options: familyOptions(families),
			default: DEFAULT_FAMILY,
			displayOptions: customModelDisplay(show),
			description: 'Whose address, fields and limits the model follows',
		},
		...mediaFields(families, show),
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			placeholder: 'e.g. The camera rises slowly while the cat looks up at the sky',
			displayOptions: { show },
			description: promptDescription(families),
		},
		...settingFields(families, 'resolution', SETTING_FIELDS.resolution.description, show),
		...settingFields(families, 'duration', SETTING_FIELDS.duration.description, show),
		{
			displayName: 'Wait for Completion',
			name: 'waitForCompletion',
			type: 'boolean',
			default: false,
			displayOptions: { show },
			description: `Whether to wait in this node until the video is ready. Otherwise the node returns the task ID at once, for ${OPERATION_NAMES.wait} or ${OPERATION_NAMES.getStatus} later in the workflow.`,
		},
		...waitFields(showWhileWaiting),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			displayOptions: { show },
			options: createOptions(families),
		},
	],

	async execute(run) {
		const { ctx } = run;
		const store = createCreatedTaskStore(ctx);
		const inputs = await readInputs(families, ctx, store);
		showHints(ctx, hintsFor(ctx, inputs, store));
		const uploader = createMediaUploader(run, systemClock);

		const processItem = async (itemIndex: number): Promise<ItemResult> => {
			const input = inputs[itemIndex];
			if (input === undefined) return fail(NO_INPUT);
			const outcome = await createOrReuseTask(itemIndex, input, { run, store, uploader });
			if (outcome.kind !== 'created') return fail(outcome.error);
			const { item } = outcome;
			if (!waitsForCompletion(ctx, itemIndex)) {
				return ok({ json: item, pairedItem: { item: itemIndex } });
			}
			const options = readWaitOptions(ctx, itemIndex);
			return await waitForVideo(run, itemIndex, { taskId: item.taskId, isNew: true }, options);
		};
		return await runItems(run, processItem, () => stoppedMessage(run.tasks.count(), inputs.length));
	},
});

function createOptions(families: readonly ModelFamily[]): INodeProperties[] {
	const modelOptionFields = settingEntries(SETTING_FIELDS).flatMap(
		([name, { place, description }]) =>
			place === 'options' ? settingOptions(families, name, description) : [],
	);
	const waitOptionFields = waitOptions({ '/waitForCompletion': [true] });
	return [...modelOptionFields, ...mediaOptions(families), ...waitOptionFields].sort((a, b) =>
		a.displayName.localeCompare(b.displayName, 'en'),
	);
}

const waitsForCompletion = (ctx: IExecuteFunctions, itemIndex: number): boolean =>
	ctx.getNodeParameter('waitForCompletion', itemIndex, false) === true;

type ReadInput = Result<CreateInput, ErrorText>;

/** n8n has no item without its place, but the type of an array does. */
const NO_INPUT: ItemError = { message: 'The item was not read', description: '' };

/**
 * Reads and checks all items before anything is sent. Unless the node continues on failure, throws for the
 * first that cannot be sent; one that has its task already need not be.
 */
async function readInputs(
	families: readonly ModelFamily[],
	ctx: IExecuteFunctions,
	store: CreatedTaskStore,
): Promise<ReadInput[]> {
	const inputs: ReadInput[] = [];
	const invalid: Array<{ readonly itemIndex: number; readonly error: ErrorText }> = [];
	for (let itemIndex = 0; itemIndex < ctx.getInputData().length; itemIndex++) {
		const input = await tryReadInput(families, ctx, itemIndex);
		inputs.push(input);
		if (!input.ok && store.find(itemIndex)?.isSameExecution !== true) {
			invalid.push({ itemIndex, error: input.error });
		}
	}
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

async function tryReadInput(
	families: readonly ModelFamily[],
	ctx: IExecuteFunctions,
	itemIndex: number,
): Promise<ReadInput> {
	try {
		return await readCreateInput(families, ctx, itemIndex);
	} catch (error) {
		return fail(fromThrown(error));
	}
}

/** What the user should know before anything is sent, though nothing is wrong. */
function hintsFor(
	ctx: IExecuteFunctions,
	inputs: readonly ReadInput[],
	store: CreatedTaskStore,
): ItemHint[] {
	const waiting = new Set(
		[...inputs.keys()].filter((itemIndex) => waitsForCompletion(ctx, itemIndex)),
	);
	return inputs.flatMap((input, itemIndex) => {
		const stored = store.find(itemIndex);
		const messages = stored?.isSameExecution
			? [input.ok && stored.isSameRequest(requestKey(input.value)) ? undefined : KEPT_HINT]
			: [...(input.ok ? input.value.hints : [])];
		if (waiting.has(itemIndex)) {
			messages.push(timeoutHint(waiting.size, readWaitOptions(ctx, itemIndex).timeoutMs));
		}
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
