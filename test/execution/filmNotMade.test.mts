/** Where videos are paid and no film comes of them, the user is told of them and how to get it. */
import { describe, expect, it, vi } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startEngine } from '../engine/engine.mts';
import { Container, n8nCore } from '../engine/n8n.mts';
import { errorText, jsonText, picture, setupNodeTest } from '../engine/nodeTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { createFrom, itemsNode, wanNode, workflow } from '../engine/workflowBuilder.mts';

const harness = await setupNodeTest({ times: { pendingMs: 60_000, runningMs: 60_000 } });
const { simulator } = harness;
const red = simulator.serveFile('red.png', await picture('#c03030'), 'image/png');
const credentials = { dashScopeApi: credentialFor(simulator) };
const storyboard = {
	...createFrom(red),
	duration: 2,
	framesPerItem: 'one',
	frameUrl: red,
	waitForCompletion: true,
};

describe('a film that is not made, of videos that are paid', () => {
	const joined = { ...createFrom(red), duration: 2, waitForCompletion: true, joinVideos: true };

	it('names the tasks of all clips where the join is refused and the node goes on', async () => {
		const square = await picture('#3030c0', { width: 400, height: 400 });
		const frames = [red, red, simulator.serveFile('square.png', square, 'image/png')];
		const parameters = {
			...joined,
			firstFrameUrl: '={{ $json.frame }}',
			lastFrameUrl: '={{ $json.frame }}',
		};
		const items = frames.map((frame) => ({ json: { frame } }));
		const result = await useVirtualTime().run(
			harness.run(items, parameters, { onError: 'continueRegularOutput' }),
		);
		const ids = harness.newTaskIds();
		expect(ids).toHaveLength(3);
		for (const id of ids) expect(jsonText(result.items('Wan'))).toContain(id);
	});

	it("names the tasks where n8n's store does not give a clip back", async () => {
		const stored = await startEngine({ binaryMode: 'filesystem', credentials });
		const store = vi.spyOn(Container.get(n8nCore.BinaryDataService), 'getMetadata');
		store.mockRejectedValue(new Error('The store is gone'));
		const result = await useVirtualTime().run(
			stored.run(workflow([itemsNode([{}, {}]), wanNode(joined)])).result,
		);
		const ids = harness.newTaskIds();
		store.mockRestore();
		expect(ids).toHaveLength(2);
		for (const id of ids) expect(errorText(result)).toContain(id);
	});

	it('is told how to get, where all clips succeeded and one cannot be downloaded', async () => {
		const time = useVirtualTime({ heldRequests: harness.heldRequests });
		simulator.fault({ on: 'result', effect: 'error', code: 'AccessDenied', skip: 1, times: 99 });
		const result = await time.run(harness.run([{}, {}, {}], storyboard));
		expect(errorText(result).match(/\(SUCCEEDED\)/g)).toHaveLength(2);
		expect(errorText(result)).toContain("with 'Join Videos' makes the film");
	});

	it('is told how to get, where a clip was not waited for', async () => {
		const parameters = { ...storyboard, waitForCompletion: '={{ $itemIndex === 0 }}' };
		const result = await useVirtualTime().run(harness.run([{}, {}, {}], parameters));
		expect(result.hints.map(({ message }) => message).join('\n')).toContain(
			"with 'Join Videos' makes the film",
		);
	});

	it('is made where an expression gives each item another binary field', async () => {
		const parameters = { ...storyboard, options: { binaryProperty: '={{ "v" + $itemIndex }}' } };
		const result = await useVirtualTime().run(harness.run([{}, {}, {}], parameters));
		expect(result.items('Wan')).toHaveLength(1);
	});
});
