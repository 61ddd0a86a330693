import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { CreatedTask } from '../dashscope/client';
import { systemClock } from '../util/clock';
import { isCreateOutcomeUnknown, type ApiError } from '../dashscope/apiError';
import { buildRequest } from '../models/buildRequest';
import { DEFAULT_FAMILY, DEFAULT_MODEL } from '../models/catalog';
import type { ModelFamily } from '../models/family';
import { settingEntries } from '../models/findModel';
import { runTimes } from '../tasks/runTimes';
import {
	fromApiError,
	fromThrown,
	toNodeError,
	type ItemError,
	type ItemResult,
} from '../execution/itemError';
import { mediaFields, mediaOptions } from '../parameters/mediaFields';
import {
	familyOptions,
	modelOptions,
	promptDescription,
	settingFields,
	settingOptions,
	customModelDisplay,
} from '../parameters/modelFields';
import type { Operation } from './operation';
import { readCreateInput, type CreateInput } from '../parameters/createInput';
import { runItems, type RunContext } from '../execution/runItems';
import { runKindOf } from '../execution/runKind';
import { createMediaUploader, type MediaUploader } from '../execution/mediaUploader';
import { SETTING_FIELDS } from '../parameters/settingFields';
import { createdTaskStore, type Created, type CreatedTaskStore } from '../execution/createdTasks';
import { saveTaskIds } from '../execution/customData';
import { waitFields, waitOptions } from '../parameters/waitFields';
import { readWaitOptions, waitForVideo } from '../execution/waitForVideo';
import { fail, ok, type Result } from '../util/result';
import type { ErrorText } from '../util/errorText';

const show = { operation: ['create'] };
const showWhileWaiting = { ...show, waitForCompletion: [true] };

