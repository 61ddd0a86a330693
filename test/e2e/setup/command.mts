/** Commands that end by themselves. */
import { spawn } from 'node:child_process';

export interface CommandSettings {
	cwd: string;
	env?: NodeJS.ProcessEnv;
}

/** Runs a command to its end and gives what it printed; when it does not succeed, its output tells why. */
export async function runCommand(
	command: string,
	args: readonly string[],
	{ cwd, env = process.env }: CommandSettings,
): Promise<string> {
	const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	let errors = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	if (code !== 0) {
		throw new Error(`'${[command, ...args].join(' ')}' ended with ${code}\n${output}\n${errors}`);
	}
	return output;
}
