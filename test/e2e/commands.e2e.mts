/** The commands that nothing else runs (`test/commands.mts`), typed as the documents have them, in a copy of the repository. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readVideo } from '../video/video.mts';
import { eventually } from './setup/eventually.mts';
import { exampleNames } from './setup/exampleWorkflow.mts';
import { copyRepository, type TypedCommand } from './setup/repositoryCopy.mts';

/** The longest takes two minutes, and on a busy machine some more. */
const LONGEST_MS = 300_000;

const copy = await copyRepository();
afterAll(async () => await copy[Symbol.asyncDispose]());

afterEach(async () => {
	await copy.nothingRuns();
	expect(await copy.takeLeftovers()).toEqual([]);
});

const inCopy = (file: string) => path.join(copy.folder, file);

/** Runs a command to its end. */
async function run(command: string): Promise<{ code: number | NodeJS.Signals; output: string }> {
	const typed = copy.type(command);
	return { code: await typed.ended, output: typed.output() };
}

/** What a command prints that succeeds. */
async function outputOf(command: string): Promise<string> {
	const { code, output } = await run(command);
	expect(code, output).toBe(0);
	return output;
}

/** Files that are not as they were. */
async function changedSince(before: ReadonlyMap<string, string>): Promise<string[]> {
	const now = await copy.files();
	return [...new Set([...before.keys(), ...now.keys()])].filter(
		(name) => before.get(name) !== now.get(name),
	);
}

/** Changes a file of the copy, which must have what is replaced. */
async function replaceIn(file: string, from: string, to: string): Promise<void> {
	const text = await readFile(inCopy(file), 'utf8');
	expect(text).toContain(from);
	await writeFile(
		inCopy(file),
		text.replace(from, () => to),
	);
}

async function isListening(url: string): Promise<boolean> {
	return await fetch(url).then(
		() => true,
		() => false,
	);
}

/** The part of an output that matches; resolves as soon as it is there. */
async function printed(command: TypedCommand, pattern: RegExp): Promise<string> {
	const ended = command.ended.then((code) => {
		throw new Error(`Ended with ${code}:\n${command.output()}`);
	});
	const found = eventually(String(pattern), () => pattern.exec(command.output())?.[1], LONGEST_MS);
	return await Promise.race([found, ended]);
}

describe('npm run docs:tables', () => {
	const table = /^\| Model \|[^]*?(?=\n<!-- models:end)/m;

	it('writes the tables of models again as they are', { timeout: LONGEST_MS }, async () => {
		const before = await copy.files();
		for (const file of ['README.md', 'docs/guide.md']) {
			const [rows = ''] = table.exec(await readFile(inCopy(file), 'utf8')) ?? [];
			await replaceIn(file, rows, '| Model |');
		}
		expect(await changedSince(before)).toEqual(
			expect.arrayContaining(['README.md', 'docs/guide.md']),
		);
		await outputOf('npm run docs:tables');
		expect(await changedSince(before)).toEqual([]);
	});
});

describe('npm run format and npm run lint:fix', () => {
	const file = 'nodes/WanKeyframeVideo/util/json.ts';

	it(
		'tell of what is not as it should be, and mend that alone',
		{ timeout: LONGEST_MS },
		async () => {
			const before = await copy.files();
			await outputOf('npm run format');
			// The formatter's business and the linter's.
			await replaceIn(file, '\tconst value', '    let value');
			const { code, output } = await run('npm run format');
			expect(code).toBe(1);
			expect(output).toContain(file);
			expect(await changedSince(before)).toEqual([file]);
			await outputOf('npm run lint:fix');
			expect(await changedSince(before)).toEqual([]);
		},
	);
});

it(
	'npm run n8n says where to sign in, and is gone after Ctrl-C, also when that is pressed twice',
	{ timeout: LONGEST_MS },
	async () => {
		const command = copy.type('npm run n8n');
		const simulatorUrl = await printed(command, /a simulator at (http:\S+),/);
		const [, url = '', emailOrLdapLoginId, password] =
			/^n8n: +(\S+)\nSign in: +(\S+), password (\S+)$/m.exec(command.output()) ?? [];
		const response = await fetch(`${url}/rest/login`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ emailOrLdapLoginId, password }),
		});
		expect(response.status).toBe(200);
		expect(await isListening(simulatorUrl)).toBe(true);
		await printed(command, /(Ctrl-C ends it)/);
		const links = command.output().match(/\/workflow\/\w+ {2}/g) ?? [];
		expect(links).toHaveLength((await exampleNames()).length);

		command.interrupt();
		await printed(command, /(Ending n8n)/);
		// Who is impatient does it twice, and tsx sometimes repeats it.
		command.interrupt();
		// Not with a code: npm's shell, which gets the signal too, ends by it.
		expect(await command.ended).toBe('SIGINT');
		await copy.nothingRuns();
		expect(await isListening(url)).toBe(false);
		expect(await isListening(simulatorUrl)).toBe(false);
	},
);

