/** A process that lasts, with everything it starts; none of it outlives this one. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

/**
 * Runs "$@" and ends its whole process group with it, or as soon as standard input is closed: that happens
 * however the starting process ends, also when it is killed and can clean up nothing. It does not end before the
 * command does: told to stop, that one may take its time.
 */
const GUARD = `
exec 3<&0
"$@" </dev/null & main=$!
trap '' TERM
{ cat <&3 >/dev/null; kill -KILL 0; } &
wait $main
kill -KILL 0
`;

const LONGEST_STOP_MS = 15_000;

export interface GuardedSettings {
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** Everything it prints goes there. */
	logFile: string;
}

export interface GuardedProcess {
	/**
	 * Resolves with the output so far once a line of it matches; rejects when the process ends before, or when
	 * that takes longer than it may.
	 */
	printed(pattern: RegExp, longestMs: number): Promise<string>;
	/** Lets it end by itself; what is left after some seconds is killed. */
	stop(): Promise<void>;
	/** Ends it at once, as a power cut would. */
	kill(): Promise<void>;
}

/** Starts a program in a process group of its own. */
export function startGuarded(
	command: readonly string[],
	{ cwd, env, logFile }: GuardedSettings,
): GuardedProcess {
	const child = spawn('/bin/sh', ['-c', GUARD, 'guard', ...command], {
		cwd,
		env,
		detached: true,
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	const log = createWriteStream(logFile, { flags: 'a' });
	let output = '';
	let ended = false;
	const watchers = new Set<() => void>();
	const tellWatchers = () => {
		for (const look of watchers) look();
	};
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => {
			log.write(chunk);
			output += chunk.toString();
			tellWatchers();
		});
	}
	// Its output is closed when the last process of the group is gone.
	const closed = new Promise<void>((resolve) => {
		child.once('close', () => {
			ended = true;
			log.end();
			tellWatchers();
			resolve();
		});
	});
	child.once('error', tellWatchers);
	// It may have ended on its own before it is told to.
	child.stdin.on('error', () => undefined);

	async function end(signal: NodeJS.Signals): Promise<void> {
		if (child.pid !== undefined && !ended) signalGroup(child.pid, signal);
		await closed;
	}

	return {
		printed: async (pattern, longestMs) =>
			await new Promise((resolve, reject) => {
				const fail = (what: string) =>
					reject(new Error(`'${command.join(' ')}' ${what}:\n${output}`));
				const late = setTimeout(() => {
					watchers.delete(look);
					fail(`did not print ${pattern} within ${longestMs / 1_000} seconds`);
				}, longestMs);
				const look = () => {
					const found = pattern.test(output);
					if (!found && !ended) return;
					clearTimeout(late);
					watchers.delete(look);
					if (found) resolve(output);
					else fail('ended early');
				};
				watchers.add(look);
				look();
			}),
		stop: async () => {
			const late = setTimeout(() => void end('SIGKILL'), LONGEST_STOP_MS);
			await end('SIGTERM');
			clearTimeout(late);
		},
		kill: async () => await end('SIGKILL'),
	};
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-leader, signal);
	} catch {
		// The group has just ended.
	}
}
