/** What the documents say can be done, is there: files, headings, commands, JSON; and both READMEs say the same. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { RUN_BY } from './commands.mts';
import { repositoryRoot } from './repositoryRoot.mts';

const run = promisify(execFile);
const README = 'README.md';
const CHINESE = 'docs/README.zh-CN.md';

/** Bytes: every install downloads it. */
const MAX_README_GZIPPED = 6_000;
const MAX_IMAGE = 2_000_000;

const read = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');
const documents = globSync(['*.md', 'docs/*.md', 'examples/*.md', 'test/*/README.md'], {
	cwd: repositoryRoot,
}).filter((file) => file !== 'LICENSE.md');

/** Fenced blocks of a document, each with its language. */
function blocksOf(document: string): Array<{ language: string; text: string }> {
	return [...document.matchAll(/^( *)```(\w*)\n([^]*?)\n\1```$/gm)].map(
		([, indent = '', language = '', text = '']) => ({
			language,
			text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
		}),
	);
}

const withoutBlocks = (document: string): string =>
	document.replaceAll(/^( *)```[^]*?\n\1```$/gm, '');

/** Targets of all links and pictures. */
const linksOf = (document: string): string[] =>
	[...withoutBlocks(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

const headingsOf = (document: string): Array<{ level: number; text: string }> =>
	[...withoutBlocks(document).matchAll(/^(#+) (.*)$/gm)].map(([, marks = '', text = '']) => ({
		level: marks.length,
		text,
	}));

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading: string): string =>
	heading
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
		.replaceAll(' ', '-');

function brokenLinks(file: string): string[] {
	return linksOf(read(file)).filter((target) => {
		if (/^[a-z]+:/.test(target)) return !/^https:\/\/[\w.-]+\.\w+/.test(target);
		const [name = '', anchor] = target.split('#');
		const found = name === '' ? file : path.join(path.dirname(file), decodeURI(name));
		if (!existsSync(path.join(repositoryRoot, found))) return true;
		return (
			anchor !== undefined && !headingsOf(read(found)).some(({ text }) => anchorOf(text) === anchor)
		);
	});
}

describe.each(documents)('%s', (file) => {
	const document = read(file);

	it('links to files and headings that there are', () => {
		expect(brokenLinks(file)).toEqual([]);
	});

	it('has JSON that can be parsed', () => {
		for (const { language, text } of blocksOf(document)) {
			if (language === 'json') expect(() => void JSON.parse(text), text).not.toThrow();
		}
	});

	it('names scripts of npm that there are', () => {
		const scripts = [...document.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
		expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
	});

	it('names files of the repository that there are', () => {
		const names = [...document.matchAll(/`((?:docs|examples|nodes|scripts|test)\/[\w./-]+)`/g)];
		const missing = names.flatMap(([, name = '']) =>
			existsSync(path.join(repositoryRoot, name)) ? [] : [name],
		);
		expect(missing).toEqual([]);
	});
});

describe('the commands', () => {
	const commands = documents.flatMap((file) =>
		blocksOf(read(file)).flatMap(({ language, text }) =>
			language === 'sh'
				? text.split('\n').flatMap((line) => line.replace(/#.*/, '').split('&&'))
				: [],
		),
	);

	it.each([...new Set(commands.map((command) => command.trim()))].filter(Boolean))(
		'%s is one that the repository or npm knows',
		(command) => {
			const [, script, argument] =
				/^(?:\w+=\S+ )*npm (?:run )?([\w:]+)(?: (.*))?$/.exec(command) ?? [];
			if (command.startsWith('cd ')) return;
			if (script === 'install') expect(argument).toBe(manifest.name);
			else expect(['ci', ...Object.keys(manifest.scripts)]).toContain(script);
		},
	);

	// Also in the middle of a sentence; of settings before a command only the names matter.
	const named = documents.flatMap((file) =>
		[...read(file).matchAll(/(?:([A-Z_]+)=\S+ )?(npm (?:run [\w:]+|test|ci)(?![\w:]))/g)].map(
			([, setting, command = '']) => (setting === undefined ? command : `${setting} ${command}`),
		),
	);

	it('are those of which test/commands.mts says what runs them', () => {
		expect([...new Set(named)].sort()).toEqual(Object.keys(RUN_BY).sort());
	});

	it.each(Object.entries(RUN_BY))('%s is run by what is said to', (command, { file, text }) => {
		// Comments and titles run nothing.
		const code = read(file)
			.replaceAll(/^\s*(?:#|\/\/|\/?\*).*$/gm, '')
			.replaceAll(/\b(?:describe|it)\(\s*'[^']*'/g, '');
		expect(code.search(new RegExp(`${text ?? command}(?![\\w:])`))).not.toBe(-1);
	});

	it('npm run simulator tells its options', async () => {
		const [, file = ''] = manifest.scripts.simulator.split(' ');
		const { stdout } = await run(process.execPath, ['--import', 'tsx', file, '--help'], {
			cwd: repositoryRoot,
		});
		expect(stdout).toContain('--port');
	});
});

describe('the README', () => {
	it('is small, since every install downloads it', () => {
		expect(gzipSync(read(README)).byteLength).toBeLessThan(MAX_README_GZIPPED);
	});

	it.each(globSync('docs/images/**', { cwd: repositoryRoot }))(
		'%s is shown by a document, and not too large for a page',
		(image) => {
			const shown = documents.flatMap((file) =>
				linksOf(read(file)).map((target) => path.join(path.dirname(file), target)),
			);
			expect(shown).toContain(image);
			expect(statSync(path.join(repositoryRoot, image)).size).toBeLessThan(MAX_IMAGE);
		},
	);
});

describe('the Chinese README is in step with the English one:', () => {
	const english = read(README);
	const chinese = read(CHINESE);
	/** Where a link leads, whichever folder it is read in; of headings only whose document they are in. */
	const destinations = (file: string, document: string) =>
		linksOf(document)
			.map((target) => {
				if (/^https:/.test(target)) return target;
				const [name = '', anchor] = target.split('#');
				const found = name === '' ? file : path.join(path.dirname(file), name);
				return [README, CHINESE].includes(found) ? 'the README' : [found, anchor].join('#');
			})
			.sort();
	const tablesOf = (document: string) =>
		withoutBlocks(document)
			.split('\n')
			.filter((line) => line.startsWith('|'))
			.map((line) => line.split('|').length);
	const shape = (document: string) => headingsOf(document).map(({ level }) => level);

	it('headings', () => {
		expect(shape(chinese)).toEqual(shape(english));
	});

	it('tables, by rows and columns', () => {
		expect(tablesOf(chinese)).toEqual(tablesOf(english));
	});

	it('code blocks', () => {
		const code = (document: string) =>
			blocksOf(document).map(({ language, text }) => ({
				language,
				// Prompts are what the reader would write.
				text: text.replaceAll(/("(?:prompt|text)": )"[^"]*"/g, '$1'),
			}));
		expect(code(chinese)).toEqual(code(english));
	});

	it('links and pictures', () => {
		expect(destinations(CHINESE, chinese)).toEqual(destinations(README, english));
	});

	it('model IDs and names of fields', () => {
		const names = (document: string) =>
			[...new Set([...document.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name))].sort();
		expect(names(withoutBlocks(chinese))).toEqual(names(withoutBlocks(english)));
	});
});
