import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import type { ApiError } from '../dashscope/apiError';
import { describeAnswer, explainApiError } from '../dashscope/errorAdvice';
import { describeClip, type Clip } from '../parameters/clips';
import { joinLines, type ErrorText } from '../util/errorText';
import { isRecord, objectOrEmpty, optionalText } from '../util/json';
import { optional } from '../util/optional';
import { fail, type Result } from '../util/result';
import { pairedItemsOf } from './clipItem';

/** Why an item has no result. Item number and IDs are added when it is shown, and nowhere else. */
export interface ItemError extends ErrorText {
	/** The HTTP status that caused it. */
	readonly httpCode?: string;
	readonly taskId?: string;
	readonly requestId?: string;
	/** True where the task ended for a reason on the service's side: not billed, and worth another create. */
	readonly mayCreateAgain?: boolean;
}

export type ItemResult = Result<INodeExecutionData, ItemError>;

/** The same where an item may become several, or none. */
export type ItemsResult = Result<INodeExecutionData | INodeExecutionData[], ItemError>;

interface ApiErrorContext {
	/** The task that the call was about. */
	readonly taskId?: string;
	/** What the user can do, below the advice that holds for every call. */
	readonly advice?: string;
	/** Takes the place of all other advice, where that would be wrong for this call. */
	readonly onlyAdvice?: string;
}

/** The error of a call to the API as the error of an item. */
export function fromApiError(
	error: ApiError,
	{ taskId, advice, onlyAdvice }: ApiErrorContext = {},
): ItemError {
	const { message, description } = explainApiError(error);
	return {
		message,
		description:
			onlyAdvice === undefined
				? joinLines([description, advice])
				: joinLines([onlyAdvice, describeAnswer(error)]),
		...('status' in error && { httpCode: String(error.status) }),
		...optional('requestId', 'requestId' in error ? error.requestId : undefined),
		...optional('taskId', taskId),
	};
}

/**
 * Something thrown by n8n or by a store, as the error of an item. Its words go into the description: n8n
 * replaces messages that hold ENOENT and the like (measured). Errors of n8n are known by name, since there
 * may be more than one copy of their classes.
 */
export function fromThrown(error: unknown): ItemError {
	const thrown = isRecord(error) ? error : {};
	const message = optionalText(thrown, 'message') ?? String(error);
	const description = optionalText(thrown, 'description') ?? '';
	switch (optionalText(thrown, 'name')) {
		case 'NodeOperationError':
		case 'NodeApiError':
			return { message, description };
		case 'ExpressionError': {
			const parameter = optionalText(objectOrEmpty(thrown, 'context'), 'parameter');
			return {
				message: `The expression of ${parameter === undefined ? 'a parameter' : `'${parameter}'`} cannot be evaluated`,
				description: joinLines(['Correct the expression and run this again.', `Cause: ${message}`]),
			};
		}
		default:
			return { message: 'The item could not be processed', description: `Cause: ${message}` };
	}
}

/** A trigger's poll has no signal: nobody can stop it. */
type ErrorContext = Pick<IExecuteFunctions, 'getNode'> &
	Partial<Pick<IExecuteFunctions, 'getExecutionCancelSignal'>>;

/** What `work` gives; what it throws, e.g. for an expression that cannot be evaluated, is an error too. */
export async function settle<T>(
	work: () => Result<T, ItemError> | Promise<Result<T, ItemError>>,
): Promise<Result<T, ItemError>> {
	try {
		return await work();
	} catch (error) {
		return fail(fromThrown(error));
	}
}

/** The error that ends the node, with the run's tasks below. Without a clip it concerns all items. */
export function toNodeError(
	ctx: ErrorContext,
	error: ItemError,
	{ clip, tasks }: { readonly clip?: Clip; readonly tasks?: string } = {},
): NodeApiError | NodeOperationError {
	const text = textOf(error, clip);
	// While the execution runs on, n8n must not take it for canceled because of a word in a user's value.
	const message =
		ctx.getExecutionCancelSignal?.()?.aborted === true ? text.message : breakCanceled(text.message);
	const description = joinLines([text.description, tasks]);
	const options = { description, ...optional('itemIndex', clip?.from) };
	return error.httpCode === undefined
		? new NodeOperationError(ctx.getNode(), message, options)
		: new NodeApiError(
				ctx.getNode(),
				{ message },
				{ ...options, message, httpCode: error.httpCode },
			);
}

/**
 * The item that stands for an error where the node continues on failure. Only `error` and `message`: n8n
 * sends items with any other member to the success branch (measured).
 */
export function toErrorItem(error: ItemError, clip: Clip): INodeExecutionData {
	const { message, description } = textOf(error, clip);
	return {
		json: { error: message, message: description || message },
		pairedItem: pairedItemsOf(clip),
	};
}

/** What the user reads: the only place that adds the item or the clip, and the IDs. */
function textOf(error: ItemError, clip: Clip | undefined): ErrorText {
	const { message, description, taskId, requestId } = error;
	const ids = [taskId && `Task ID: ${taskId}`, requestId && `Request ID: ${requestId}`];
	return {
		message: clip === undefined ? message : `${message} (${describeClip(clip)})`,
		description: joinLines([description, ...ids.filter((id) => id && !description.includes(id))]),
	};
}

/** n8n ends an execution as canceled where the message has this word in lower case (measured). It looks the same afterwards. */
const breakCanceled = (message: string): string => message.replace(/canceled/g, 'cancel\u200bed');
