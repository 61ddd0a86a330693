/** Films of random clips, each frame and each moment held against the clips that libav decodes alone. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { repetitions } from '../../depth.mts';
import { printSeed, seed } from '../../seed.mts';
import { checkDecoded, type Seams } from './checkFilm.mts';
import { decodeVideo } from './decodeVideo.mts';
import { filmRecipe, makeClips } from './filmRecipes.mts';
import { joinFiles } from './joinFiles.mts';

const FILMS = repetitions(300);

printSeed('random films');

it(
	`joins ${FILMS} films of random clips with every frame, no gap, and sound in its place`,
	{ timeout: 180_000 },
	async () => {
		const seams: Seams[] = [];
		await fc.assert(
			fc.asyncProperty(filmRecipe, async (recipe) => {
				const clips = await makeClips(recipe);
				const decoded = clips.map(decodeVideo);
				// A muxer may end the edit list, in milliseconds, before the last frame: libav leaves that
				// out of the clip alone, and a film has it.
				fc.pre(
					decoded.every(({ frames }, clip) => frames.length === recipe.clips[clip]?.clip.frames),
				);
				const film = decodeVideo(await joinFiles(clips, recipe));
				seams.push(checkDecoded(film, decoded, recipe));
			}),
			{ seed, numRuns: FILMS, endOnFailure: true },
		);
		expect(seams).toHaveLength(FILMS);
		const most = (figure: (one: Seams) => number) => Math.max(...seams.map(figure)) * 1000;
		console.log(
			`${FILMS} films: gap ${most((one) => one.gapSeconds).toFixed(4)} ms at most,`,
			`sound ${most((one) => one.soundSeconds).toFixed(1)} ms off the picture's end at most`,
		);
	},
);
