/** What runs the commands that the documents name, so that none is only told of. */

const CI = '.github/workflows/ci.yml';
/** What `npm test` runs first. */
const CHECKS = 'scripts/test.mts';
const COMMANDS = 'test/e2e/commands.e2e.mts';

/** A file, and the text by which it runs a command; where there is none, the command itself. */
export interface Runner {
	readonly file: string;
	readonly text?: string;
}

/** A new command is put here with what runs it; `test/documents.test.mts` looks whether that is so. */
export const RUN_BY: Readonly<Record<string, Runner>> = {
	'npm ci': { file: CI },
	'npm test': { file: CI },
	'npm run build': { file: CHECKS, text: "'build'" },
	'npm run lint': { file: CHECKS, text: "'lint'" },
	'npm run format': { file: CI },
	'npm run test:deep': { file: CI },
	'npm run test:packed': { file: CI },
	'npm run demo': { file: CI },
	'npm run demo:film': { file: CI },
	'npm run test:e2e:quick': { file: CI },
	// The same command with fewer files.
	'npm run test:e2e': { file: CI, text: 'npm run test:e2e:quick' },
	'npm run simulator': { file: 'test/simulator/cli.test.mts', text: "'cli.mts'" },
	'npm run check:live': { file: 'test/checkLive.test.mts', text: "'../scripts/checkLive.mts'" },
	'npm run lint:fix': { file: COMMANDS },
	'npm run docs:tables': { file: COMMANDS },
	'npm run n8n': { file: COMMANDS },
	'npm run record': { file: COMMANDS },
	'npm run bench': { file: COMMANDS },
	'npm run soak': { file: COMMANDS },
	'npm run coverage': { file: COMMANDS },
	'npm run mutation': { file: COMMANDS },
	'ATTACK_RUNS npm run test:run': { file: COMMANDS, text: 'ATTACK_RUNS=5 npm run test:run' },
};
