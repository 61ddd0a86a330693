/** Redis and PostgreSQL on ports of their own, with data that is gone when they end. */
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from './command.mts';
import { freePort } from './freePort.mts';
import { startGuarded } from './guardedProcess.mts';
import { installPostgres, installRedis } from './install.mts';

/** They take a second, and on a busy machine some more. */
const LONGEST_START_MS = 60_000;

/** Also the name of the database that PostgreSQL begins with. */
const POSTGRES = 'postgres';

export interface DatabaseServer extends AsyncDisposable {
	/** The settings with which n8n finds it. */
	readonly environment: NodeJS.ProcessEnv;
}

/** A Redis that keeps everything in memory. */
export async function startRedis(say: (line: string) => void): Promise<DatabaseServer> {
	const program = await installRedis(say);
	return await startServer({
		name: 'redis',
		ready: /Ready to accept connections/,
		command: async (folder, port) => {
			const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
			return [program, ...place, '--save', '', '--appendonly', 'no'];
		},
		environment: (port) => ({
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(port),
		}),
	});
}

/** A PostgreSQL with an empty database. */
export async function startPostgres(say: (line: string) => void): Promise<DatabaseServer> {
	const programs = await installPostgres(say);
	const account = await postgresAccount();
	return await startServer({
		name: POSTGRES,
		ready: /database system is ready to accept connections/,
		command: async (folder, port) => {
			if (account) await chown(folder, account.user, account.group);
			const run = account?.command ?? [];
			const data = path.join(folder, 'data');
			const [program = '', ...args] = [...run, path.join(programs, 'initdb'), '-D', data];
			const lenient = ['--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
			await runCommand(program, [...args, `--username=${POSTGRES}`, ...lenient], { cwd: folder });
			const place = ['-D', data, '-h', '127.0.0.1', '-p', String(port)];
			// Nobody will miss the data after a power cut, nor its socket in a system folder.
			const settings = ['-c', 'fsync=off', '-c', 'unix_socket_directories='];
			return [...run, path.join(programs, 'postgres'), ...place, ...settings];
		},
		environment: (port) => ({
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(port),
			DB_POSTGRESDB_USER: POSTGRES,
			DB_POSTGRESDB_DATABASE: POSTGRES,
		}),
	});
}

interface ServerKind {
	name: string;
	/** Its last words before it serves. */
	ready: RegExp;
	/** Prepares an empty folder; gives the command that serves what is in it. */
	command: (folder: string, port: number) => Promise<string[]>;
	environment: (port: number) => NodeJS.ProcessEnv;
}

async function startServer(kind: ServerKind): Promise<DatabaseServer> {
	const folder = await mkdtemp(path.join(tmpdir(), `n8n-${kind.name}-`));
	const removeFolder = async () => await rm(folder, { recursive: true, force: true });
	try {
		const port = await freePort();
		const server = startGuarded(await kind.command(folder, port), {
			cwd: folder,
			env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
			logFile: path.join(folder, 'server.log'),
		});
		await server.printed(kind.ready, LONGEST_START_MS);
		return {
			environment: kind.environment(port),
			[Symbol.asyncDispose]: async () => {
				await server.stop();
				await removeFolder();
			},
		};
	} catch (error) {
		await removeFolder();
		throw error;
	}
}

/** PostgreSQL refuses to run as root: then Debian's account for it runs it. Otherwise undefined. */
async function postgresAccount() {
	if (process.getuid?.() !== 0) return undefined;
	const idOf = async (flag: string) =>
		Number(await runCommand('id', [flag, POSTGRES], { cwd: tmpdir() }));
	return {
		user: await idOf('-u'),
		group: await idOf('-g'),
		command: ['setpriv', `--reuid=${POSTGRES}`, `--regid=${POSTGRES}`, '--clear-groups'],
	};
}
