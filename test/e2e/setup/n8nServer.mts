/** An n8n with the packed package, from a fresh user folder, that ends with its caller. */
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installPackage } from './communityPackage.mts';
import { freePort } from './freePort.mts';
import { type GuardedProcess, startGuarded } from './guardedProcess.mts';
import { installN8n } from './install.mts';
import { n8nEnvironment } from './n8nEnvironment.mts';
import { cacheFolder } from './paths.mts';

/** n8n's last words before it serves. */
const READY = /Editor is now accessible via/;

export interface N8nServer extends AsyncDisposable {
	/** `http://127.0.0.1:PORT` */
	readonly url: string;
	/** Where workflows may write files. */
	readonly filesFolder: string;
	/** What n8n has printed since its first start. */
	log(): Promise<string>;
	/** Ends n8n without warning, as a power cut would. */
	kill(): Promise<void>;
	/** Starts it again with the same data and address. */
	start(): Promise<void>;
}

export interface N8nServerSettings {
	say?: (line: string) => void;
	/** Default: any that is free. */
	port?: number;
	/** Default: a folder that is gone with the server. */
	filesFolder?: string;
	/** Further environment variables. */
	environment?: NodeJS.ProcessEnv;
}

export async function startN8n({
	say = () => undefined,
	port,
	filesFolder,
	environment = {},
}: N8nServerSettings = {}): Promise<N8nServer> {
	const n8n = await installN8n(say);
	const userFolder = await mkdtemp(path.join(tmpdir(), 'n8n-real-'));
	const place = {
		userFolder,
		port: port ?? (await freePort()),
		brokerPort: await freePort(),
		filesFolder: filesFolder ?? path.join(userFolder, 'files'),
	};
	const url = `http://127.0.0.1:${place.port}`;
	const logFile = path.join(userFolder, 'n8n.log');
	let running: GuardedProcess | undefined;

	async function start(): Promise<void> {
		running = startGuarded([n8n.node, n8n.script, 'start'], {
			cwd: userFolder,
			env: { ...n8nEnvironment(place), ...environment },
			logFile,
		});
		await running.printed(READY);
	}

	async function dispose(): Promise<void> {
		await running?.stop();
		// What it said may explain why a test did not succeed.
		if (running) await copyFile(logFile, path.join(cacheFolder, 'n8n.log'));
		await rm(userFolder, { recursive: true, force: true });
	}

	try {
		await mkdir(place.filesFolder, { recursive: true });
		say('Packing and installing the package');
		await installPackage(userFolder);
		say(`Starting n8n ${n8n.version}`);
		await start();
	} catch (error) {
		await dispose();
		throw error;
	}
	return {
		url,
		filesFolder: place.filesFolder,
		log: async () => await readFile(logFile, 'utf8'),
		kill: async () => await running?.kill(),
		start,
		[Symbol.asyncDispose]: dispose,
	};
}
