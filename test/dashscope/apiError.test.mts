import { expect, it } from 'vitest';
import {
	isCreateOutcomeUnknown,
	isTransient,
	type ApiError,
} from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';

const refused = (status: number): ApiError => ({ kind: 'refused', status, code: 'X', message: '' });
const unexpectedResponse = (status: number): ApiError => ({
	kind: 'unexpectedResponse',
	status,
	excerpt: '',
});
const unreachable = (connectFailed: boolean): ApiError => ({
	kind: 'unreachable',
	cause: 'X',
	connectFailed,
});

const PASSING = { isTransient: true };
const LASTING = { isTransient: false };
/** The service clearly made no task: a create may be sent again. */
const NO_TASK = { isOutcomeUnknown: false };
const OUTCOME_UNKNOWN = { isOutcomeUnknown: true };

it.each<[string, ApiError, { isTransient: boolean; isOutcomeUnknown: boolean }]>([
	['refused 400', refused(400), { ...LASTING, ...NO_TASK }],
	['refused 401', refused(401), { ...LASTING, ...NO_TASK }],
	['refused 403', refused(403), { ...LASTING, ...NO_TASK }],
	['refused 404', refused(404), { ...LASTING, ...NO_TASK }],
	['refused 428', refused(428), { ...LASTING, ...NO_TASK }],
	['refused 429', refused(429), { ...PASSING, ...NO_TASK }],
	['refused 408', refused(408), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['refused 409', refused(409), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['refused 425', refused(425), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['refused 499', refused(499), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['refused 500', refused(500), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['refused 503', refused(503), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['a page with 200', unexpectedResponse(200), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['a page with 299', unexpectedResponse(299), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['a redirect', unexpectedResponse(302), { ...PASSING, ...NO_TASK }],
	['a page with 401', unexpectedResponse(401), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['a page with 404', unexpectedResponse(404), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['a page with 407', unexpectedResponse(407), { ...PASSING, ...NO_TASK }],
	['a page with 429', unexpectedResponse(429), { ...PASSING, ...NO_TASK }],
	['a page with 502', unexpectedResponse(502), { ...PASSING, ...OUTCOME_UNKNOWN }],
	['no connection', unreachable(true), { ...PASSING, ...NO_TASK }],
	['a cut connection', unreachable(false), { ...PASSING, ...OUTCOME_UNKNOWN }],
])('%s: whether it may pass, and whether a create may have made a task', (_, error, expected) => {
	expect({
		isTransient: isTransient(error),
		isOutcomeUnknown: isCreateOutcomeUnknown(error),
	}).toEqual(expected);
});
