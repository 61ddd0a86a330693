/** A simulator that takes nothing of this process's time, so that what is measured here is the node's. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { FAULTS_PATH, type Fault, type SimulatorOptions } from '../../test/simulator/index.mts';
import type { MadeTask } from '../../test/soak/verifyRun.mts';
import type { Order, Report } from './simulatorChild.mts';

export interface RemoteSimulator extends AsyncDisposable {
	readonly url: string;
	readonly key: string;
	/** A picture that every model takes. */
	readonly frameUrl: string;
	fault(fault: Fault): Promise<void>;
	/** All tasks that were ever made. */
	tasks(): Promise<readonly MadeTask[]>;
}

export async function startRemoteSimulator(
	start: Omit<SimulatorOptions, 'onAnswered'>,
): Promise<RemoteSimulator> {
	const child = fork(fileURLToPath(new URL('simulatorChild.mts', import.meta.url)), {
		execArgv: ['--import', 'tsx'],
	});
	async function ask(order: Order): Promise<Report> {
		child.send(order);
		const [report]: Report[] = await once(child, 'message');
		if (report === undefined) throw new Error('The simulator said nothing');
		return report;
	}
	const started = await ask({ start });
	if (!('url' in started)) throw new Error('The simulator did not start');
	const { url, key, frameUrl } = started;
	return {
		url,
		key,
		frameUrl,
		async fault(fault) {
			const response = await fetch(url + FAULTS_PATH, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(fault),
			});
			if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
		},
		async tasks() {
			const report = await ask({ report: true });
			return 'tasks' in report ? report.tasks : [];
		},
		async [Symbol.asyncDispose]() {
			const ended = once(child, 'exit');
			child.kill();
			await ended;
		},
	};
}
