/** A copy of the repository in which commands may write what they like, and commands typed there. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { glob } from 'tinyglobby';
import { repositoryRoot } from '../../repositoryRoot.mts';
import { eventually } from './eventually.mts';

/** What tsx and Node keep for their next start, and what a worker of Vitest that is killed cannot remove. */
const LEFT_BEHIND = /^(?:tsx-|node-compile-cache|n8n-engine-)/;

/** The shell's settings that a command gets: none of this test run's. */
const PASSED_ON = ['PATH', 'HOME', 'XDG_CACHE_HOME'];

/** A command that was typed. */
export interface TypedCommand {
	/** Everything it has printed. */
	output(): string;
	/** Ctrl-C: a signal for it and for what it started. */
	interrupt(): void;
	/** Its exit code, or the signal that ended it, once nothing writes to its output any more. */
	readonly ended: Promise<number | NodeJS.Signals>;
}

export interface RepositoryCopy extends AsyncDisposable {
	/** Where it is. */
	readonly folder: string;
	/** Starts a command in it, as a shell would. */
	type(command: string): TypedCommand;
	/** Names and contents of all files, but for what git ignores. */
	files(): Promise<ReadonlyMap<string, string>>;
	/** Resolves once no process is left of all commands; rejects if one stays. */
	nothingRuns(): Promise<void>;
	/** Takes away what the commands left in the folder for temporary files, but for what cannot be helped. */
	takeLeftovers(): Promise<string[]>;
}

/** The folders that git ignores, and its own. */
async function untracked(): Promise<Set<string>> {
	const ignored = await readFile(path.join(repositoryRoot, '.gitignore'), 'utf8');
	const names = ignored.split('\n').map((line) => line.replace(/\/$/, ''));
	return new Set(['.git', ...names.filter(Boolean)]);
}

/** Copies the repository as it is now, with its dependencies. */
export async function copyRepository(): Promise<RepositoryCopy> {
	const place = await mkdtemp(path.join(tmpdir(), 'commands-'));
	const folder = path.join(place, 'repository');
	const temporary = path.join(place, 'temporary');
	const without = await untracked();
	await mkdir(temporary);
	await cp(repositoryRoot, folder, {
		recursive: true,
		filter: (file) => !without.has(path.basename(file)),
	});
	await symlink(path.join(repositoryRoot, 'node_modules'), path.join(folder, 'node_modules'));
	const groups = new Set<number>();
	const killAll = () => {
		for (const group of groups) signal(-group, 'SIGKILL');
	};
	process.once('exit', killAll);

	return {
		folder,
		type(command) {
			const passedOn = PASSED_ON.map((name) => [name, process.env[name]] as const);
			const child = spawn(command, {
				cwd: folder,
				env: { ...Object.fromEntries(passedOn), TMPDIR: temporary, LANG: 'C.UTF-8' },
				shell: true,
				stdio: ['ignore', 'pipe', 'pipe'],
				detached: true,
			});
			const { pid } = child;
			if (pid === undefined) throw new Error(`'${command}' cannot be started`);
			groups.add(pid);
			let output = '';
			for (const stream of [child.stdout, child.stderr]) {
				stream.setEncoding('utf8').on('data', (text: string) => (output += text));
			}
			const ended = new Promise<number | NodeJS.Signals>((resolve) => {
				child.once('close', (code, killedBy) => {
					groups.delete(pid);
					resolve(code ?? killedBy ?? NaN);
				});
			});
			return {
				output: () => stripVTControlCharacters(output),
				interrupt: () => signal(-pid, 'SIGINT'),
				ended,
			};
		},
		async files() {
			const ignore = [...without].map((name) => `**/${name}/**`);
			const names = await glob('**', {
				cwd: folder,
				dot: true,
				ignore,
				followSymbolicLinks: false,
			});
			const texts = names.map(
				async (name) => [name, await readFile(path.join(folder, name), 'latin1')] as const,
			);
			return new Map(await Promise.all(texts));
		},
		async nothingRuns() {
			await eventually('the end of everything that the commands started', async () =>
				(await processesOf(temporary)).length === 0 ? true : undefined,
			);
		},
		async takeLeftovers() {
			const left = (await readdir(temporary)).filter((name) => !LEFT_BEHIND.test(name));
			for (const name of left) await rm(path.join(temporary, name), { recursive: true });
			return left;
		},
		async [Symbol.asyncDispose]() {
			process.off('exit', killAll);
			killAll();
			// What left its command's group, and was not ended by it.
			for (const id of await processesOf(temporary)) signal(id, 'SIGKILL');
			await rm(place, { recursive: true });
		},
	};
}

/** The processes in whose environment a folder is named. */
async function processesOf(folder: string): Promise<number[]> {
	const found: number[] = [];
	for (const id of await readdir('/proc')) {
		if (!/^\d+$/.test(id)) continue;
		// It may end while it is looked at; a dead one that waits for its parent has no environment.
		const environment = await readFile(`/proc/${id}/environ`, 'latin1').catch(() => '');
		if (environment.includes(folder)) found.push(Number(id));
	}
	return found;
}

/** A negative number stands for a group of processes. */
function signal(id: number, name: NodeJS.Signals): void {
	try {
		process.kill(id, name);
	} catch {
		// It has just ended.
	}
}
