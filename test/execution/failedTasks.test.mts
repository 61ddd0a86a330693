/**
 * A task that ended FAILED is not billed. Under Retry On Fail one that failed for a reason on the service's
 * side is created again, once a try; one that failed for what it was given is not.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, THEN_WAIT } from '../engine/workflowBuilder.mts';
import type { FaultTarget } from '../simulator/index.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { pngUri } from '../simulator/testClient.mts';

const SECONDS = 2;
const DAY_MS = 24 * 3_600_000;

const harness = await setupNodeTest({ times: { pendingMs: 100, runningMs: 900 } });
const frame = pngUri(await picture('#c03030'));
const create = {
	...createFrom(frame),
	...THEN_WAIT,
	prompt: '={{ $json.prompt }}',
	duration: SECONDS,
};

/** Codes and words of failed tasks, sections 4 and 5 of docs/service-facts.md. */
const BY_THE_SERVICE: ReadonlyArray<readonly [code: string, message: string]> = [
	['InternalError', 'Internal server error!'],
	['InternalError.Algo', 'Algorithm process error.'],
	['InternalError.Timeout', 'The task timed out.'],
	['internal_error', 'In the other spelling.'],
	['SystemError', 'System error.'],
	['RequestTimeOut', 'Request timed out.'],
	['ModelUnavailable', 'The model is unavailable.'],
	['ModelServingError', 'The model could not serve.'],
	['Throttling', 'Too many tasks.'],
	['InvalidParameter', 'Failed to download https://host.test/a.png'],
	[
		'InvalidParameter.DataInspection',
		'Unable to download the media resource during the data inspection process.',
	],
	['InvalidURL.ConnectionRefused', 'Connection refused.'],
	['InvalidURL.Timeout', 'Timed out.'],
	['InvalidFile.DownloadFailed', 'Download failed.'],
];
const BY_THE_REQUEST: ReadonlyArray<readonly [code: string, message: string]> = [
	['InvalidParameter', 'Field required: input.media'],
	['InvalidParameter', "Input should be '1080P' or '720P': parameters.resolution"],
	['InvalidParameter', 'Duration should be between 2 and 15'],
	['InvalidParameter', 'duration customization is not supported'],
	['InvalidParameter', 'url error, please check url!'],
	['InvalidParameter', 'The product is not activated.'],
	['InvalidParameter', 'https://download.test/a.png is not an image'],
	['DataInspectionFailed', 'Input data may contain inappropriate content.'],
	['DataInspectionFailed', 'Output data may contain inappropriate content.'],
	['IPInfringementSuspect', 'Suspected of infringement.'],
	['InvalidURL', 'The URL is invalid.'],
	['InvalidFile.Resolution', 'Too small.'],
	['InvalidFile.Size', 'Too large.'],
	['InvalidFile.Format', 'Not an image.'],
	['InvalidFile.Duration', 'Too long.'],
	['InvalidFile.AspectRatio', 'Too wide.'],
	['InvalidImage.ImageSize', 'Too small.'],
	['InvalidImage.FileFormat', 'Not an image.'],
	['Arrearage', 'The account is in arrears.'],
];
const UNEXPLAINED: ReadonlyArray<readonly [code: string, message: string]> = [
	['SomethingNew', 'Nobody knows this code.'],
	['', ''],
];

const ON_ERROR = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const;
const retryOnFail = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const CODES = [
	...BY_THE_SERVICE.map((said) => ({ said, isCreatedAgain: true })),
	...[...BY_THE_REQUEST, ...UNEXPLAINED].map((said) => ({ said, isCreatedAgain: false })),
].map((one, index) => ({ ...one, prompt: `code ${index}` }));

const items = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ json: { prompt: `item ${index}` } }));

/** The next tasks, or those of this prompt, end in this way. */
function failTasks(
	code: string,
	message: string,
	{ at = 'end', ...target }: Partial<FaultTarget> & { at?: 'once' | 'end' } = {},
): void {
	harness.simulator.fault({ on: 'create', ...target, effect: 'failTask', code, message, at });
}