it('npm run record makes a video of what happens in n8n', { timeout: LONGEST_MS }, async () => {
	const video = inCopy('demo-output/recording.mp4');
	const output = await outputOf('npm run record -- --scenes 1');
	expect(output).toContain('Install n8n-nodes-wan-keyframe-video');
	expect(output).not.toContain('Create the credential');
	const { width, height, seconds } = await readVideo(await readFile(video));
	expect([width, height]).toEqual([1440, 900]);
	const [, told] = /recording\.mp4: (\d+) s/.exec(output) ?? [];
	expect(seconds).toBeCloseTo(Number(told), -0.5);
});

it(
	'npm run bench prints a table of ours and of what others do',
	{ timeout: LONGEST_MS },
	async () => {
		const output = await outputOf("npm run bench -- -t 'when to ask'");
		const [, ...headings] = cellsOf(output, '(index)');
		expect(headings).toContain('ours');
		expect(headings).toContain('every 15 s (n8n)');
		const [, ...figures] = cellsOf(output, 'a task of 20–480 s, like earlier ones: late / queries');
		expect(figures).toHaveLength(headings.length);
		for (const figure of figures) expect(figure).toMatch(/^\d+\.\d\d s \/ \d+\.\d$/);
	},
);

it('npm run soak loses nothing under load and under faults', { timeout: LONGEST_MS }, async () => {
	const output = await outputOf('npm run soak -- --items 40 --minutes 0.1');
	const lost = cellsOf(output, '(index)').indexOf('lost or crossed');
	for (const load of ['40 items in one run', '2 executions at once']) {
		expect(cellsOf(output, load)[lost]).toBe('0');
	}
	const [, executions, tasks] =
		/^(\d+) executions, (\d+) tasks, 0 not accounted for$/m.exec(output) ?? [];
	expect(Number(executions)).toBeGreaterThan(0);
	expect(Number(tasks)).toBeGreaterThan(0);
});

it(
	'npm run mutation changes the sources in ways that tests notice',
	{ timeout: LONGEST_MS },
	async () => {
		const file = 'nodes/WanKeyframeVideo/tasks/linkExpiry.ts';
		await rm(inCopy('coverage'), { recursive: true, force: true });
		const output = await outputOf(`npm run mutation -- --mutate ${file}:25-30`);
		const [, killed] = /^ linkExpiry\.ts +\|(?:[^|]*\|){2} +(\d+) \|/m.exec(output) ?? [];
		expect(Number(killed), output).toBeGreaterThan(0);
		expect(await readFile(inCopy('coverage/mutation.html'), 'utf8')).toContain('linkExpiry.ts');
	},
);

it(
	'npm run coverage measures inside the engine, and refuses too little',
	{ timeout: LONGEST_MS },
	async () => {
		const { code, output } = await run('npm run coverage -- test/engine/readme.test.mts');
		expect(output).toMatch(/Tests +2 passed/);
		const { total, ...files } = await coverageSummary();
		expect(total?.lines.pct).toBeGreaterThan(10);
		// The tests import nothing of it: only the engine loads it.
		const [, node] = Object.entries(files).find(([file]) => file.endsWith('.node.ts')) ?? [];
		expect(node?.lines.covered).toBeGreaterThan(0);
		expect(code).toBe(1);
		expect(output).toMatch(/Coverage for lines \(.*\) does not meet global threshold \(95%\)/);
	},
);

it(
	'ATTACK_RUNS has every spoiled answer tried, not a sample',
	{ timeout: LONGEST_MS },
	async () => {
		await outputOf('npm run build');
		const only = "test/attack -- -t 'get many'";
		const sample = passed(await outputOf(`npm run test:run ${only}`));
		expect(sample).toBeGreaterThan(0);
		const all = passed(await outputOf(`ATTACK_RUNS=5 npm run test:run ${only}`));
		expect(all).toBeGreaterThan(3 * sample);
	},
);

/** How many tests passed, by what Vitest printed. */
const passed = (output: string) => Number(/Tests +(\d+) passed/.exec(output)?.[1]);

interface Measured {
	readonly lines: { readonly pct: number; readonly covered: number };
}

async function coverageSummary(): Promise<Record<string, Measured>> {
	return JSON.parse(await readFile(inCopy('coverage/coverage-summary.json'), 'utf8'));
}

/** The cells of a row that `console.table` printed, without their borders. */
function cellsOf(output: string, first: string): string[] {
	const rows = output.split('\n').map((line) =>
		line
			.split('│')
			.slice(1, -1)
			.map((cell) => cell.trim().replaceAll(/^'|'$/g, '')),
	);
	return rows.find(([cell]) => cell === first) ?? [];
}
