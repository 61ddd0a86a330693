import { describe, expect, it } from 'vitest';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { REFUSALS } from '../simulator/index.mts';
import { setupNodeTest, errorText } from '../engine/nodeTest.mts';

const harness = await setupNodeTest();
/** Refusals for too many calls slow the pace of the whole process: nobody waits for that here. */
const run: typeof harness.run = async (...args) => await useVirtualTime().run(harness.run(...args));
const getStatus = { operation: 'getStatus' };
const wait = { operation: 'wait' };
/** More often than Get Status asks. */
const TRIES = 9;

/** `InvalidApiKey` as the service also spells it: `invalid_api_key`. */
const otherSpelling = (code: string): string =>
	code
		.replace(/([a-z])([A-Z])/g, '$1_$2')
		.replace(/\./g, '_')
		.toLowerCase();

/** What the user reads first, for every documented refusal. */
const FIRST_WORDS: Readonly<Record<keyof typeof REFUSALS, string>> = {
	InvalidApiKey: 'DashScope does not accept the API key',
	AccessDenied: 'DashScope denies access to this call',
	'BadRequest.IllegalInput': 'DashScope does not accept a parameter',
	'BadRequest.EmptyInput': 'DashScope does not accept a parameter',
	'BadRequest.EmptyModel': 'DashScope does not accept a parameter',
	InvalidParameter: 'DashScope does not accept a parameter',
	ModelNotFound: 'DashScope does not know this model',
	Arrearage: 'The Alibaba Cloud account has an overdue balance',
	'AllocationQuota.FreeTierOnly': "The model's free quota is used up",
	'AccessDenied.Unpurchased': 'The account has no access to this model',
	'Model.AccessDenied': 'The account has no access to this model',
	'Endpoint.AccessDenied': 'The workspace host denies access to this key',
	'Workspace.AccessDenied': 'The key has no access to this workspace',
	'Throttling.RateQuota': 'DashScope receives more calls from this account than it allows',
	Throttling: 'DashScope receives more calls from this account than it allows',
	'Throttling.BurstRate': 'DashScope receives more calls from this account than it allows',
	'Throttling.AllocationQuota': "The account's quota for this model is used up",
	InternalError: 'DashScope had an internal fault',
	'InternalError.Algo': 'DashScope had an internal fault',
	'InternalError.Timeout': 'DashScope had an internal fault',
	SystemError: 'DashScope had an internal fault',
	RequestTimeOut: 'DashScope had an internal fault',
	ModelServingError: 'The model is not available at the moment',
	ModelUnavailable: 'The model is not available at the moment',
	UnsupportedOperation: 'DashScope does not allow this for the task as it stands',
};

describe('a refusal is told in plain words, with those of the service and its ID below', () => {
	const rows = Object.entries(FIRST_WORDS).flatMap(([code, words]) =>
		(['flat', 'nested'] as const).flatMap((shape) =>
			[code, otherSpelling(code)].map((spelt) => ({ code, spelt, shape, words })),
		),
	);
	it.each(rows)('$spelt, $shape', async ({ code, spelt, shape, words }) => {
		const { status, message } = Object.values(REFUSALS).find((one) => one.code === code) ?? {
			status: 400,
			message: '',
		};
		harness.simulator.fault({
			on: 'query',
			effect: 'error',
			code: spelt,
			status,
			message,
			shape,
			times: TRIES,
		});
		const result = await run([{ json: { taskId: 'abc' } }], getStatus);

		expect(result.error?.message).toBe(`${words} (item 0)`);
		expect(errorText(result)).toContain(`DashScope said (HTTP ${status}): ${spelt}: ${message}`);
		expect(errorText(result)).toMatch(/Request ID: [0-9a-f-]{36}/);
		expect(errorText(result)).toContain('Task ID: abc');
	});

	it('also where the service gives no ID', async () => {
		harness.simulator.fault({ on: 'query', effect: 'error', code: 'Arrearage', requestId: false });
		const result = await run([{ json: { taskId: 'abc' } }], getStatus);

		expect(errorText(result)).toContain('overdue balance');
		expect(errorText(result)).not.toContain('Request ID');
	});

	it.each([
		['a 502 page', { effect: 'html' }, 'It answered HTTP 502'],
		['an empty body', { effect: 'empty', status: 500 }, 'It answered HTTP 500 with nothing in it.'],
		['half a JSON', { effect: 'invalidJson' }, 'It answered HTTP 200'],
	] as const)('%s is not the service speaking', async (_, fault, words) => {
		harness.simulator.fault({ on: 'query', times: TRIES, ...fault });
		const result = await run([{ json: { taskId: 'abc' } }], getStatus);

		expect(result.error?.message).toBe('The host does not answer the way DashScope does (item 0)');
		expect(errorText(result)).toContain(words);
	});

	it('words that n8n would replace stay where they are kept', async () => {
		const message = 'connect EACCES 10.0.0.1: ECONNREFUSED ENOENT';
		harness.simulator.fault({ on: 'query', effect: 'error', code: 'Arrearage', message });
		const result = await run([{ json: { taskId: 'abc' } }], getStatus);

		expect(result.error?.message).toBe('The Alibaba Cloud account has an overdue balance (item 0)');
		expect(errorText(result)).toContain(message);
	});
});

