/** Films of random clips, each frame and each moment held against the clips that libav decodes alone. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printSeed, seed } from '../../seed.mts';
import { checkFilm, type Seams } from './checkFilm.mts';
import { filmRecipe, makeClips } from './filmRecipes.mts';
import { joinFiles } from './joinFiles.mts';

const FILMS = 300;

printSeed('random films');

it(
	`joins ${FILMS} films of random clips with every frame, no gap, and sound in its place`,
	{ timeout: 180_000 },
	async () => {
		const seams: Seams[] = [];
		await fc.assert(
			fc.asyncProperty(filmRecipe, async (recipe) => {
				const clips = await makeClips(recipe);
				const film = await joinFiles(clips, recipe);
				seams.push(checkFilm(film, clips, recipe));
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
