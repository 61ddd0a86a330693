import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';
import {
	adviceFor,
	explainApiError,
	normalizeCode,
} from '../../nodes/WanKeyframeVideo/dashscope/errorAdvice.ts';
import { readResponse } from '../../nodes/WanKeyframeVideo/dashscope/readResponse.ts';

/** Every code of sections 3, 4 and 5 of docs/service-facts.md, by what the advice must say. */
const DOCUMENTED: ReadonlyArray<{
	readonly tells: RegExp;
	readonly said: ReadonlyArray<readonly [code: string, message?: string]>;
}> = [
	{
		tells: /not accept the API key/,
		said: [
			['InvalidApiKey', 'No API-key provided.'],
			['InvalidApiKey', 'Invalid API-key provided.'],
		],
	},
	{ tells: /overdue/, said: [['Arrearage', 'Access denied, account in arrears.']] },
	{ tells: /free quota/, said: [['AllocationQuota.FreeTierOnly']] },
	{
		tells: /no access to this model/,
		said: [
			['AccessDenied.Unpurchased'],
			['Model.AccessDenied'],
			['InvalidParameter', 'The product is not activated.'],
		],
	},
	{ tells: /no access to this workspace/, said: [['Workspace.AccessDenied']] },
	{
		tells: /denies access to this call/,
		said: [
			['AccessDenied', 'current user api does not support synchronous calls.'],
			['AccessDenied', 'Current user api does not support asynchronous calls.'],
		],
	},
	{ tells: /quota for this model/, said: [['Throttling.AllocationQuota']] },
	{
		tells: /more calls/,
		said: [['Throttling.RateQuota'], ['Throttling'], ['Throttling.BurstRate']],
	},
	{
		tells: /at the address/,
		said: [['InvalidParameter', 'url error, please check url!']],
	},
	{
		tells: /not know this model/,
		said: [['InvalidParameter', 'Model not exist.'], ['ModelNotFound']],
	},
	{
		tells: /video was withheld/,
		said: [['DataInspectionFailed', 'Output data may contain inappropriate content.']],
	},
	{
		tells: /turned down by content inspection/,
		said: [['DataInspectionFailed', 'Input data may contain inappropriate content.']],
	},
	{ tells: /intellectual property/, said: [['IPInfringementSuspect']] },
	{
		tells: /could not fetch an input file/,
		said: [
			['InvalidParameter', 'Failed to download https://host.test/a.png'],
			[
				'InvalidParameter.DataInspection',
				'Unable to download the media resource during the data inspection process.',
			],
			['InvalidURL'],
			['InvalidURL.ConnectionRefused'],
			['InvalidURL.Timeout'],
			['InvalidFile.DownloadFailed'],
		],
	},
	{
		tells: /input file is outside the model's limits/,
		said: [
			['InvalidFile.Resolution'],
			['InvalidFile.Size'],
			['InvalidFile.Format'],
			['InvalidFile.Duration'],
			['InvalidFile.AspectRatio'],
			['InvalidImage.ImageSize'],
			['InvalidImage.FileFormat'],
		],
	},
	{
		tells: /not accept a parameter/,
		said: [
			['InvalidParameter'],
			['InvalidParameter', 'Field required: input.media'],
			['InvalidParameter', 'Field required: input.media.0.type & Field required: input.media'],
			['InvalidParameter', "Input should be '1080P' or '720P': parameters.resolution"],
			['InvalidParameter', 'Duration should be between 2 and 15'],
			['InvalidParameter', 'duration customization is not supported'],
			['BadRequest.IllegalInput'],
			['BadRequest.EmptyInput'],
			['BadRequest.EmptyModel'],
		],
	},
	{
		tells: /not allow this for the task/,
		said: [
			[
				'UnsupportedOperation',
				'Failed to cancel the task, please confirm if the task is in PENDING status.',
			],
		],
	},
	{ tells: /not available at the moment/, said: [['ModelUnavailable'], ['ModelServingError']] },
	{
		tells: /had an internal fault/,
		said: [
			['InternalError'],
			['InternalError.Algo'],
			['InternalError.Timeout'],
			['SystemError'],
			['RequestTimeOut'],
		],
	},
];

/** `InvalidApiKey` as `invalid_api_key`. */
const snake = (code: string): string =>
	code
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
		.toLowerCase();

const ALL = DOCUMENTED.flatMap(({ tells, said }) =>
	said.map(([code, message = '']) => ({ code, message, tells })),
);

const FALLBACK = adviceFor({ code: 'NeverHeardOf', message: '' });
const WITHOUT_WORDS = adviceFor({ code: '', message: '' });

describe('the advice for a code', () => {
	it.each(ALL)(
		'"$code" with "$message" is advice of its own, in both spellings',
		({ code, message, tells }) => {
			const advice = adviceFor({ code, message });
			expect(advice.what).toMatch(tells);
			expect(advice.what).not.toBe(FALLBACK.what);
			expect(advice.next).toMatch(/\.$/);
			expect(adviceFor({ code: snake(code), message })).toEqual(advice);
			expect(adviceFor({ code, message: message.toUpperCase() })).toEqual(advice);
		},
	);

	it('does not depend on the status', () => {
		for (const { code, message } of ALL) {
			const advice = adviceFor({ code, message });
			for (const status of [200, 400, 401, 403, 429, 500]) {
				expect(adviceFor({ code, message, status }), code).toEqual(advice);
			}
		}
	});

	it('differs for each kind of cause', () => {
		const whats = new Set(ALL.map(({ code, message }) => adviceFor({ code, message }).what));
		expect(whats.size).toBe(DOCUMENTED.length);
	});

	it('is the same for both spellings of a code', () => {
		expect(snake('InvalidApiKey')).toBe('invalid_api_key');
		expect(snake('InvalidURL.ConnectionRefused')).toBe('invalid_url.connection_refused');
		expect(normalizeCode('InvalidApiKey')).toBe('invalidapikey');
		expect(normalizeCode('invalid_api-key.')).toBe('invalidapikey');
	});
});