describe('a failed task is told in plain words, with those of the service and its IDs below', () => {
	it.each<[code: string, message: string, words: string]>([
		['InvalidParameter', 'Field required: input.media', 'DashScope does not accept a parameter'],
		[
			'InvalidParameter',
			"Input should be '1080P' or '720P': parameters.resolution",
			'DashScope does not accept a parameter',
		],
		[
			'InvalidParameter',
			'Duration should be between 2 and 15',
			'DashScope does not accept a parameter',
		],
		[
			'InvalidParameter',
			'duration customization is not supported',
			'DashScope does not accept a parameter',
		],
		[
			'InvalidParameter',
			'Failed to download https://example.com/a.png',
			'DashScope could not fetch an input file',
		],
		[
			'InvalidParameter.DataInspection',
			'Unable to download the media resource during the data inspection process.',
			'DashScope could not fetch an input file',
		],
		[
			'DataInspectionFailed',
			'Input data may contain inappropriate content.',
			'The prompt or a frame was turned down by content inspection',
		],
		[
			'DataInspectionFailed',
			'Output data may contain inappropriate content.',
			'The video was withheld by content inspection',
		],
		[
			'IPInfringementSuspect',
			'Input data is suspected of being involved in IP infringement.',
			'The prompt or a frame is suspected to infringe intellectual property',
		],
		['InvalidURL', 'The URL is invalid.', 'DashScope could not fetch an input file'],
		[
			'InvalidURL.ConnectionRefused',
			'Connection refused.',
			'DashScope could not fetch an input file',
		],
		['InvalidURL.Timeout', 'Timed out.', 'DashScope could not fetch an input file'],
		['InvalidFile.DownloadFailed', 'Download failed.', 'DashScope could not fetch an input file'],
		[
			'InvalidFile.Resolution',
			'The image is too small.',
			"An input file is outside the model's limits",
		],
		['InvalidFile.Size', 'The image is too large.', "An input file is outside the model's limits"],
		['InvalidFile.Format', 'Not an image.', "An input file is outside the model's limits"],
		['InvalidFile.Duration', 'Too long.', "An input file is outside the model's limits"],
		['InvalidFile.AspectRatio', 'Too wide.', "An input file is outside the model's limits"],
		['InvalidImage.ImageSize', 'Too small.', "An input file is outside the model's limits"],
		['InvalidImage.FileFormat', 'Not an image.', "An input file is outside the model's limits"],
		['InternalError.Timeout', 'Timed out.', 'DashScope had an internal fault'],
		['InternalError.Algo', 'Algorithm.', 'DashScope had an internal fault'],
	])('%s: %s', async (code, message, words) => {
		const taskId = harness.simulator.addTask({ status: 'FAILED', failure: { code, message } });
		const result = await run([{ json: { taskId } }], wait);

		expect(result.error?.message).toBe(`Task ${taskId} is FAILED: ${words} (item 0)`);
		expect(errorText(result)).toContain(`DashScope said: ${code}: ${message}`);
		expect(errorText(result)).toContain(`Task ID: ${taskId}`);
		expect(errorText(result)).toMatch(/Request ID: [0-9a-f-]{36}/);
	});
});
