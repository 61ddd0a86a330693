/** A film of joined clips in the browser, whose decoder is not the one that other tests look at films with. */
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { node, workflow } from '../engine/workflowBuilder.mts';
import { CREDENTIAL_TYPE } from '../credential.mts';
import { type Color, Editor } from './setup/editor.mts';
import { NODE_TYPE } from './setup/paths.mts';
import { startHarness } from './setup/harness.mts';

const harness = await startHarness();
const { client, credential, n8n, simulator } = harness;
const editor = await Editor.signIn(n8n.url);
afterAll(async () => await editor.close());

const CLIP_SECONDS = 3;
const FRAME_SECONDS = 1 / 30;
/** Encoding and the conversion to the screen's colors change them by some units of 255. */
const LARGEST_DIFFERENCE = 12;

/** First and last frame of each clip: none is like its neighbor on the other side of a seam. */
const KEYFRAMES: readonly (readonly [Color, Color])[] = [
	[
		[200, 40, 40],
		[40, 160, 60],
	],
	[
		[40, 60, 190],
		[210, 200, 50],
	],
	[
		[30, 30, 30],
		[220, 220, 220],
	],
];

async function served([r, g, b]: Color): Promise<string> {
	const background = { r, g, b };
	const create = { width: 640, height: 360, channels: 3, background } as const;
	const png = await sharp({ create }).png().toBuffer();
	return simulator.serveFile(`${r}-${g}-${b}.png`, png, 'image/png');
}

it('shows the right picture on both sides of each seam of a film', async () => {
	const clips: { first: string; last: string }[] = [];
	for (const [first, last] of KEYFRAMES) {
		clips.push({ first: await served(first), last: await served(last) });
	}
	const film = workflow([
		node('n8n-nodes-base.manualTrigger', {}, { name: 'Start' }),
		node(
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: JSON.stringify({ clips }) },
			{ name: 'List', typeVersion: 3.4 },
		),
		node('n8n-nodes-base.splitOut', { fieldToSplitOut: 'clips' }, { name: 'Clips' }),
		node(
			NODE_TYPE,
			{
				operation: 'create',
				firstFrameUrl: '={{ $json.first }}',
				lastFrameUrl: '={{ $json.last }}',
				prompt: 'One color becomes another.',
				duration: CLIP_SECONDS,
				waitForCompletion: true,
				joinVideos: true,
			},
			{ name: 'Film', credentials: { [CREDENTIAL_TYPE]: credential } },
		),
	]);
	const { id } = await client.createWorkflow('Film', film);
	await editor.openWorkflow(id);
	await editor.execute();
	await editor.succeeded('Film');
	await editor.openNode('Film');
	const output = editor.page.getByTestId('output-panel');
	await output.getByTestId('ndv-view-binary-data').click();
	const video = output.locator('video');

	const seconds = KEYFRAMES.length * CLIP_SECONDS;
	// Through all seams without a stop.
	expect(await editor.playVideoTo(video, seconds - 0.5)).toBeCloseTo(seconds, 1);
	await editor.makeSeekable(video);
	// Both sides of each seam, and back again.
	const seen = KEYFRAMES.flatMap(([first, last], clip) => [
		{ at: clip * CLIP_SECONDS, color: first },
		{ at: (clip + 1) * CLIP_SECONDS - FRAME_SECONDS, color: last },
	]);
	for (const { at, color } of [...seen, ...seen.toReversed().slice(1)]) {
		const shown = await editor.seekVideo(video, at + FRAME_SECONDS / 2);
		expect(shown.at).toBeCloseTo(at, 3);
		const differences = shown.color.map((value, channel) =>
			Math.abs(value - (color[channel] ?? NaN)),
		);
		expect(
			Math.max(...differences),
			`${shown.color} is shown at ${at} s, not ${color}`,
		).toBeLessThan(LARGEST_DIFFERENCE);
	}
});
