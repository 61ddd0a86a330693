import {
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { describeStoredTasks } from '../execution/createOrReuseTask';
import { logCost, showCost } from '../execution/reportCost';
import { createRunContext } from '../execution/runContext';
import { failAllItems } from '../execution/runItems';
import { systemClock } from '../util/clock';
import { cancel } from './cancel';
import { create } from './create';
import { getMany } from './getMany';
import { getStatus } from './getStatus';
import type { Operation } from './operation';
import { wait } from './wait';

/** All operations, in the order of the node's 'Operation' field. A new one is one entry here. */
export const OPERATIONS: readonly Operation[] = [cancel, create, getMany, getStatus, wait];

/** The node's properties: the choice of the operation, then each one's fields. */
export function nodeProperties(operations: readonly Operation[]): INodeProperties[] {
	return [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			options: operations.map(({ option }) => option),
			default: 'create',
		},
		...operations.flatMap(({ fields }) => fields),
	];
}

/** What stands below the node's name: the operation's name, and the model of a new video. */
export function subtitleFor(operations: readonly Operation[]): string {
	const names = operations.map(({ option: { name, value } }) => [value, name]);
	const model =
		'$parameter["model"] === "custom" ? $parameter["customModelId"] : $parameter["model"]';
	return `={{ (${JSON.stringify(Object.fromEntries(names))})[$parameter["operation"]] + ($parameter["operation"] === "create" ? ": " + (${model}) : "") }}`;
}

/**
 * Runs the selected operation and gives the items of each output; throws NodeOperationError where
 * the node has no operation of that name.
 */
export async function runOperation(
	operations: readonly Operation[],
	ctx: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const name = ctx.getNodeParameter('operation', 0);
	const operation = operations.find(({ option }) => option.value === name);
	if (operation === undefined) {
		throw new NodeOperationError(ctx.getNode(), `The operation "${String(name)}" is not known!`);
	}
	const items = await runItemsOf(operation, ctx);
	return operation.toOutputs?.(ctx, items) ?? [items];
}

async function runItemsOf(
	operation: Operation,
	ctx: IExecuteFunctions,
): Promise<INodeExecutionData[]> {
	const run = await createRunContext(ctx);
	if (!run.ok) return failAllItems(ctx, run.error, describeStoredTasks(ctx));
	const startedMs = systemClock.monotonicMs();
	try {
		const output = await operation.execute(run.value);
		showCost(run.value);
		return output;
	} finally {
		logCost(run.value, systemClock.monotonicMs() - startedMs);
		run.value.close();
	}
}