let firstTask = 0;
afterEach(() => void (firstTask = harness.simulator.tasks.size));

/** For each prompt of this test: its creates, and the seconds they cost once all tasks have ended. */
function paid(): Record<string, { creates: number; seconds: number }> {
	const { byTask } = harness.simulator.bill(Date.now() + DAY_MS);
	const costs: ReturnType<typeof paid> = {};
	for (const { id, video } of [...harness.simulator.tasks.values()].slice(firstTask)) {
		const { creates, seconds } = costs[video.prompt] ?? { creates: 0, seconds: 0 };
		costs[video.prompt] = { creates: creates + 1, seconds: seconds + (byTask.get(id) ?? 0) };
	}
	return costs;
}

describe('tasks of a Create that waits, each FAILED once by another code:', () => {
	it.each(ON_ERROR.flatMap((onError) => [false, true].map((retries) => ({ onError, retries }))))(
		'$onError, Retry On Fail: $retries',
		async ({ onError, retries }) => {
			const settings = { onError, ...(retries && retryOnFail) };
			for (const { said, prompt } of CODES) failTasks(...said, { prompt });
			// Where one failure ends the execution, each code has its own, side by side.
			const executions = onError === 'stopWorkflow' ? CODES.map((one) => [one]) : [CODES];
			const running = executions.map(async (codes) => {
				const prompts = [...codes.map(({ prompt }) => prompt), `good beside ${codes[0]?.prompt}`];
				const given = prompts.map((prompt) => ({ json: { prompt } }));
				const result = await harness.run(given, create, settings);
				const put = [0, 1].flatMap((branch) => result.items('Wan', branch));
				return [result.error && errorText(result), put.map(({ json }) => json)];
			});
			const texts = JSON.stringify(await useVirtualTime().run(Promise.all(running)));

			const seen = paid();
			for (const { said, prompt, isCreatedAgain } of CODES) {
				const helps = retries && isCreatedAgain;
				expect
					.soft(seen[prompt], said.join())
					.toEqual(helps ? { creates: 2, seconds: SECONDS } : { creates: 1, seconds: 0 });
			}
			for (const [prompt, cost] of Object.entries(seen)) {
				if (prompt.startsWith('good')) expect(cost).toEqual({ creates: 1, seconds: SECONDS });
			}
			const explained = (retry: RegExp) => texts.match(retry)?.length ?? 0;
			expect(explained(/may help/g)).toBe(retries ? 0 : BY_THE_SERVICE.length);
			expect(explained(/A retry cannot help/g)).toBe(BY_THE_REQUEST.length);
			expect(explained(/does not create it again/g)).toBe(UNEXPLAINED.length);
		},
	);
});

