import type { JsonObject } from '../json.mts';

/** An answer that refuses a call: top-level code and message (docs/service-facts.md#4-create). */
export interface Refusal {
	status: number;
	code: string;
	message: string;
}

const THROTTLED = 'Requests rate limit exceeded, please try again later.';

/** The documented refusals by code, with their status and words. */
export const REFUSALS = {
	InvalidApiKey: refusal(401, 'InvalidApiKey', 'Invalid API-key provided.'),
	AccessDenied: refusal(
		403,
		'AccessDenied',
		'current user api does not support synchronous calls.',
	),
	'BadRequest.IllegalInput': refusal(
		400,
		'BadRequest.IllegalInput',
		'The input parameter is illegal.',
	),
	'BadRequest.EmptyInput': refusal(
		400,
		'BadRequest.EmptyInput',
		'Required input parameter missing from request.',
	),
	'BadRequest.EmptyModel': refusal(
		400,
		'BadRequest.EmptyModel',
		'Required parameter "model" missing from request.',
	),
	InvalidParameter: refusal(400, 'InvalidParameter', 'Required parameter(s) missing or invalid.'),
	ModelNotFound: refusal(404, 'ModelNotFound', 'The model does not exist.'),
	Arrearage: refusal(
		400,
		'Arrearage',
		'Access denied, please make sure your account is in good standing.',
	),
	'AllocationQuota.FreeTierOnly': refusal(
		403,
		'AllocationQuota.FreeTierOnly',
		'The free tier of the model has been exhausted.',
	),
	'AccessDenied.Unpurchased': refusal(
		403,
		'AccessDenied.Unpurchased',
		'Access to model denied. Please make sure you are eligible for using the model.',
	),
	'Model.AccessDenied': refusal(403, 'Model.AccessDenied', 'Model access denied.'),
	'Endpoint.AccessDenied': refusal(
		403,
		'Endpoint.AccessDenied',
		'Workspace endpoint access denied.',
	),
	'Workspace.AccessDenied': refusal(403, 'Workspace.AccessDenied', 'Workspace access denied.'),
	'Throttling.RateQuota': refusal(429, 'Throttling.RateQuota', THROTTLED),
	Throttling: refusal(429, 'Throttling', THROTTLED),
	'Throttling.BurstRate': refusal(429, 'Throttling.BurstRate', THROTTLED),
	'Throttling.AllocationQuota': refusal(429, 'Throttling.AllocationQuota', THROTTLED),
	InternalError: refusal(500, 'InternalError', 'An internal error has occurred.'),
	'InternalError.Algo': refusal(500, 'InternalError.Algo', 'An internal error has occurred.'),
	'InternalError.Timeout': refusal(500, 'InternalError.Timeout', 'The request timed out.'),
	SystemError: refusal(500, 'SystemError', 'A system error has occurred.'),
	RequestTimeOut: refusal(500, 'RequestTimeOut', 'The request timed out.'),
	ModelServingError: refusal(503, 'ModelServingError', 'The model is not being served.'),
	ModelUnavailable: refusal(503, 'ModelUnavailable', 'The model is unavailable.'),
	UnsupportedOperation: refusal(
		400,
		'UnsupportedOperation',
		'Failed to cancel the task, please confirm if the task is in PENDING status.',
	),
} as const;

/** A code whose status or occasion is documented. */
export type RefusalCode = keyof typeof REFUSALS;

/** The documented refusal of a code, if there is one. */
export function documentedRefusal(code: string): Refusal | undefined {
	return Object.values(REFUSALS).find((known) => known.code === code);
}

function refusal(status: number, code: string, message: string): Refusal {
	return { status, code, message };
}

/** The body of a refusal in one of the two documented shapes, with or without a request id. */
export function refusalBody(
	{ code, message }: Pick<Refusal, 'code' | 'message'>,
	requestId: string | undefined,
	shape: 'flat' | 'nested' = 'flat',
): JsonObject {
	const id = requestId === undefined ? {} : { request_id: requestId };
	return shape === 'flat'
		? { code, message, ...id }
		: { error: { message, type: 'invalid_request_error', code }, ...id };
}
