/** What the tests share: a real n8n with the package, its owner, and a credential for a simulated service. */
import { afterAll, beforeEach } from 'vitest';
import {
	type RecordedRequest,
	type RequestKind,
	type Simulator,
	type SimulatorOptions,
	startSimulator,
} from '../../simulator/index.mts';
import { CREDENTIAL_NAME, CREDENTIAL_TYPE, credentialFor } from '../../credential.mts';
import { N8nClient, type StoredCredential } from './n8nClient.mts';
import { type N8nServer, startN8n } from './n8nServer.mts';

/** Small videos: what is in them is the business of other tests. */
const MAX_PIXELS = 64 * 64;

/** A whole n8n with the package and the credential, and a simulator of the service. */
export interface Harness {
	readonly simulator: Simulator;
	readonly n8n: N8nServer;
	readonly client: N8nClient;
	readonly credential: StoredCredential;
	/** Requests of a kind that the service got since the test began. */
	requests(kind: RequestKind): RecordedRequest[];
	/** How many they are. */
	count(kind: RequestKind): number;
}

/**
 * Call it once in a test file, at top level: everything ends when the file's tests are done. `environment`
 * holds further settings of n8n.
 */
export async function startHarness(
	options: SimulatorOptions = {},
	environment: NodeJS.ProcessEnv = {},
): Promise<Harness> {
	const simulator = await startSimulator({
		maxPixels: MAX_PIXELS,
		// Ended before the node's first query, two seconds after the create.
		times: { pendingMs: 300, runningMs: 700 },
		...options,
	});
	afterAll(async () => await simulator.close());
	const n8n = await startN8n({ say: (line) => console.log(line), environment });
	afterAll(async () => await n8n[Symbol.asyncDispose]());
	const client = await N8nClient.setUpOwner(n8n.url);
	const credential = await client.createCredential(
		CREDENTIAL_NAME,
		CREDENTIAL_TYPE,
		credentialFor(simulator),
	);
	let begin = 0;
	beforeEach(() => {
		simulator.clearFaults();
		begin = simulator.requests.length;
	});
	const requests = (kind: RequestKind) =>
		simulator.requests.slice(begin).filter((request) => request.kind === kind);
	return {
		simulator,
		n8n,
		client,
		credential,
		requests,
		count: (kind) => requests(kind).length,
	};
}
