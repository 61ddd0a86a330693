/** A whole n8n: its editor, its API and its executions in one process. */
import { type N8nProcess, type N8nProcessSettings, startN8nProcess } from './n8nProcess.mts';

const ROLE = {
	command: ['start'],
	ready: /Editor is now accessible via/,
	logName: 'n8n.log',
};

export interface N8nServer extends N8nProcess {
	/** `http://127.0.0.1:PORT` */
	readonly url: string;
}

/** Starts it and resolves when it serves. */
export async function startN8n(settings: N8nProcessSettings = {}): Promise<N8nServer> {
	const n8n = await startN8nProcess(ROLE, settings);
	return { ...n8n, url: `http://127.0.0.1:${n8n.port}` };
}
