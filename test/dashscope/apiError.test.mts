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

const PASSES = { isTransient: true };
const STAYS = { isTransient: false };
/** The service clearly made no task: a create may be sent again. */
const NO_TASK = { isAmbiguous: false };
const MAYBE_A_TASK = { isAmbiguous: true };

it.each<[string, ApiError, { isTransient: boolean; isAmbiguous: boolean }]>([
	['refused 400', refused(400), { ...STAYS, ...NO_TASK }],
	['refused 401', refused(401), { ...STAYS, ...NO_TASK }],
	['refused 403', refused(403), { ...STAYS, ...NO_TASK }],
	['refused 404', refused(404), { ...STAYS, ...NO_TASK }],
	['refused 428', refused(428), { ...STAYS, ...NO_TASK }],
	['refused 429', refused(429), { ...PASSES, ...NO_TASK }],
	['refused 499', refused(499), { ...STAYS, ...NO_TASK }],
	['refused 500', refused(500), { ...PASSES, ...MAYBE_A_TASK }],
	['refused 503', refused(503), { ...PASSES, ...MAYBE_A_TASK }],
	['a page with 200', unexpectedResponse(200), { ...PASSES, ...MAYBE_A_TASK }],
	['a page with 299', unexpectedResponse(299), { ...PASSES, ...MAYBE_A_TASK }],
	['a redirect', unexpectedResponse(302), { ...STAYS, ...NO_TASK }],
	['a page with 401', unexpectedResponse(401), { ...STAYS, ...NO_TASK }],
	['a page with 404', unexpectedResponse(404), { ...STAYS, ...NO_TASK }],
	['a page with 429', unexpectedResponse(429), { ...PASSES, ...NO_TASK }],
	['a page with 502', unexpectedResponse(502), { ...PASSES, ...MAYBE_A_TASK }],
	['no connection', unreachable(true), { ...PASSES, ...NO_TASK }],
	['a cut connection', unreachable(false), { ...PASSES, ...MAYBE_A_TASK }],
])('%s', (_, error, expected) => {
	expect({
		isTransient: isTransient(error),
		isAmbiguous: isCreateOutcomeUnknown(error),
	}).toEqual(expected);
});
