// The log must be set up before the engine loads.
import { recordLog } from '../engine/n8nLog.mts';
import { describe, expect, it } from 'vitest';
import { startLocalServer } from '../engine/localServer.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

const KEY = 'sk-a-key-that-nobody-may-see';
const harness = await setupNodeTest({ key: KEY });
const red = await picture('#c03030');
const files = { binary: { firstFrame: { bytes: red }, lastFrame: { bytes: red } } };
const createAndWait = {
	operation: 'create',
	model: 'vidu/viduq3-pro_start-end2video',
	prompt: 'red stays red',
	firstFrameSource: 'binary',
	lastFrameSource: 'binary',
	waitForCompletion: true,
};

describe('the key', () => {
	it('goes to the API and nowhere else: not to the store, not to the video', async () => {
		const time = useVirtualTime();
		await time.run(harness.run([files], createAndWait));

		const holders = harness.simulator.requests
			.filter((request) => JSON.stringify(request).includes(KEY))
			.map(({ kind }) => kind);
		expect(new Set(holders)).toEqual(new Set(['policy', 'create', 'query']));
		expect(harness.simulator.requests.map(({ kind }) => kind)).toEqual(
			expect.arrayContaining(['upload', 'result']),
		);
	});

	it('is in nothing that an execution keeps', async () => {
		const time = useVirtualTime();
		const good = await time.run(harness.run([files], createAndWait));
		harness.simulator.fault({ on: 'query', effect: 'error', code: 'InvalidApiKey', times: 9 });
		const bad = await time.run(harness.run([files], createAndWait));

		for (const { run, customData } of [good, bad]) {
			expect(JSON.stringify([run, customData])).not.toContain(KEY);
		}
		expect(errorText(bad)).not.toContain(KEY);
		const video = await good.binaryBytes(good.items('Wan')[0]?.binary?.['data']);
		expect(video.includes(KEY)).toBe(false);
	});

	it('is not in the log, also at debug level', async () => {
		const log = recordLog();
		const time = useVirtualTime();
		await time.run(harness.run([files], createAndWait));
		const faults = [
			{ on: 'create', effect: 'error', code: 'InvalidApiKey' },
			{ on: 'create', effect: 'reset' },
			{ on: 'upload', effect: 'reset' },
			{ on: 'result', effect: 'error', code: 'AccessDenied', status: 403 },
		] as const;
		for (const fault of faults) {
			harness.simulator.fault(fault);
			await time.run(harness.run([files], createAndWait));
		}

		const logged = JSON.stringify(log);
		expect(logged).toContain('Workflow execution finished with error');
		expect(logged.includes(KEY)).toBe(false);
	});

	it.each([
		['create', { ...createAndWait, waitForCompletion: false }],
		['query', { operation: 'getStatus', taskId: 'abc' }],
		['cancel', { operation: 'cancel', taskId: 'abc' }],
		['list', { operation: 'getMany' }],
	] as const)('does not follow a redirect of %s to another host', async (on, parameters) => {
		const seen: string[] = [];
		await using other = await startLocalServer((request, response) => {
			seen.push(request.url ?? '');
			response.end('{}');
		});
		// A call that only reads is repeated: every time it is led astray.
		harness.simulator.fault({ on, effect: 'redirect', location: other.url, status: 307, times: 9 });
		const result = await useVirtualTime().run(harness.run([files], parameters));

		expect(errorText(result)).toContain('The host redirects to another address');
		expect(seen).toEqual([]);
	});

	it('is not lured to an address that is no web address', async () => {
		const taskId = harness.simulator.addTask({ output: { video_url: 'file:///etc/passwd' } });
		const result = await harness.run([{ json: { taskId } }], { operation: 'wait' });

		expect(errorText(result)).toContain('The link to the video is not a web address');
	});
});
