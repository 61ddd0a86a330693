import { tryToParseDateTime, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import type { DashScopeClient, TaskListQuery } from '../dashscope/client';
import { isRecord, optionalText, type JsonRecord } from '../util/json';
import { toTaskSummary } from '../tasks/listedResult';
import { LIST_PAGE_SIZE, LONGEST_LIST_PERIOD_MS, readTaskPage } from '../tasks/taskList';
import { fromApiError, type ItemResult } from '../execution/itemError';
import type { Operation } from './operation';
import { runItems } from '../execution/runItems';
import { fail, ok, type Result } from '../util/result';
import type { ErrorText } from '../util/errorText';

const show = { operation: ['getMany'] };

const DEFAULT_LIMIT = 50;

/** Lists the account's tasks of a day: one item a task. */
export const getMany: Operation = {
	option: {
		name: 'Get Many',
		value: 'getMany',
		action: 'Get many tasks',
		description: 'List the tasks of the last 24 hours, e.g. to find one that was lost',
	},

	fields: [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			displayOptions: { show },
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			displayOptions: { show: { ...show, returnAll: [false] } },
			description: 'Max number of results to return',
		},
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			displayOptions: { show },
			options: [
				{
					displayName: 'Model',
					name: 'model',
					type: 'string',
					default: '',
					placeholder: 'e.g. wan2.7-i2v',
					description: 'The ID of a model, as the service names it',
				},
				{
					displayName: 'Started After',
					name: 'startedAfter',
					type: 'dateTime',
					default: '',
					description:
						'Tasks created at this time or later, in the time zone of the workflow. Left empty, it is 24 hours before Started Before.',
				},
				{
					displayName: 'Started Before',
					name: 'startedBefore',
					type: 'dateTime',
					default: '',
					description:
						'Tasks created before this time, in the time zone of the workflow. Left empty, it is now. The service lists 24 hours at most.',
				},
				{
					displayName: 'Status',
					name: 'status',
					type: 'options',
					options: [
						{ name: 'Canceled', value: 'CANCELED' },
						{ name: 'Failed', value: 'FAILED' },
						{ name: 'Pending', value: 'PENDING' },
						{ name: 'Running', value: 'RUNNING' },
						{ name: 'Succeeded', value: 'SUCCEEDED' },
					],
					default: 'SUCCEEDED',
				},
			],
		},
	],

	async execute(ctx) {
		return await runItems(ctx, {
			each: async (itemIndex, { client, signal }) => {
				const wish = readWish(ctx, itemIndex);
				return wish.ok ? await list(await client(), signal, itemIndex, wish.value) : wish;
			},
		});
	},
};

interface ListWish {
	readonly most: number;
	readonly query: Omit<TaskListQuery, 'pageNo' | 'pageSize'>;
}

function readWish(ctx: IExecuteFunctions, itemIndex: number): Result<ListWish, ErrorText> {
	const collection: unknown = ctx.getNodeParameter('filters', itemIndex, {});
	const filters: JsonRecord = isRecord(collection) ? collection : {};
	const refuse = (label: string, says: string): Result<ListWish, ErrorText> =>
		fail({ message: `'${label}' ${says} (item ${itemIndex})`, description: '' });
	const after = readTime(filters['startedAfter'], ctx.getTimezone());
	const before = readTime(filters['startedBefore'], ctx.getTimezone());
	if (after === 'unreadable') return refuse('Started After', 'is not a date and time');
	if (before === 'unreadable') return refuse('Started Before', 'is not a date and time');

	const toMs = before ?? Math.min(Date.now(), (after ?? Infinity) + LONGEST_LIST_PERIOD_MS);
	const fromMs = after ?? toMs - LONGEST_LIST_PERIOD_MS;
	if (fromMs >= toMs) return refuse('Started After', "is not before 'Started Before'");
	if (toMs - fromMs > LONGEST_LIST_PERIOD_MS) {
		return refuse('Started After', "is more than 24 hours before 'Started Before'");
	}
	const isAll = ctx.getNodeParameter('returnAll', itemIndex, false) === true;
	const limit = Number(ctx.getNodeParameter('limit', itemIndex, DEFAULT_LIMIT));
	const modelName = optionalText(filters, 'model')?.trim();
	const status = optionalText(filters, 'status');
	return ok({
		most: isAll ? Infinity : Math.max(1, Math.floor(limit) || DEFAULT_LIMIT),
		query: { fromMs, toMs, ...(modelName && { modelName }), ...(status && { status }) },
	});
}

function readTime(value: unknown, timeZone: string): number | undefined | 'unreadable' {
	if (value === undefined || value === null || value === '') return undefined;
	try {
		return tryToParseDateTime(value, timeZone).toMillis();
	} catch {
		return 'unreadable';
	}
}

async function list(
	client: DashScopeClient,
	signal: AbortSignal,
	itemIndex: number,
	{ most, query }: ListWish,
): Promise<ItemResult> {
	const data: INodeExecutionData[] = [];
	let pages = 1;
	for (let pageNo = 1; pageNo <= pages && data.length < most; pageNo++) {
		const answer = await client.listTasks({ ...query, pageNo, pageSize: LIST_PAGE_SIZE }, signal);
		if (!answer.ok) return fail(fromApiError(answer.error, `Item ${itemIndex}`));
		const page = readTaskPage(answer.value);
		if (page === undefined) {
			const failure = {
				message: `The service answered with something that is not a list of tasks (item ${itemIndex})`,
				description: JSON.stringify(answer.value).slice(0, 200),
			};
			return fail(failure);
		}
		// A page without tasks is the last, whatever is said of their number.
		pages = page.tasks.length > 0 ? page.pages : 0;
		for (const { task } of page.tasks.slice(0, most - data.length)) {
			data.push({ json: { ...toTaskSummary(task) }, pairedItem: { item: itemIndex } });
		}
	}
	return ok(data);
}
