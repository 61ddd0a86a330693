import { expect, it } from 'vitest';
import {
	isAmbiguousForCreate,
	isTransient,
	type Fault,
} from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';

const refused = (status: number): Fault => ({ kind: 'refused', status, code: 'X', message: '' });
const garbled = (status: number): Fault => ({ kind: 'garbled', status, excerpt: '' });
const unreachable = (neverSent: boolean): Fault => ({ kind: 'unreachable', cause: 'X', neverSent });

const PASSES = { isTransient: true };
const STAYS = { isTransient: false };
/** The service clearly made no task: a create may be sent again. */
const NO_TASK = { isAmbiguous: false };
const MAYBE_A_TASK = { isAmbiguous: true };

it.each<[string, Fault, { isTransient: boolean; isAmbiguous: boolean }]>([
	['refused 400', refused(400), { ...STAYS, ...NO_TASK }],
	['refused 401', refused(401), { ...STAYS, ...NO_TASK }],
	['refused 403', refused(403), { ...STAYS, ...NO_TASK }],
	['refused 404', refused(404), { ...STAYS, ...NO_TASK }],
	['refused 428', refused(428), { ...STAYS, ...NO_TASK }],
	['refused 429', refused(429), { ...PASSES, ...NO_TASK }],
	['refused 499', refused(499), { ...STAYS, ...NO_TASK }],
	['refused 500', refused(500), { ...PASSES, ...MAYBE_A_TASK }],
	['refused 503', refused(503), { ...PASSES, ...MAYBE_A_TASK }],
	['a page with 200', garbled(200), { ...PASSES, ...MAYBE_A_TASK }],
	['a page with 299', garbled(299), { ...PASSES, ...MAYBE_A_TASK }],
	['a redirect', garbled(302), { ...STAYS, ...NO_TASK }],
	['a page with 401', garbled(401), { ...STAYS, ...NO_TASK }],
	['a page with 404', garbled(404), { ...STAYS, ...NO_TASK }],
	['a page with 429', garbled(429), { ...PASSES, ...NO_TASK }],
	['a page with 502', garbled(502), { ...PASSES, ...MAYBE_A_TASK }],
	['no connection', unreachable(true), { ...PASSES, ...NO_TASK }],
	['a cut connection', unreachable(false), { ...PASSES, ...MAYBE_A_TASK }],
])('%s', (_, fault, expected) => {
	expect({
		isTransient: isTransient(fault),
		isAmbiguous: isAmbiguousForCreate(fault),
	}).toEqual(expected);
});
