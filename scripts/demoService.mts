/** Where the demo's video comes from: the simulator in this process, or the real service. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { credentialFor } from '../test/credential.mts';
import { startSimulator, statusAt } from '../test/simulator/index.mts';
import { credentialFrom } from './serviceCredential.mts';

/** A task that takes 50 seconds at the service is done in 13: lively, and still to be watched. */
const SIMULATOR_SPEED = 4;
const WATCH_EVERY_MS = 250;

export interface DemoService extends AsyncDisposable {
	credential: ICredentialDataDecryptedObject;
	simulated: boolean;
	/** What to tell the user before the first request. */
	notice: string;
}

/** The real service when the environment has a key, else the simulator. */
export async function startService(
	environment: NodeJS.ProcessEnv,
	onTaskState: (state: string) => void,
): Promise<DemoService> {
	const credential = credentialFrom(environment);
	if (credential) {
		return {
			credential: { ...credential },
			simulated: false,
			notice: `DASHSCOPE_API_KEY is set: this makes a real video (${credential.region}) and COSTS MONEY.`,
			[Symbol.asyncDispose]: async () => {},
		};
	}
	const simulator = await startSimulator({ speed: SIMULATOR_SPEED });
	const watch = setInterval(() => {
		for (const task of simulator.tasks.values()) onTaskState(statusAt(task, Date.now()));
	}, WATCH_EVERY_MS);
	return {
		credential: credentialFor(simulator),
		simulated: true,
		notice: `Service: a simulator at ${simulator.url}, ${SIMULATOR_SPEED} times as fast. Nothing is billed.`,
		async [Symbol.asyncDispose]() {
			clearInterval(watch);
			await simulator.close();
		},
	};
}