describe('a task that fails for the service, under Retry On Fail,', () => {
	const failForTheService = (options?: Parameters<typeof failTasks>[2]) =>
		failTasks('InternalError.Algo', 'It did not work.', options);

	it('is created once a try, and not beyond the last', async () => {
		failForTheService({ times: 9 });
		const result = await useVirtualTime().run(harness.run(items(1), create, retryOnFail));

		expect(errorText(result)).toContain('DashScope had an internal fault');
		expect(harness.count('create')).toBe(3);
		expect(paid()).toEqual({ 'item 0': { creates: 3, seconds: 0 } });
	});

	it.each(['once', 'end'] as const)(
		'is replaced at all of five items, failing at %s',
		async (at) => {
			failForTheService({ times: 5, at });
			const twoTries = { ...retryOnFail, maxTries: 2 };
			const result = await useVirtualTime().run(harness.run(items(5), create, twoTries));

			expect(result.error).toBeUndefined();
			expect(harness.count('create')).toBe(10);
			expect(Object.values(paid()).map(({ seconds }) => seconds)).toEqual(Array(5).fill(SECONDS));
		},
	);

	it('is replaced at a later item only where the first one lets n8n try again', async () => {
		failForTheService({ skip: 1 });
		const settings = { ...retryOnFail, onError: 'continueRegularOutput' } as const;
		const result = await useVirtualTime().run(harness.run(items(2), create, settings));

		expect(result.items('Wan').map(({ json }) => 'error' in json)).toEqual([false, true]);
		expect(harness.count('create')).toBe(2);
	});

	it('keeps the tasks of the items that have not failed', async () => {
		failForTheService({ skip: 1 });
		const result = await useVirtualTime().run(harness.run(items(3), create, retryOnFail));

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(4);
		expect(Object.values(paid()).map(({ seconds }) => seconds)).toEqual(Array(3).fill(SECONDS));
	});

	it.each([
		{ closeLoop: false, clips: [0, 1] },
		{ closeLoop: true, clips: [0, 1, 2] },
	])('is replaced in a storyboard as well, closed: $closeLoop', async ({ closeLoop, clips }) => {
		failForTheService({ skip: clips.length - 1 });
		const { firstFrameUrl: frameUrl, lastFrameUrl: _, ...others } = create;
		const storyboard = { ...others, framesPerItem: 'one', frameUrl, closeLoop, joinVideos: false };
		const result = await useVirtualTime().run(harness.run(items(3), storyboard, retryOnFail));

		expect(result.error).toBeUndefined();
		expect(harness.count('create')).toBe(clips.length + 1);
		expect(result.items('Wan').map(({ json }) => json['segment'])).toMatchObject(
			clips.map((index) => ({ index, from: index })),
		);
		const prompts = result.items('Wan').map(({ json }) => json['prompt']);
		expect(prompts).toEqual(clips.map((index) => `item ${index}`));
	});

	it('is not created a third time where nobody knows whether the second was', async () => {
		failForTheService();
		harness.simulator.fault({ on: 'create', effect: 'reset', when: 'after', skip: 0, times: 9 });
		const result = await useVirtualTime().run(harness.run(items(1), create, retryOnFail));

		expect(errorText(result)).toContain('A task may have been created all the same');
		expect(harness.count('create')).toBe(2);
		expect(paid()).toEqual({ 'item 0': { creates: 2, seconds: SECONDS } });
	});

	it('is created by the parameters as they are then, also where they no longer suit the model', async () => {
		failForTheService();
		const startMs = Date.parse('2026-03-01T00:00:00Z');
		const duration = `={{ $now.toMillis() > ${startMs + 900} ? 99 : ${SECONDS} }}`;
		const time = useVirtualTime({ startMs });
		const result = await time.run(harness.run(items(1), { ...create, duration }, retryOnFail));

		expect(errorText(result)).toMatch(/'Duration.*' is 99/);
		expect(harness.count('create')).toBe(1);
	});
});

describe('a task that has no video for another reason is not created again, under Retry On Fail', () => {
	it.each(['CANCELED', 'UNKNOWN'])('%s', async (status) => {
		harness.simulator.fault({ on: 'query', effect: 'taskStatus', status, times: 99 });
		const result = await useVirtualTime().run(harness.run(items(1), create, retryOnFail));

		expect(errorText(result)).toMatch(/is CANCELED|does not know the task/);
		expect(harness.count('create')).toBe(1);
	});

	it('Stop', async () => {
		failTasks('InternalError', 'It did not work.');
		const time = useVirtualTime();
		const run = harness.start(items(2), create, retryOnFail);
		setTimeout(run.stop, 500);
		await time.run(run.result);

		expect(harness.count('create')).toBe(2);
	});
});

describe("n8n's own Retry of a failed execution", () => {
	const start = (options = {}) => harness.start(items(2), create, {}, options).result;

	it.each([
		['creates again a task that failed for the service', 'InternalError', 3],
		['keeps a task that failed for its content', 'DataInspectionFailed', 2],
	])('%s', async (_, code, creates) => {
		failTasks(code, 'It did not work.');
		const time = useVirtualTime();
		const failed = await time.run(start());
		const result = await time.run(start({ retryOf: failed }));

		expect(result.error === undefined).toBe(creates === 3);
		expect(harness.count('create')).toBe(creates);
		expect(Object.values(paid()).map(({ seconds }) => seconds)).toEqual([
			creates === 3 ? SECONDS : 0,
			SECONDS,
		]);
	});
});
