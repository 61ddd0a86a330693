/** A process of n8n with the packed package, from a fresh user folder, that ends with its caller. */
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installPackage } from './communityPackage.mts';
import { freePort } from './freePort.mts';
import { type GuardedProcess, startGuarded } from './guardedProcess.mts';
import { installN8n } from './install.mts';
import { n8nEnvironment } from './n8nEnvironment.mts';
import { cacheFolder } from './paths.mts';

/** It takes ten seconds, and on a busy machine a minute. */
const LONGEST_START_MS = 180_000;

export interface N8nProcess extends AsyncDisposable {
	readonly port: number;
	/** Where workflows may write files. */
	readonly filesFolder: string;
	/** What n8n has printed since its first start. */
	log(): Promise<string>;
	/** Ends n8n without warning, as a power cut would. */
	kill(): Promise<void>;
	/** Starts it again with the same data and address. */
	start(): Promise<void>;
}

export interface N8nProcessSettings {
	say?: (line: string) => void;
	/** Default: any that is free. */
	port?: number;
	/** Default: a folder that is gone with the process. */
	filesFolder?: string;
	/** Whether the package is there from the start; default true. */
	withPackage?: boolean;
	/** Further environment variables. */
	environment?: NodeJS.ProcessEnv;
}

/** What the process is in n8n. */
export interface N8nRole {
	/** n8n's command and its flags. */
	command: readonly string[];
	/** Its last words before it works. */
	ready: RegExp;
	/** Where its log stays after its end. */
	logName: string;
}

/** Starts an n8n and resolves when it is ready. */
export async function startN8nProcess(
	{ command, ready, logName }: N8nRole,
	{
		say = () => undefined,
		port,
		filesFolder,
		withPackage = true,
		environment = {},
	}: N8nProcessSettings,
): Promise<N8nProcess> {
	const n8n = await installN8n(say);
	const userFolder = await mkdtemp(path.join(tmpdir(), 'n8n-real-'));
	const place = {
		userFolder,
		port: port ?? (await freePort()),
		brokerPort: await freePort(),
		filesFolder: filesFolder ?? path.join(userFolder, 'files'),
	};
	const logFile = path.join(userFolder, 'n8n.log');
	let running: GuardedProcess | undefined;

	async function start(): Promise<void> {
		running = startGuarded([n8n.node, n8n.script, ...command], {
			cwd: userFolder,
			env: { ...n8nEnvironment(place), ...environment },
			logFile,
		});
		await running.printed(ready, LONGEST_START_MS);
	}

	async function dispose(): Promise<void> {
		await running?.stop();
		// What it said may explain why a test did not succeed.
		if (running) {
			await mkdir(cacheFolder, { recursive: true });
			await copyFile(logFile, path.join(cacheFolder, logName));
		}
		await rm(userFolder, { recursive: true, force: true });
	}

	try {
		await mkdir(place.filesFolder, { recursive: true });
		if (withPackage) {
			say('Packing and installing the package');
			await installPackage(userFolder);
		}
		say(`Starting n8n ${n8n.version}`);
		await start();
	} catch (error) {
		await dispose();
		throw error;
	}
	return {
		port: place.port,
		filesFolder: place.filesFolder,
		log: async () => await readFile(logFile, 'utf8'),
		kill: async () => await running?.kill(),
		start,
		[Symbol.asyncDispose]: dispose,
	};
}
