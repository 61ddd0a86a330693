import { tryToParseDateTime, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import type { TaskListQuery } from '../dashscope/client';
import { showHints } from '../execution/hints';
import { fromApiError, type ItemError, type ItemResult } from '../execution/itemError';
import { OPERATION_NAMES } from '../execution/operationNames';
import type { RunContext } from '../execution/runContext';
import { runItems } from '../execution/runItems';
import type { Task } from '../tasks/task';
import { LONGEST_LIST_PERIOD_MS, readTaskList, toTaskSummary } from '../tasks/taskList';
import { systemClock } from '../util/clock';
import { isRecord, optionalText, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';
import { fail, ok, type Result } from '../util/result';
import type { Operation } from './operation';

const show = { operation: ['getMany'] };

const STARTED_AFTER = { label: 'Started After', name: 'startedAfter' } as const;
const STARTED_BEFORE = { label: 'Started Before', name: 'startedBefore' } as const;

const limitField = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	displayOptions: { show: { ...show, returnAll: [false] } },
	description: 'Max number of results to return',
} satisfies INodeProperties;

/** Lists the account's tasks of the last 24 hours: one item per task. */
export const getMany: Operation = {
	option: {
		name: OPERATION_NAMES.getMany,
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
		limitField,
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
					displayName: STARTED_AFTER.label,
					name: STARTED_AFTER.name,
					type: 'dateTime',
					default: '',
					description:
						'Tasks created at this time or later, in the time zone of the workflow. Left empty, or more than 24 hours ago, it is 24 hours before Started Before.',
				},
				{
					displayName: STARTED_BEFORE.label,
					name: STARTED_BEFORE.name,
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

	async execute(run) {
		return await runItems(run, async (itemIndex) => {
			const options = readListOptions(run.ctx, itemIndex);
			if (!options.ok) return options;
			const { hint, ...request } = options.value;
			if (hint !== undefined) showHints(run.ctx, [{ itemIndex, message: hint }]);
			return await listTasks(run, itemIndex, request);
		});
	},
};

interface ListOptions {
	readonly limit: number;
	readonly query: Omit<TaskListQuery, 'pageNo' | 'pageSize'>;
	readonly hint?: string;
}

function readListOptions(
	ctx: IExecuteFunctions,
	itemIndex: number,
): Result<ListOptions, ItemError> {
	const collection: unknown = ctx.getNodeParameter('filters', itemIndex, {});
	const filters: JsonRecord = isRecord(collection) ? collection : {};
	const period = readPeriod(filters, ctx.getTimezone(), systemClock.now());
	if (!period.ok) return period;
	const { hint, ...times } = period.value;
	const returnAll = ctx.getNodeParameter('returnAll', itemIndex, false) === true;
	const limit = Number(ctx.getNodeParameter('limit', itemIndex, limitField.default));
	return ok({
		limit: returnAll ? Infinity : Math.max(1, Math.floor(limit) || limitField.default),
		query: {
			...times,
			...optional('modelName', optionalText(filters, 'model')?.trim() || undefined),
			...optional('status', optionalText(filters, 'status')),
		},
		...optional('hint', hint),
	});
}

interface Period {
	readonly fromMs: number;
	readonly toMs: number;
	readonly hint?: string;
}

/**
 * The period to list, in milliseconds since 1970. Without Started Before it ends now, whatever Started After
 * is: who looks for a lost task must not miss the newest ones.
 */
function readPeriod(
	filters: JsonRecord,
	timeZone: string,
	nowMs: number,
): Result<Period, ItemError> {
	const invalid = (message: string, description: string) => fail({ message, description });
	const times: { after?: number; before?: number } = {};
	for (const [key, { label, name }] of [
		['after', STARTED_AFTER],
		['before', STARTED_BEFORE],
	] as const) {
		const value = filters[name];
		if (value === undefined || value === null || value === '') continue;
		const ms = parseTime(value, timeZone);
		if (ms === undefined) {
			return invalid(
				`'${label}' is not a date and time`,
				'Pick one in the field, or give one such as 2026-03-01T09:30:00 by an expression.',
			);
		}
		times[key] = ms;
	}
	const toMs = times.before ?? nowMs;
	const earliestMs = toMs - LONGEST_LIST_PERIOD_MS;
	const fromMs = times.after ?? earliestMs;
	if (fromMs >= toMs) {
		return times.before === undefined
			? invalid(
					`'${STARTED_AFTER.label}' lies in the future`,
					'No task can have been created then.',
				)
			: invalid(
					`'${STARTED_AFTER.label}' is not before '${STARTED_BEFORE.label}'`,
					'Set an earlier start or a later end.',
				);
	}
	if (fromMs >= earliestMs) return ok({ fromMs, toMs });
	if (times.before !== undefined) {
		return invalid(
			`'${STARTED_AFTER.label}' is more than 24 hours before '${STARTED_BEFORE.label}'`,
			'The service lists 24 hours at most, and keeps tasks no longer.',
		);
	}
	return ok({
		fromMs: earliestMs,
		toMs,
		hint: `'${STARTED_AFTER.label}' is more than 24 hours ago; the service keeps tasks for 24 hours, so those of the last 24 hours are listed`,
	});
}

function parseTime(value: unknown, timeZone: string): number | undefined {
	try {
		return tryToParseDateTime(value, timeZone).toMillis();
	} catch {
		return undefined;
	}
}

async function listTasks(
	{ client, signal }: RunContext,
	itemIndex: number,
	{ limit, query }: ListOptions,
): Promise<ItemResult> {
	const source = {
		list: async (page: TaskListQuery) => await client.listTasks(page, signal, { retry: true }),
		pageSize: client.listPageSize,
	};
	const tasks: Task[] = [];
	for await (const page of readTaskList(source, query)) {
		if (!page.ok) return fail(fromApiError(page.error));
		tasks.push(...page.value.tasks.map(({ task }) => task));
		if (tasks.length >= limit) break;
	}
	return ok(
		tasks
			.slice(0, limit)
			.map((task) => ({ json: { ...toTaskSummary(task) }, pairedItem: { item: itemIndex } })),
	);
}
