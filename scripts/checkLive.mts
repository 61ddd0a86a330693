/** Goes through what costs nothing on the real service and tells where it is not as documented. */
import path from 'node:path';
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkLive } from './checkLive/checkLive.mts';
import { startLiveService } from './checkLive/liveService.mts';
import { PAID_MODEL, PAID_PRICE } from './checkLive/paidCheck.mts';
import { rowText, summary } from './checkLive/table.mts';

const HELP = `Asks the service what costs nothing and tells where it is not as documented.

Usage: npm run check:live -- [options]

  --paid           also makes one video (${PAID_MODEL}, about ${PAID_PRICE}), after asking
  --only TEXT      only checks whose names contain the text
  --output FOLDER  where the answers are saved (default check-live-output)
  --help           this text

Without DASHSCOPE_API_KEY it asks the simulator. DASHSCOPE_REGION, DASHSCOPE_WORKSPACE_ID and
DASHSCOPE_BASE_URL say where the key belongs; the default is cn-beijing.
`;

const root = fileURLToPath(new URL('..', import.meta.url));

/** True only for a yes that somebody typed. */
async function mayPay(): Promise<boolean> {
	if (!stdin.isTTY) {
		console.log('--paid asks on the terminal, and there is none: no video is made.\n');
		return false;
	}
	const terminal = createInterface({ input: stdin, output: stdout });
	const answer = await terminal.question(
		`--paid makes a real video with ${PAID_MODEL} and costs about ${PAID_PRICE}. Go on? (y/N) `,
	);
	terminal.close();
	return /^y(es)?$/i.test(answer.trim());
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			paid: { type: 'boolean', default: false },
			only: { type: 'string', default: '' },
			output: { type: 'string', default: path.join(root, 'check-live-output') },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		console.log(HELP);
		return;
	}
	await using started = await startLiveService(process.env);
	console.log(`\n${started.notice}\n`);
	const paid = values.paid && (started.simulated || (await mayPay()));
	const rows = await checkLive({
		service: started.service,
		outputFolder: values.output,
		paid,
		only: values.only,
		onRow: (row) => console.log(rowText(row)),
	});
	console.log(`\n${summary(rows)}`);
	console.log(`Answers, without key and account: ${path.relative(process.cwd(), values.output)}`);
	if (rows.some(({ grade }) => grade === 'different')) process.exitCode = 1;
}

try {
	await main();
} catch (error) {
	console.error(`\nThe check did not finish: ${error instanceof Error ? error.message : error}`);
	process.exitCode = 2;
}
