import { readFile } from 'node:fs/promises';

import { glob } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

import { repositoryRoot as root } from '../repositoryRoot.mts';
import { KEYFRAME_MODELS } from './index.mts';

const facts = await readFile(`${root}docs/service-facts.md`, 'utf8');

/** The anchor that GitHub makes of a heading. */
function anchorOf(heading: string): string {
	return heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N} -]/gu, '')
		.replaceAll(' ', '-');
}

const anchors = [...facts.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

describe('docs/service-facts.md', () => {
	it.each(KEYFRAME_MODELS.map(({ id }) => id))('names the model %s', (id) => {
		expect(facts).toContain(`\`${id}\``);
	});

	it('has a heading for every link inside of it', () => {
		const links = [...facts.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
		expect(links.length).toBeGreaterThan(10);
		expect(links.filter((link) => !anchors.includes(link ?? ''))).toEqual([]);
	});

	it('has a heading for every comment that points to it', async () => {
		const files = await glob(['{nodes,credentials,test,scripts}/**/*.{ts,mts}'], { cwd: root });
		const pointers = await Promise.all(
			files.map(async (file) => {
				const text = await readFile(`${root}${file}`, 'utf8');
				return [...text.matchAll(/docs\/service-facts\.md#([\w-]+)/g)].map(([, anchor = '']) => ({
					file,
					anchor,
				}));
			}),
		);
		expect(pointers.flat().length).toBeGreaterThan(10);
		expect(pointers.flat().filter(({ anchor }) => !anchors.includes(anchor))).toEqual([]);
	});
});
