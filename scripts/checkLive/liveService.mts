import { resolveBaseUrl } from '../../nodes/WanKeyframeVideo/dashscope/hosts.ts';
import { startSimulator } from '../../test/simulator/index.mts';
import { credentialFrom } from '../serviceCredential.mts';
import type { LiveService } from './api.mts';

export interface StartedService extends AsyncDisposable {
	service: LiveService;
	simulated: boolean;
	/** What to tell the user before the first request. */
	notice: string;
}

const MINUTE_MS = 60_000;

/** A video of the simulator is ready in less than a second, and small. */
const SIMULATION = { speed: 1_000, maxPixels: 64 * 64 };
/** Quick, and within the 20 questions a second that it takes. */
export const SIMULATED_PACE = { pollMs: 60, failsWithinMs: 5_000, videoWithinMs: MINUTE_MS };

/** The real service when the environment has a key, else a simulator. */
export async function startLiveService(environment: NodeJS.ProcessEnv): Promise<StartedService> {
	const credential = credentialFrom(environment);
	if (credential === undefined) {
		const simulator = await startSimulator(SIMULATION);
		return {
			service: {
				apiBaseUrl: `${simulator.url}/api/v1`,
				apiKey: simulator.key,
				...SIMULATED_PACE,
			},
			simulated: true,
			notice: 'DASHSCOPE_API_KEY is not set: these are the answers of the simulator.',
			[Symbol.asyncDispose]: async () => await simulator.close(),
		};
	}
	const host = resolveBaseUrl({ ...credential });
	if (host.kind === 'incomplete') throw new Error(`'${host.field}' ${host.reason}`);
	return {
		service: {
			apiBaseUrl: host.apiBaseUrl,
			apiKey: credential.apiKey,
			...(credential.workspaceId && { secrets: [credential.workspaceId] }),
			pollMs: 1_000,
			failsWithinMs: 30_000,
			// A video of this kind was seen to take 8 minutes.
			videoWithinMs: 30 * MINUTE_MS,
		},
		simulated: false,
		notice: `DASHSCOPE_API_KEY is set: asking the service in ${credential.region}. Nothing is billed.`,
		[Symbol.asyncDispose]: async () => {},
	};
}
