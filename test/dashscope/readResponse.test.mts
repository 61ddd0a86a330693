import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readResponse } from '../../nodes/WanKeyframeVideo/dashscope/readResponse.ts';

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

const garbledAs = (status: number, excerpt: string) => ({
	ok: false,
	error: { kind: 'unexpectedResponse', status, excerpt },
});

describe('an answer', () => {
	it('is what the service sent, untouched', () => {
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
	])('that is %s is none', (_, body, excerpt) => {
		expect(readResponse({ status: 200, body })).toEqual(garbledAs(200, excerpt));
	});
});

describe('a refusal', () => {
	it('in the documented shape', () => {
		const body = { code: 'InvalidApiKey', message: 'Invalid API-key provided.', request_id: 'r-1' };
		expect(readResponse({ status: 401, body })).toEqual(
			refusedAs(401, 'InvalidApiKey', 'Invalid API-key provided.', 'r-1'),
		);
	});

	it('in the other shape', () => {
		const inner = { message: 'Incorrect API key.', type: 'auth', code: 'invalid_api_key' };
		expect(readResponse({ status: 401, body: { error: inner, request_id: 'r-2' } })).toEqual(
			refusedAs(401, 'invalid_api_key', 'Incorrect API key.', 'r-2'),
		);
	});

	it('in the other shape without a code has its type', () => {
		const inner = { message: 'Slow down.', type: 'limit_requests' };
		expect(readResponse({ status: 429, body: { error: inner } })).toEqual(
			refusedAs(429, 'limit_requests', 'Slow down.'),
		);
	});

	it.each([undefined, null, '', 7])('may have the request ID %j, which is none', (request_id) => {
		const body = { code: 'Arrearage', message: 'Overdue.', request_id };
		expect(readResponse({ status: 400, body })).toEqual(refusedAs(400, 'Arrearage', 'Overdue.'));
	});

	it('may have words only, or a code only', () => {
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
	])('that is not of the service: %s %j', (status, body, excerpt) => {
		expect(readResponse({ status, body })).toEqual(garbledAs(status, excerpt));
	});
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

it('any JSON with any status is read', () => {
	fc.assert(
		fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 599 }), (body, status) => {
			const isGood = status >= 200 && status < 300 && typeof body === 'object';
			const answer = readResponse({ status, body });
			expect(answer.ok).toBe(isGood && body !== null && !Array.isArray(body));
		}),
	);
});
