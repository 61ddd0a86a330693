/** The arrows of `.dependency-cruiser.cjs` hold, and would not let a wrong import pass. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from './repositoryRoot.mts';

const depcruise = path.join(
	repositoryRoot,
	'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
);

const ROOM = 'nodes/WanKeyframeVideo';

/** A wrong import of each kind, with the file that has it and the rule that it breaks. */
const WRONG = [
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
] as const;

interface Violation {
	readonly from: string;
	readonly rule: { readonly name: string };
}

/** What the lint says of the sources, once the wrong files lie among them. */
let violations: readonly Violation[];

beforeAll(async () => {
	await mkdir(path.join(repositoryRoot, '.cache'), { recursive: true });
	// A copy, so that wrong files disturb no other test.
	const copy = await mkdtemp(path.join(repositoryRoot, '.cache/architecture-'));
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
	for (const [, file, content] of WRONG) await writeFile(path.join(copy, file), content);
	const args = [depcruise, '--output-type', 'json', 'nodes', 'credentials', 'test/simulator'];
	const { stdout } = await promisify(execFile)(process.execPath, args, {
		cwd: copy,
		maxBuffer: 64 * 1024 * 1024,
	}).catch((error: { stdout: string }) => error);
	await rm(copy, { recursive: true });
	const report: { summary: { violations: Violation[] } } = JSON.parse(stdout);
	violations = report.summary.violations;
}, 60_000);

describe('an import that goes against the architecture is found by the lint', () => {
	it.each(WRONG)('%s', (_, file, _content, rule) => {
		const broken = violations.filter(({ from }) => from === file);
		expect(broken.map(({ rule: { name } }) => name)).toEqual([rule]);
	});

	it('and none is found where there is none', () => {
		const wrong = new Set<string>(WRONG.map(([, file]) => file));
		expect(violations.filter(({ from }) => !wrong.has(from))).toEqual([]);
	});
});
