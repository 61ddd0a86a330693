import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { readArguments } from './cliOptions.mts';

const CLI = fileURLToPath(new URL('cli.mts', import.meta.url));

function run(...args: string[]): ChildProcess {
	return spawn(process.execPath, ['--import', 'tsx', CLI, ...args], { stdio: 'pipe' });
}

/** All that a process writes until a text appears in it, or until its end. */
async function output(child: ChildProcess, until?: string): Promise<string> {
	let text = '';
	return new Promise((resolve) => {
		const read = (chunk: Buffer): void => {
			text += chunk.toString();
			if (until !== undefined && text.includes(until)) resolve(text);
		};
		child.stdout?.on('data', read);
		child.stderr?.on('data', read);
		child.once('close', () => resolve(text));
	});
}

describe('the command', () => {
	it('runs, prints every request and ends with Ctrl-C', async () => {
		const child = run('--port', '0', '--key', 'sk-test');
		const greeting = await output(child, 'Ctrl-C');
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(greeting)?.[0] ?? '';
		expect(greeting).toContain('sk-test');
		expect(greeting).toContain('Custom');

		const line = output(child, '\n');
		const headers = { authorization: 'Bearer sk-test' };
		expect((await fetch(`${url}/api/v1/models`, { headers })).status).toBe(200);
		expect(await line).toMatch(/200 {2}models {2}GET \/api\/v1\/models/);

		child.kill('SIGINT');
		expect(await once(child, 'close')).toEqual([0, null]);
	});

	it('prints its help', async () => {
		const child = run('--help');
		const closed = once(child, 'close');
		expect(await output(child)).toContain('--speed NUMBER');
		expect(await closed).toEqual([0, null]);
	});

	it('refuses an option that it does not know, with a sentence', async () => {
		const child = run('--nonsense');
		const closed = once(child, 'close');
		const text = await output(child);
		expect(text).toContain('--help');
		expect(text).not.toMatch(/\n\s+at /);
		expect(await closed).toEqual([2, null]);
	});

	it.each([
		['--port', 'x'],
		['--port', '70000'],
		['--speed', '0'],
		['--key', ''],
	])('refuses the option %s %j', (...args) => {
		expect(readArguments(args)).toMatchObject({
			kind: 'wrong',
			reason: expect.stringContaining(`${args[0]} must`),
		});
	});
});
