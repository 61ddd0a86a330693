/**
 * What n8n reads from the environment once, while it loads: import this before `n8n.mts`.
 * Everything n8n keeps on disk goes into a folder of its own that is gone when the process ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const userFolder = mkdtempSync(path.join(tmpdir(), 'n8n-engine-'));

process.env['N8N_USER_FOLDER'] = userFolder;
process.env['N8N_ENCRYPTION_KEY'] = 'a key for tests only';
process.env['N8N_LOG_LEVEL'] ??= 'silent';
// Settings of the shell that would move n8n's files or proxy its requests have no place in a test.
delete process.env['N8N_STORAGE_PATH'];
delete process.env['N8N_BINARY_DATA_STORAGE_PATH'];

// Test workers are ended with SIGTERM, which by itself runs no exit handlers.
process.once('SIGTERM', () => process.exit(143));
process.on('exit', () => rmSync(userFolder, { recursive: true, force: true }));
