/** n8n's log at its most talkative, in a file: import this before anything of the engine. */
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, vi } from 'vitest';

const folder = mkdtempSync(path.join(tmpdir(), 'n8n-log-'));
const file = path.join(folder, 'n8n.log');

process.env['N8N_LOG_LEVEL'] = 'debug';
process.env['N8N_LOG_OUTPUT'] = 'file';
process.env['N8N_LOG_FORMAT'] = 'json';
process.env['N8N_LOG_FILE_LOCATION'] = file;

afterAll(async () => await rm(folder, { recursive: true }));

/** Everything logged so far, once the log has come as far as this text. */
export async function logUpTo(text: string): Promise<string> {
	return await vi.waitFor(async () => {
		const log = await readFile(file, 'utf8');
		if (!log.includes(text)) throw new Error(`The log does not hold '${text}' yet`);
		return log;
	});
}
