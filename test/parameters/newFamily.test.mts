import { appendFile, cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startEngine } from '../engine/engine.mts';
import { newPackageFolder, packageUnderTest } from '../engine/underTest.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, type SourceItem, wanNode, workflow } from '../engine/workflowBuilder.mts';
import type { ModelFamily } from '../../nodes/WanKeyframeVideo/models/family.ts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';

/** What whoever adds the next model writes, and nothing else. */
const NEW_FAMILY: ModelFamily = {
	id: 'dream',
	name: 'Dream',
	path: '/services/aigc/video-generation/video-synthesis',
	idPrefixes: ['dream/'],
	models: [
		{ id: 'dream/dream-1', name: 'Dream 1', purpose: 'Dreams' },
		{
			id: 'dream/dream-1-mute',
			name: 'Dream 1 Mute',
			purpose: 'Silent dreams',
			settings: { audio: null },
		},
	],
	settings: {
		prompt: {
			kind: 'text',
			in: 'input',
			field: 'prompt',
			maxLength: 50,
			tooLong: 'refused',
			required: true,
		},
		resolution: {
			kind: 'choice',
			in: 'parameters',
			field: 'resolution',
			alwaysSent: true,
			choices: [
				{ value: 'Small', apiValue: '540P' },
				{ value: 'Large', apiValue: '1080P' },
			],
			default: 'Small',
		},
		duration: {
			kind: 'integer',
			in: 'parameters',
			field: 'duration',
			allowed: [4, [6, 9]],
			default: 4,
			restricted: { by: 'resolution', to: { Large: [4] } },
		},
		audio: { kind: 'boolean', in: 'parameters', field: 'audio', default: false },
	},
	body: { kind: 'list', types: { firstFrame: 'image', lastFrame: 'image' } },
	frames: {
		formats: ['png'],
		allowsAlpha: false,
		sidePixels: { min: 100, max: 1000 },
		maxBytes: 1_000_000,
		allowsDataUri: false,
	},
	rateLimit: { group: 'dream', createsPerSecond: 5 },
	regions: ['Beijing'],
};

const served = 'vidu/viduq3-pro_start-end2video';
const harness = await setupNodeTest({
	aliases: { 'dream/dream-1': served, 'dream/dream-1-mute': served },
});
const red = harness.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');
/** The package under test with one more entry in its table. */
const packageDir = await newPackageFolder();
afterAll(async () => await rm(packageDir, { recursive: true }));
for (const part of ['package.json', 'dist']) {
	await cp(path.join(packageUnderTest, part), path.join(packageDir, part), { recursive: true });
}
const catalog = path.join(packageDir, 'dist/nodes/WanKeyframeVideo/models/catalog.js');
await appendFile(
	catalog,
	`\nexports.FAMILIES = [...exports.FAMILIES, ${JSON.stringify(NEW_FAMILY)}];`,
);
const engine = await startEngine({
	packageDir,
	credentials: { dashScopeApi: credentialFor(harness.simulator) },
});

async function run(
	parameters: Record<string, string | number | boolean | Record<string, boolean>>,
	item: SourceItem = {},
) {
	const dream = wanNode({
		firstFrameUrl: red,
		lastFrameUrl: red,
		prompt: 'a dream',
		...parameters,
	});
	return await engine.run(workflow([itemsNode([item]), dream])).result;
}

describe('a family that is nothing but an entry of the table', () => {
	it('is created, waited for and downloaded', async () => {
		const time = useVirtualTime();
		const result = await time.run(
			run({
				model: 'dream/dream-1',
				duration: 7,
				waitForCompletion: true,
				options: { audio: true },
			}),
		);

		expect(result.error).toBeUndefined();
		expect(harness.createdBodies()).toEqual([
			{
				model: 'dream/dream-1',
				input: {
					prompt: 'a dream',
					media: [
						{ type: 'image', url: red },
						{ type: 'image', url: red },
					],
				},
				parameters: { resolution: '540P', duration: 7, audio: true },
			},
		]);
		expect(result.items('Wan')[0]).toMatchObject({
			json: { status: 'SUCCEEDED', finished: true, resolution: '540P', videoSeconds: 7 },
			binary: { data: { mimeType: 'video/mp4' } },
		});
	});

	it('sends what its service insists on, where an expression names the model', async () => {
		await run({ model: '={{ "dream/dream-2" }}' });

		expect(harness.createdBodies()).toMatchObject([{ parameters: { resolution: '540P' } }]);
	});

	it('has its own checks', async () => {
		const long = await run({
			model: 'dream/dream-1',
			resolution: 'Large',
			duration: 7,
			prompt: 'x'.repeat(51),
		});
		expect(errorText(long)).toContain(
			"'Prompt' has 51 characters, but dream/dream-1 takes at most 50",
		);
		expect(errorText(long)).toContain(
			"'Duration (Seconds)' is 7, but dream/dream-1 takes 4 when 'Resolution' is Large",
		);

		const mute = await run({ model: '={{ "dream/dream-1-mute" }}', options: { audio: true } });
		expect(errorText(mute)).toContain("'Audio' is set, but dream/dream-1-mute does not take it");
		expect(harness.count('create')).toBe(0);
	});

	it('has its own limits for frames, and its own way to bring them', async () => {
		const byBinary = { model: 'dream/dream-1', firstFrameSource: 'binary' };
		const files = async (width: number) => ({
			binary: { firstFrame: { bytes: await picture('#c03030', { width, height: 300 }) } },
		});
		const wide = await run(byBinary, await files(1001));
		expect(errorText(wide)).toContain(
			'an image of 1001×300, but dream/dream-1 takes sides of 100 to 1000',
		);

		await run(byBinary, await files(400));
		expect(harness.createdBodies()).toMatchObject([
			{ input: { media: [{ type: 'image', url: expect.stringMatching(/^oss:/) }, {}] } },
		]);
	});
});