/** The operation that creates one task an item of these families' models, and waits for the videos when that is wanted. */
export const createOperation = (families: readonly ModelFamily[]): Operation => ({
	option: {
		name: 'Create',
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
			description: 'The model decides which fields there are and what a second of video costs',
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
			description:
				'Whether to wait in this node until the video is there. Otherwise the task ID comes out at once, for Wait or Get Status later in the workflow.',
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

	async execute(ctx) {
		const orders = await readOrders(families, ctx);
		showHints(ctx, orders);
		const memory = createdTaskStore(ctx);
		const seen = new Map<number, string>();

		let sender: MediaUploader | undefined;

		return await runItems(ctx, {
			tasks: () => seen,
			each: async (itemIndex, run) => {
				const read = orders[itemIndex];
				sender ??= createMediaUploader(ctx, run.client, systemClock);
				if (read === undefined || !read.ok) return read ?? unread;
				const created = await createOnce(itemIndex, read.value, memory, sender, run);
				if (!created.ok) {
					if (created.error.isOutcomeUnknown) seen.set(itemIndex, IN_DOUBT);
					return created;
				}
				const { taskId, status } = created.value;
				const onSeen = (now: string) => void seen.set(itemIndex, `${taskId} (${now})`);
				onSeen(status);
				saveTaskIds(ctx, [taskId]);
				runTimes.note(taskId, runKindOf(read.value));
				if (ctx.getNodeParameter('waitForCompletion', itemIndex, false) !== true) {
					return giveCreated(itemIndex, read.value, created.value);
				}
				const wishes = readWaitOptions(ctx, itemIndex);
				return await waitForVideo(ctx, itemIndex, { taskId, isNew: true, onSeen }, wishes, run);
			},
		});
	},
});

function createOptions(families: readonly ModelFamily[]): INodeProperties[] {
	const ofModels = settingEntries(SETTING_FIELDS).flatMap(([name, { place, description }]) =>
		place === 'options' ? settingOptions(families, name, description) : [],
	);
	const ofWaiting = waitOptions({ '/waitForCompletion': [true] });
	return [...ofModels, ...mediaOptions(families), ...ofWaiting].sort((a, b) =>
		a.displayName.localeCompare(b.displayName, 'en'),
	);
}

const unread: ItemResult = fail({ message: 'The item was not read', description: '' });

/** Reads and checks all items before anything is sent. Throws for the first bad one where the node does not go on. */
async function readOrders(
	families: readonly ModelFamily[],
	ctx: IExecuteFunctions,
): Promise<Result<CreateInput, ErrorText>[]> {
	const orders: Result<CreateInput, ErrorText>[] = [];
	for (let itemIndex = 0; itemIndex < ctx.getInputData().length; itemIndex++) {
		orders.push(await tryReadCreateInput(families, ctx, itemIndex));
	}
	const bad = orders.findIndex((read) => !read.ok);
	const read = orders[bad];
	if (read === undefined || read.ok || ctx.continueOnFail()) return orders;
	const others = orders.filter((other) => !other.ok).length - 1;
	throw toNodeError(ctx, bad, {
		message: read.error.message,
		description: [
			read.error.description,
			...(others > 0 ? [`${others} more of the items cannot be sent either.`] : []),
			...(orders.length > 1 ? ['No item was sent.'] : []),
		].join('\n'),
	});
}

async function tryReadCreateInput(
	families: readonly ModelFamily[],
	ctx: IExecuteFunctions,
	itemIndex: number,
): Promise<Result<CreateInput, ErrorText>> {
	try {
		return await readCreateInput(families, ctx, itemIndex);
	} catch (error) {
		return fail(fromThrown(error));
	}
}

/** Sends the item's create, once; an item that got its task before a retry of the node keeps it. */
async function createOnce(
	itemIndex: number,
	order: CreateInput,
	memory: CreatedTaskStore,
	sender: MediaUploader,
	{ client, signal }: RunContext,
): Promise<Created> {
	const { model, settings, sources } = order;
	const request = identityOf(order);
	const kept = memory.recall(itemIndex, request);
	if (kept !== undefined) return kept;
	if (signal.aborted) return fail(notSent(itemIndex));

	const api = await client();
	const media = await sender.send(model, sources, signal);
	if (!media.ok) return media;
	await api.createTurn(model.rateLimit, signal);
	if (signal.aborted) return fail(notSent(itemIndex));
	const { path, body } = buildRequest(model, settings, await media.value());
	const answer = await api.createTask(path, body, { limit: model.rateLimit, signal });
	if (answer.ok) {
		const created: Created = ok(answer.value);
		memory.remember(itemIndex, request, created);
		return created;
	}
	const isOutcomeUnknown = isCreateOutcomeUnknown(answer.error);
	if (signal.aborted && !isOutcomeUnknown) return fail(notSent(itemIndex));
	const refused: Created = fail({ ...createFailure(itemIndex, answer.error), isOutcomeUnknown });
	if (isOutcomeUnknown) memory.remember(itemIndex, request, refused);
	return refused;
}

/** The same for the same task, also where the body differs: an uploaded file gets another name each time. */
function identityOf({ model, settings, sources }: CreateInput): string {
	const media = Object.entries(sources).map(([role, source]) => [
		role,
		source.kind === 'url' ? source.url : source.file.identity,
	]);
	return JSON.stringify([model.id, model.family.path, settings, media]);
}

function createFailure(itemIndex: number, error: ApiError): ItemError {
	const failure = fromApiError(
		error,
		isCreateOutcomeUnknown(error)
			? "A task may have been created all the same, so this execution does not send it again, also not under Retry On Fail. Look for it with the operation 'Get Many' before you create it in a new execution."
			: undefined,
	);
	return { ...failure, message: `${failure.message} (item ${itemIndex})` };
}

const IN_DOUBT = "a task may have been created; look for it with the operation 'Get Many'";

const notSent = (itemIndex: number): ItemError => ({
	message: `Creating was canceled before anything was sent (item ${itemIndex})`,
	description: 'The node ended before its turn came. Nothing was sent for it.',
});

function giveCreated(
	itemIndex: number,
	{ model, expectedVideo }: CreateInput,
	{ taskId, status, requestId }: CreatedTask,
): ItemResult {
	const json: IDataObject = {
		taskId,
		status,
		model: model.id,
		...(requestId !== undefined && { requestId }),
		...(expectedVideo && { expectedVideo: { ...expectedVideo } }),
	};
	return ok({ json, pairedItem: { item: itemIndex } });
}

/** Shows in the output pane what users should know, once for all items that it concerns. */
function showHints(
	ctx: IExecuteFunctions,
	orders: readonly Result<CreateInput, ErrorText>[],
): void {
	const items = new Map<string, number[]>();
	for (const [itemIndex, read] of orders.entries()) {
		for (const hint of read.ok ? read.value.hints : []) {
			items.set(hint, [...(items.get(hint) ?? []), itemIndex]);
		}
	}
	for (const [message, indexes] of items) {
		const which = `item${indexes.length > 1 ? 's' : ''} ${indexes.join(', ')}`;
		ctx.addExecutionHints({ message: `${message} (${which})`, location: 'outputPane' });
	}
}
