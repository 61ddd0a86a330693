/** The arrows of `.dependency-cruiser.cjs` hold, and would not let a wrong import pass. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from './repositoryRoot.mts';

const depcruise = path.join(
	repositoryRoot,
	'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
);

/** A copy of what is checked, so that a wrong file disturbs no other test. */
let copy: string;

beforeAll(async () => {
	await mkdir(path.join(repositoryRoot, '.cache'), { recursive: true });
	copy = await mkdtemp(path.join(repositoryRoot, '.cache/architecture-'));
	for (const part of [
		'nodes',
		'credentials',
		'test/simulator',
		'.dependency-cruiser.cjs',
		'package.json',
		'tsconfig.json',
	]) {
		await cp(path.join(repositoryRoot, part), path.join(copy, part), { recursive: true });
	}
	await symlink(path.join(repositoryRoot, 'node_modules'), path.join(copy, 'node_modules'));
});

afterAll(async () => await rm(copy, { recursive: true }));

/** The names of the rules that the sources break, once this file lies among them. */
async function rulesBrokenBy(file: string, content: string): Promise<string[]> {
	const wrong = path.join(copy, file);
	await writeFile(wrong, content);
	const args = [depcruise, '--output-type', 'json', 'nodes', 'credentials', 'test/simulator'];
	const { stdout } = await promisify(execFile)(process.execPath, args, {
		cwd: copy,
		maxBuffer: 64 * 1024 * 1024,
	}).catch((error: { stdout: string }) => error);
	await rm(wrong);
	const report: { summary: { violations: Array<{ rule: { name: string } }> } } = JSON.parse(stdout);
	return report.summary.violations.map(({ rule }) => rule.name);
}

const ROOM = 'nodes/WanKeyframeVideo';

describe('an import that goes against the architecture is found by the lint', () => {
	it.each([
		['from util to a room', `${ROOM}/util/wrong.ts`, "import '../tasks/task';", 'arrows-from-util'],
		[
			'from media up to execution',
			`${ROOM}/media/wrong.ts`,
			"import '../execution/itemError';",
			'arrows-from-media',
		],
		[
			'from models to n8n',
			`${ROOM}/models/wrong.ts`,
			"import { sleep } from 'n8n-workflow';\nexport const wrong = sleep;",
			'models-know-no-n8n',
		],
		[
			'from the simulator to the node',
			'test/simulator/wrong.mts',
			"import '../../nodes/WanKeyframeVideo/models/catalog.ts';",
			'simulator-knows-no-node',
		],
		['of a file by itself', `${ROOM}/util/circle.ts`, "import './circle';", 'no-circle'],
	])('%s', async (_, file, content, rule) => {
		expect(await rulesBrokenBy(file, content)).toEqual([rule]);
	});
});
