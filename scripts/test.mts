/** `npm test`: build, lint and types at once, each with its output in one piece, then all tests. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

const CHECKS = ['build', 'lint', 'typecheck'];

async function check(script: string): Promise<boolean> {
	const startMs = performance.now();
	const { stdout, stderr, exitCode } = run(script, 'pipe');
	const said = await Promise.all([stdout, stderr].map(async (stream) => stream && text(stream)));
	const code = await exitCode;
	const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
	console.log(
		`${said.join('')}npm run ${script}: ${code === 0 ? 'good' : 'FAILED'} (${seconds} s)\n`,
	);
	return code === 0;
}

function run(script: string, output: 'pipe' | 'inherit') {
	const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', output, output] });
	const exitCode = new Promise<number | null>((resolve, reject) => {
		child.once('close', resolve).once('error', reject);
	});
	return { stdout: child.stdout, stderr: child.stderr, exitCode };
}

const areGood = await Promise.all(CHECKS.map(check));
process.exitCode = areGood.every(Boolean) ? ((await run('test:run', 'inherit').exitCode) ?? 1) : 1;
