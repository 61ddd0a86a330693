import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { credentialFor } from '../credential.mts';
import { startEngine } from '../engine/engine.mts';
import { newPackageFolder, packageUnderTest } from '../engine/underTest.mts';
import { repositoryRoot } from '../repositoryRoot.mts';
import { useVirtualTime } from '../engine/virtualTime.mts';
import { itemsNode, node, type SourceItem, workflow } from '../engine/workflowBuilder.mts';
import { picture, setStage, told } from './stage.mts';

const served = 'vidu/viduq3-pro_start-end2video';
const stage = await setStage({
	aliases: { 'dream/dream-1': served, 'dream/dream-1-mute': served },
});
const red = stage.simulator.serveFile('red.png', await picture('#c03030'), 'image/png');
/** A package of its own, built as ours is. */
const packageDir = await newPackageFolder();
afterAll(async () => await rm(packageDir, { recursive: true }));
await build({
	entryPoints: [path.join(import.meta.dirname, 'imaginaryNode.mts')],
	outfile: path.join(packageDir, 'Imaginary.node.js'),
	bundle: true,
	platform: 'node',
	format: 'cjs',
	external: ['n8n-workflow'],
});
await cp(path.join(packageUnderTest, 'dist/credentials'), packageDir, { recursive: true });
for (const icon of ['wanKeyframeVideo.svg', 'wanKeyframeVideo.dark.svg']) {
	await cp(path.join(repositoryRoot, 'nodes/WanKeyframeVideo', icon), path.join(packageDir, icon));
}
await writeFile(
	path.join(packageDir, 'package.json'),
	JSON.stringify({
		name: 'n8n-nodes-imaginary',
		version: '0.0.0',
		n8n: { nodes: ['Imaginary.node.js'], credentials: ['DashScopeApi.credentials.js'] },
	}),
);
const engine = await startEngine({
	packageDir,
	credentials: { dashScopeApi: credentialFor(stage.simulator) },
});

async function run(
	parameters: Record<string, string | number | boolean | Record<string, boolean>>,
	item: SourceItem = {},
) {
	const dream = node(
		'n8n-nodes-imaginary.imaginary',
		{ firstFrameUrl: red, lastFrameUrl: red, prompt: 'a dream', ...parameters },
		{ name: 'Wan', credentials: { dashScopeApi: { id: '1', name: 'DashScope' } } },
	);
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
		expect(stage.createdBodies()).toEqual([
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

		expect(stage.createdBodies()).toMatchObject([{ parameters: { resolution: '540P' } }]);
	});

	it('has its own checks', async () => {
		const long = await run({
			model: 'dream/dream-1',
			resolution: 'Large',
			duration: 7,
			prompt: 'x'.repeat(51),
		});
		expect(told(long)).toContain("'Prompt' has 51 characters, but dream/dream-1 takes at most 50");
		expect(told(long)).toContain(
			"'Duration' is 7, but dream/dream-1 takes 4 when 'Resolution' is Large",
		);

		const mute = await run({ model: '={{ "dream/dream-1-mute" }}', options: { audio: true } });
		expect(told(mute)).toContain("'Audio' is set, but dream/dream-1-mute does not take it");
		expect(stage.count('create')).toBe(0);
	});

	it('has its own limits for frames, and its own way to bring them', async () => {
		const byBinary = { model: 'dream/dream-1', firstFrameSource: 'binary' };
		const files = async (width: number) => ({
			binary: { firstFrame: { bytes: await picture('#c03030', { width, height: 300 }) } },
		});
		const wide = await run(byBinary, await files(1001));
		expect(told(wide)).toContain(
			'an image of 1001×300, but dream/dream-1 takes sides of 100 to 1000',
		);

		await run(byBinary, await files(400));
		expect(stage.createdBodies()).toMatchObject([
			{ input: { media: [{ type: 'image', url: expect.stringMatching(/^oss:/) }, {}] } },
		]);
	});
});
