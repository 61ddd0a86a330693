import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import type { Fault } from '../dashscope/apiError';
import { describe, explainFault } from '../dashscope/errorAdvice';
import { isRecord, textOf } from '../util/json';

/** Why an item did not come through, in the user's words. */
export interface Failure {
	readonly message: string;
	readonly description: string;
	/** The status of the answer that caused it. */
	readonly httpCode?: string;
}

export type ItemResult =
	| { readonly ok: true; readonly data: INodeExecutionData | INodeExecutionData[] }
	| { readonly ok: false; readonly failure: Failure };

/** A fault as a failure, with lines of the caller's own (IDs, what to do) at its end. */
export function failureOf(fault: Fault, ...lines: Array<string | undefined>): Failure {
	const { message, description } = explainFault(fault);
	return {
		message,
		description: describe([description, ...lines]),
		...(fault.kind !== 'unreachable' && { httpCode: String(fault.status) }),
	};
}

/**
 * Something thrown by n8n or by a store, as a failure. Foreign words go into the description: n8n replaces
 * messages that hold ENOENT and the like (measured). Errors of n8n are known by name, since there may be
 * more than one copy of their classes.
 */
export function failureOfThrown(error: unknown): Failure {
	const thrown = isRecord(error) ? error : {};
	const message = textOf(thrown, 'message') ?? String(error);
	const name = textOf(thrown, 'name') ?? '';
	return ['NodeOperationError', 'NodeApiError'].includes(name)
		? { message, description: textOf(thrown, 'description') ?? '' }
		: { message: 'The item could not be handled', description: `Cause: ${message}` };
}

/** The error that ends the node for this failure, naming the item. */
export function toNodeError(
	ctx: IExecuteFunctions,
	itemIndex: number,
	{ message, description, httpCode }: Failure,
): NodeApiError | NodeOperationError {
	return httpCode === undefined
		? new NodeOperationError(ctx.getNode(), message, { itemIndex, description })
		: new NodeApiError(ctx.getNode(), { message }, { itemIndex, message, description, httpCode });
}

/**
 * The item that stands for a failure where the node goes on. Only `error` and `message`: n8n sends items
 * with any other member to the success branch (measured).
 */
export function toErrorItem(itemIndex: number, failure: Failure): INodeExecutionData {
	return {
		json: { error: failure.message, message: failure.description || failure.message },
		pairedItem: { item: itemIndex },
	};
}
