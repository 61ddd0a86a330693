import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

/** One entry of the node's 'Operation' field: what it is called, its fields, and what it does. */
export interface Operation {
	readonly option: INodePropertyOptions & { readonly value: string };
	readonly fields: INodeProperties[];
	execute(ctx: IExecuteFunctions): Promise<INodeExecutionData[]>;
}
