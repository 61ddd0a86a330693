import type { TaskListQuery } from '../dashscope/client';
import { showHints } from '../execution/hints';
import { fromApiError, type ItemsResult } from '../execution/itemError';
import { OPERATION_NAMES } from '../execution/operationNames';
import type { RunContext } from '../execution/runContext';
import { runItems } from '../execution/runItems';
import { listFields, readListOptions, type ListOptions } from '../parameters/listFields';
import type { Task } from '../tasks/task';
import { readTaskList, toTaskSummary } from '../tasks/taskList';
import { systemClock } from '../util/clock';
import { fail, ok } from '../util/result';
import type { Operation } from './operation';

const show = { operation: ['getMany'] };

/** Lists the account's tasks of the last 24 hours: one item per task. */
export const getMany: Operation = {
	option: {
		name: OPERATION_NAMES.getMany,
		value: 'getMany',
		action: 'Get many tasks',
		description: 'List the tasks of the last 24 hours, e.g. to find one that was lost',
	},

	fields: listFields(show),

	async execute(run) {
		return await runItems(run, async (itemIndex) => {
			const options = readListOptions(run.ctx, itemIndex, systemClock.now());
			if (!options.ok) return options;
			const { hint, ...request } = options.value;
			if (hint !== undefined) showHints(run.ctx, [{ index: itemIndex, message: hint }]);
			return await listTasks(run, itemIndex, request);
		});
	},
};

async function listTasks(
	{ client, signal }: RunContext,
	itemIndex: number,
	{ limit, query }: ListOptions,
): Promise<ItemsResult> {
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
