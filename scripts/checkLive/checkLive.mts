import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isObject } from '../../test/simulator/json.mts';
import { type Exchange, LiveApi, type LiveService } from './api.mts';
import { type Check, FREE_CHECKS } from './checks.mts';
import { different, type Finding } from './finding.mts';
import { PAID_CHECK } from './paidCheck.mts';
import { redact, secretsIn } from './redact.mts';
import type { Run } from './tasks.mts';

export interface Row extends Finding {
	name: string;
	documented: string;
}

export interface CheckLiveOptions {
	service: LiveService;
	/** Where the answers go; what is there is replaced. */
	outputFolder: string;
	/** Also makes a video, which costs money. */
	paid: boolean;
	/** Only checks whose names contain this text. */
	only?: string;
	onRow?: (row: Row) => void;
}

/** Runs every check, one after the other, and saves what was asked and answered. */
export async function checkLive(options: CheckLiveOptions): Promise<Row[]> {
	const { service, outputFolder, paid, only = '', onRow = () => undefined } = options;
	const run: Run = {
		api: new LiveApi(service),
		failed: [],
		times: [],
		unsettled: new Set(),
		uploadPolicy: undefined,
	};
	const rows: Row[] = [];
	const said: Array<{ name: string; exchanges: Exchange[] }> = [];
	const checks = [...FREE_CHECKS, ...(paid ? [PAID_CHECK] : [])];
	for (const check of checks.filter(({ name }) => name.includes(only))) {
		run.api.exchanges = [];
		const { grade, seen } = await outcomeOf(check, run);
		// The service's words are repeated, and may repeat the key.
		const safe = String(redact(seen, [service.apiKey]));
		const row = { name: check.name, documented: check.documented, grade, seen: safe };
		said.push({ name: check.name, exchanges: run.api.exchanges });
		rows.push(row);
		onRow(row);
	}
	await save(said, outputFolder, service);
	return rows;
}

async function outcomeOf(check: Check, run: Run): Promise<Finding> {
	try {
		return await check.run(run);
	} catch (error) {
		const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
		return different(`no answer: ${cause instanceof Error ? cause.message : String(cause)}`);
	}
}

async function save(
	said: ReadonlyArray<{ name: string; exchanges: readonly Exchange[] }>,
	folder: string,
	{ apiKey, secrets: others = [], apiBaseUrl }: LiveService,
): Promise<void> {
	await mkdir(folder, { recursive: true });
	for (const name of await readdir(folder)) {
		if (name.endsWith('.json')) await rm(path.join(folder, name));
	}
	// What is secret in one answer is secret in all of them.
	const secrets = [apiKey, ...others, ...secretsIn(said)];
	const own = new Set(said.flatMap(({ exchanges }) => exchanges.flatMap(taskIdOf)));
	for (const { name, exchanges } of said) {
		const told = exchanges.map((exchange) => withoutOthers(exchange, own));
		// The host tells the workspace.
		const text = JSON.stringify(redact(told, secrets), undefined, '\t').replaceAll(apiBaseUrl, '');
		await writeFile(path.join(folder, `${name.replaceAll('/', '_')}.json`), `${text}\n`);
	}
}

function taskIdOf({ answer: { body } }: Exchange): string[] {
	const id = isObject(body) && isObject(body.output) ? body.output.task_id : undefined;
	return typeof id === 'string' ? [id] : [];
}

/** A list also names what else the account has made, which is nobody's business. */
function withoutOthers(exchange: Exchange, own: ReadonlySet<string>): Exchange {
	const { body } = exchange.answer;
	if (!isObject(body) || !Array.isArray(body.data)) return exchange;
	const data = body.data.filter(
		(entry: unknown) =>
			!isObject(entry) || typeof entry.task_id !== 'string' || own.has(entry.task_id),
	);
	return { ...exchange, answer: { ...exchange.answer, body: { ...body, data } } };
}
