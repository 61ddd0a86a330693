import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import type { OperationId } from '../execution/operationNames';
import type { RunContext } from '../execution/runContext';

/** One entry of the node's 'Operation' field: its name, its fields, and what it does. */
export interface Operation {
	readonly option: INodePropertyOptions & { readonly value: OperationId };
	readonly fields: INodeProperties[];
	execute(run: RunContext): Promise<INodeExecutionData[]>;
	/** Distributes the items, errors among them, to the node's outputs; absent where it has one. */
	toOutputs?(ctx: IExecuteFunctions, items: INodeExecutionData[]): INodeExecutionData[][];
}