describe('the advice for a code that is not known', () => {
	it.each([
		[401, /API key/],
		[403, /access/],
		[429, /more calls/],
		[500, /out of order/],
		[599, /out of order/],
	])('follows from the status %s', (status, tells) => {
		expect(adviceFor({ code: 'NeverHeardOf', message: '', status }).what).toMatch(tells);
		expect(adviceFor({ code: '', message: '', status }).what).toMatch(tells);
	});

	it.each([400, 404, 409, undefined])(
		'points to the words of the service with status %s',
		(status) => {
			const words = { code: 'NeverHeardOf', message: 'invalid_api_key', ...(status && { status }) };
			expect(adviceFor(words)).toEqual(FALLBACK);
		},
	);
});

/** Every error that leads to words of its own. */
const FAULTS: readonly ApiError[] = [
	...ALL.map(
		({ code, message }): ApiError => ({
			kind: 'refused',
			status: 400,
			code,
			message,
			requestId: 'r',
		}),
	),
	...[400, 401, 403, 404, 429, 500].map(
		(status): ApiError => ({ kind: 'refused', status, code: '', message: '' }),
	),
	...[0, 200, 302, 404, 502].map(
		(status): ApiError => ({ kind: 'unexpectedResponse', status, excerpt: 'Sign in' }),
	),
	...[true, false].map(
		(connectFailed): ApiError => ({
			kind: 'unreachable',
			cause: 'connect ECONNREFUSED',
			connectFailed,
		}),
	),
];

it('an error without any words does not point to words below it', () => {
	expect(WITHOUT_WORDS.next).not.toContain('below');
});

describe('what an error tells the user', () => {
	it('avoids the words that n8n wants avoided', () => {
		for (const error of FAULTS) {
			expect(explainApiError(error).message).not.toMatch(/error|problem|failure|mistake/i);
		}
	});

	it('is a short line with what to do below it', () => {
		for (const error of FAULTS) {
			const { message, description } = explainApiError(error);
			expect(message).toMatch(/^[^\n]{10,90}$/);
			expect(message).not.toMatch(/\.$/);
			expect(description.split('\n')[0]).toMatch(/\.$/);
		}
	});

	it('has the status, the code, the words and the request ID, whatever they are', () => {
		const words = fc.string({ minLength: 1 });
		fc.assert(
			fc.property(
				fc.integer({ min: 400, max: 599 }),
				fc.oneof(fc.constantFrom(...ALL.map(({ code }) => code)), words),
				words,
				fc.uuid(),
				(status, code, message, requestId) => {
					const { description } = explainApiError({
						kind: 'refused',
						status,
						code,
						message,
						requestId,
					});
					expect(description).toContain(`(HTTP ${status}): ${code}: ${message}`);
					expect(description).toContain(`Request ID: ${requestId}`);
				},
			),
		);
	});

	it('has the request ID of both shapes of a refusal', () => {
		const words = { code: 'NeverHeardOf', message: 'No.' };
		for (const body of [
			{ ...words, request_id: 'r-123' },
			{ error: words, request_id: 'r-123' },
		]) {
			const answer = readResponse({ status: 400, body });
			if (answer.ok) throw new Error('a refusal is no answer');
			expect(explainApiError(answer.error).description).toContain('Request ID: r-123');
		}
	});

	it('has no line for a request ID that is not there', () => {
		const error = { kind: 'refused', status: 400, code: 'X', message: '' } as const;
		expect(explainApiError(error).description).not.toContain('Request ID');
	});

	it('keeps foreign words out of the message, where n8n may replace it as a whole', () => {
		for (const words of ['connect ECONNREFUSED 127.0.0.1:443', 'open /x: ENOENT', 'EACCES']) {
			const faults: ApiError[] = [
				{ kind: 'refused', status: 400, code: words, message: words },
				{ kind: 'unexpectedResponse', status: 502, excerpt: words },
				{ kind: 'unreachable', cause: words, connectFailed: true },
				{ kind: 'unreachable', cause: words, connectFailed: false },
			];
			for (const error of faults) {
				const { message, description } = explainApiError(error);
				expect(message).not.toMatch(/E[A-Z]{4,}/);
				expect(description).toContain(words);
			}
		}
	});

	it('tells a host that is not there from one that broke off, a page and a redirect', () => {
		const messages = FAULTS.filter(({ kind }) => kind !== 'refused').map(
			(error) => explainApiError(error).message,
		);
		expect(new Set(messages).size).toBe(4);
	});

	it('says that an answer was empty', () => {
		const empty = { kind: 'unexpectedResponse', status: 502, excerpt: '' } as const;
		expect(explainApiError(empty).description).toMatch(/HTTP 502 with nothing in it\.$/);
	});
});
