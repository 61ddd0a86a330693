/** Runs the example workflow on the example frames and shows the video it makes. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../test/repositoryRoot.mts';
import { extractFrame, readVideo } from '../test/video/video.mts';
import { contactSheet } from './contactSheet.mts';
import { comparePictures, runDemo, runExample, say } from './demoRun.mts';

const VIDEO_NAME = 'keyframe-transition.mp4';
const SHEET_NAME = 'contact-sheet.png';

await runDemo({ Video: VIDEO_NAME, 'Contact sheet': SHEET_NAME }, async (workFolder) => {
	const { simulated } = await runExample('keyframe-transition', workFolder);
	const video = await readFile(path.join(workFolder, VIDEO_NAME));
	const facts = await readVideo(video);
	say(
		`▶ Look at the video: ${facts.width}×${facts.height}, ${facts.seconds.toFixed(1)} s, ` +
			`${facts.fps.toFixed(0)} fps, ${facts.codec}, ${facts.hasAudio ? 'with' : 'without'} sound`,
	);
	await writeFile(path.join(workFolder, SHEET_NAME), await contactSheet(video));
	for (const end of ['first', 'last'] as const) {
		const frame = await readFile(path.join(repositoryRoot, `examples/frames/${end}.png`));
		const picture = await extractFrame(video, end);
		await comparePictures(`${end} picture differs from ${end}.png`, frame, picture, simulated);
	}
});
