import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOf, readResponse } from '../../nodes/WanKeyframeVideo/dashscope/readResponse.ts';

const refusedAs = (status: number, code: string, message: string, requestId?: string) => ({
	ok: false,
	error: {
		kind: 'refused',
		status,
		code,
		message,
		...(requestId !== undefined && { requestId }),
	},
});

const unexpectedAs = (status: number, excerpt: string) => ({
	ok: false,
	error: { kind: 'unexpectedResponse', status, excerpt },
});

describe('an answer', () => {
	it('in JSON is returned untouched', () => {
		const body = { request_id: 'r', output: { task_id: 't', task_status: 'FAILED', code: 'X' } };
		expect(readResponse({ status: 200, body })).toEqual({ ok: true, value: body });
		expect(readResponse({ status: 299, body: {} })).toEqual({ ok: true, value: {} });
	});

	it.each([
		[
			'a page',
			'<html><body><h1>Sign in</h1>\n  to  <b>Wi-Fi</b></body></html>',
			'Sign in to Wi-Fi',
		],
		['nothing', '', ''],
		['no body', undefined, ''],
		['null', null, 'null'],
		['a list', [{ task_id: 't' }], '[{"task_id":"t"}]'],
		['a number', 7, '7'],
	])('with status 200 that is %s is an unexpected response', (_, body, excerpt) => {
		expect(readResponse({ status: 200, body })).toEqual(unexpectedAs(200, excerpt));
	});
});

describe('a refusal', () => {
	it('in the documented shape has its code, message and request ID', () => {
		const body = { code: 'InvalidApiKey', message: 'Invalid API-key provided.', request_id: 'r-1' };
		expect(readResponse({ status: 401, body })).toEqual(
			refusedAs(401, 'InvalidApiKey', 'Invalid API-key provided.', 'r-1'),
		);
	});

	it('inside of `error` has its code, message and request ID', () => {
		const inner = { message: 'Incorrect API key.', type: 'auth', code: 'invalid_api_key' };
		expect(readResponse({ status: 401, body: { error: inner, request_id: 'r-2' } })).toEqual(
			refusedAs(401, 'invalid_api_key', 'Incorrect API key.', 'r-2'),
		);
	});

	it('inside of `error` without a code has its type as code', () => {
		const inner = { message: 'Slow down.', type: 'limit_requests' };
		expect(readResponse({ status: 429, body: { error: inner } })).toEqual(
			refusedAs(429, 'limit_requests', 'Slow down.'),
		);
	});

	it.each([undefined, null, '', 7])('with the request ID %j has no request ID', (request_id) => {
		const body = { code: 'Arrearage', message: 'Overdue.', request_id };
		expect(readResponse({ status: 400, body })).toEqual(refusedAs(400, 'Arrearage', 'Overdue.'));
	});

	it('may have a message only, or a code only', () => {
		expect(readResponse({ status: 400, body: { message: 'No.' } })).toEqual(
			refusedAs(400, '', 'No.'),
		);
		expect(readResponse({ status: 400, body: { code: 'No' } })).toEqual(refusedAs(400, 'No', ''));
	});

	it.each([
		[502, '<html>\n<head><title>502 Bad Gateway</title></head>', '502 Bad Gateway'],
		[404, '', ''],
		[403, undefined, ''],
		[500, [], '[]'],
		[400, {}, '{}'],
		[400, { error: 'nope' }, '{"error":"nope"}'],
		[302, 'Found', 'Found'],
		[0, undefined, ''],
	])(
		'with status %s and the body %j is not of the service: an unexpected response',
		(status, body, excerpt) => {
			expect(readResponse({ status, body })).toEqual(unexpectedAs(status, excerpt));
		},
	);
});

it('the excerpt of a foreign answer is one short line without markup', () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 600 }), fc.integer({ min: 0, max: 599 }), (body, status) => {
			const answer = readResponse({ status, body });
			expect(answer.ok).toBe(false);
			if (answer.ok || answer.error.kind !== 'unexpectedResponse') return;
			expect(answer.error.excerpt.length).toBeLessThanOrEqual(200);
			expect(answer.error.excerpt).not.toMatch(/[\n\t]|<[^>]*>/);
		}),
	);
});

it('an excerpt never throws, whatever the answer is', () => {
	const circular: Record<string, unknown> = {};
	circular['self'] = circular;
	let deep: unknown = 1;
	for (let level = 0; level < 100_000; level++) deep = [deep];
	for (const body of [circular, deep, 1n, Symbol('x'), () => 1]) {
		expect(typeof excerptOf(body)).toBe('string');
	}
});

it('any JSON with any status is read', () => {
	fc.assert(
		fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 599 }), (body, status) => {
			const isGood = status >= 200 && status < 300 && typeof body === 'object';
			const answer = readResponse({ status, body });
			expect(answer.ok).toBe(isGood && body !== null && !Array.isArray(body));
		}),
	);
});
