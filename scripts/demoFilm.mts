/** Runs the example storyboard, whose loop is closed, and shows the film's seams: they are the keyframes. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../test/repositoryRoot.mts';
import { extractFrame, readVideo } from '../test/video/video.mts';
import { pictureSheet } from './contactSheet.mts';
import { comparePictures, runDemo, runExample, say } from './demoRun.mts';

const FILM_NAME = 'storyboard-film.mp4';
const SHEET_NAME = 'seams.png';
/** The keyframes of the example, in its order. */
const KEYFRAMES = ['first', 'closer', 'last', 'sunny'] as const;

await runDemo({ Film: FILM_NAME, Seams: SHEET_NAME }, async (workFolder) => {
	const { result, simulated } = await runExample('storyboard-to-film', workFolder);
	const clips: unknown = result.items('Create film')[0]?.json['clips'];
	const lengths = Array.isArray(clips) ? clips.map(({ videoSeconds }) => Number(videoSeconds)) : [];
	const film = await readFile(path.join(workFolder, FILM_NAME));
	const { width, height, seconds, fps, frames, codec } = await readVideo(film);
	say(
		`▶ Look at the film: ${lengths.length} clips, ${frames} pictures, ${width}×${height}, ` +
			`${seconds.toFixed(1)} s, ${fps.toFixed(0)} fps, ${codec}`,
	);

	const rows = [];
	for (const [index, keyframe] of KEYFRAMES.entries()) {
		const before = KEYFRAMES.length - 1;
		const endsAt = lengths.slice(0, index).reduce((sum, length) => sum + length, 0);
		// The loop closes where the film ends and begins again.
		const last = index === 0 ? 'last' : endsAt - 1 / fps;
		const frame = await readFile(path.join(repositoryRoot, `examples/frames/${keyframe}.png`));
		const end = await extractFrame(film, last);
		const begin = await extractFrame(film, endsAt);
		const clip = (index + before) % KEYFRAMES.length;
		await comparePictures(`clip ${clip} ends with ${keyframe}.png, off`, frame, end, simulated);
		await comparePictures(
			`clip ${index} begins with ${keyframe}.png, off`,
			frame,
			begin,
			simulated,
		);
		rows.push([
			{
				picture: end,
				label: `clip ${clip} ends (${(index === 0 ? seconds : endsAt).toFixed(1)} s)`,
			},
			{ picture: frame, label: `${keyframe}.png` },
			{ picture: begin, label: `clip ${index} begins (${endsAt.toFixed(1)} s)` },
		]);
	}
	await writeFile(path.join(workFolder, SHEET_NAME), await pictureSheet(rows, width / height));
});
