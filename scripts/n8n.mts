/** An n8n to click in: with the package, a simulated service, a credential and the example workflows. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CREDENTIAL_NAME, CREDENTIAL_TYPE, credentialFor } from '../test/credential.mts';
import {
	exampleNames,
	exampleWorkflow,
	otherCredentialTypes,
} from '../test/e2e/setup/exampleWorkflow.mts';
import { freePort } from '../test/e2e/setup/freePort.mts';
import { N8nClient, OWNER } from '../test/e2e/setup/n8nClient.mts';
import { startN8n } from '../test/e2e/setup/n8nServer.mts';
import { repositoryRoot } from '../test/repositoryRoot.mts';
import { startSimulator } from '../test/simulator/index.mts';

/** A task that takes 50 seconds at the service is done in 13: lively, and still to be watched. */
const SIMULATOR_SPEED = 4;
const OUTPUT_FOLDER = path.join(repositoryRoot, 'demo-output/n8n');

const HELP = `n8n with this package, on a simulator of the service: nothing is billed.

Usage: npm run n8n -- [options]

  --port NUMBER   port on 127.0.0.1 (default: any that is free)
  --help          this text
`;

function readPort(): number | undefined | 'help' {
	const { values } = parseArgs({
		options: { port: { type: 'string' }, help: { type: 'boolean', default: false } },
	});
	if (values.help) return 'help';
	if (values.port === undefined) return undefined;
	const port = Number(values.port);
	if (!Number.isInteger(port) || port < 1 || port > 65_535) {
		throw new Error(`--port must be 1 to 65535, not "${values.port}".`);
	}
	return port;
}

async function untilInterrupted(): Promise<void> {
	await new Promise<void>((resolve) => {
		// Not once: a second Ctrl-C, or tsx that repeats the first, must not end this before n8n has ended.
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
	});
}

async function main(): Promise<void> {
	const port = readPort();
	if (port === 'help') {
		console.log(HELP);
		return;
	}
	const interrupted = untilInterrupted();
	const simulator = await startSimulator({ speed: SIMULATOR_SPEED, fetchFrom: 'anywhere' });
	try {
		await using n8n = await startN8n({
			say: (line) => console.log(line),
			port: port ?? (await freePort()),
			filesFolder: OUTPUT_FOLDER,
		});
		const client = await N8nClient.setUpOwner(n8n.url);
		const data = credentialFor(simulator);
		const credential = await client.createCredential(CREDENTIAL_NAME, CREDENTIAL_TYPE, data);
		const surroundings = { credential, simulator, filesFolder: OUTPUT_FOLDER };
		const links: string[] = [];
		for (const name of await exampleNames()) {
			const workflow = await exampleWorkflow(name, surroundings);
			const { id } = await client.createWorkflow(workflow.name, workflow);
			links.push(`  ${n8n.url}/workflow/${id}  ${workflow.name}`);
			const others = otherCredentialTypes(workflow);
			if (others.length > 0) links.push(`    needs credentials of your own: ${others.join(', ')}`);
		}
		console.log(`
n8n:       ${n8n.url}
Sign in:   ${OWNER.email}, password ${OWNER.password}
Service:   a simulator at ${simulator.url}, ${SIMULATOR_SPEED} times as fast. Nothing is billed.
Files:     ${path.relative(process.cwd(), OUTPUT_FOLDER)}

Open a workflow and click "Execute workflow":
${links.join('\n')}

Ctrl-C ends it; nothing is kept but the files.`);
		await interrupted;
		console.log('\nEnding n8n');
	} finally {
		await simulator.close();
	}
}

try {
	await main();
} catch (error) {
	console.error(`\nn8n did not start: ${error instanceof Error ? error.message : error}`);
	process.exitCode = 1;
}
