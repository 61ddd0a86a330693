import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import type { ApiError } from '../dashscope/apiError';
import { explainApiError } from '../dashscope/errorAdvice';
import { joinLines, type ErrorText } from '../util/errorText';
import { isRecord, optionalText } from '../util/json';
import { optional } from '../util/optional';
import type { Result } from '../util/result';

/** Why an item has no result, in the user's words. */
export interface ItemError extends ErrorText {
	/** The HTTP status that caused it. */
	readonly httpCode?: string;
}

export type ItemResult = Result<INodeExecutionData | INodeExecutionData[], ItemError>;

/** A error as a failure, with lines of the caller's own (IDs, what to do) at its end. */
export function fromApiError(error: ApiError, ...lines: Array<string | undefined>): ItemError {
	const { message, description } = explainApiError(error);
	return {
		message,
		description: joinLines([description, ...lines]),
		...('status' in error && { httpCode: String(error.status) }),
	};
}

/**
 * Something thrown by n8n or by a store, as a failure. Foreign words go into the description: n8n replaces
 * messages that hold ENOENT and the like (measured). Errors of n8n are known by name, since there may be
 * more than one copy of their classes.
 */
export function fromThrown(error: unknown): ItemError {
	const thrown = isRecord(error) ? error : {};
	const message = optionalText(thrown, 'message') ?? String(error);
	const name = optionalText(thrown, 'name') ?? '';
	return ['NodeOperationError', 'NodeApiError'].includes(name)
		? { message, description: optionalText(thrown, 'description') ?? '' }
		: { message: 'The item could not be handled', description: `Cause: ${message}` };
}

/** The error that ends the node for this failure, naming the item, if there is one. */
export function toNodeError(
	ctx: Pick<IExecuteFunctions, 'getNode'>,
	itemIndex: number | undefined,
	{ message, description, httpCode }: ItemError,
): NodeApiError | NodeOperationError {
	const ofItem = optional('itemIndex', itemIndex);
	return httpCode === undefined
		? new NodeOperationError(ctx.getNode(), message, { ...ofItem, description })
		: new NodeApiError(ctx.getNode(), { message }, { ...ofItem, message, description, httpCode });
}

/**
 * The item that stands for a failure where the node goes on. Only `error` and `message`: n8n sends items
 * with any other member to the success branch (measured).
 */
export function toErrorItem(itemIndex: number, failure: ItemError): INodeExecutionData {
	return {
		json: { error: failure.message, message: failure.description || failure.message },
		pairedItem: { item: itemIndex },
	};
}
