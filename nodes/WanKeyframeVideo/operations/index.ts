import {
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

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

/** Hands over to the operation that the node's parameters name; throws NodeOperationError where there is none. */
export async function runOperation(
	operations: readonly Operation[],
	ctx: IExecuteFunctions,
): Promise<INodeExecutionData[]> {
	const name = ctx.getNodeParameter('operation', 0);
	const operation = operations.find(({ option }) => option.value === name);
	if (operation === undefined) {
		throw new NodeOperationError(ctx.getNode(), `'Operation' has no entry "${String(name)}"`);
	}
	return await operation.execute(ctx);
}
