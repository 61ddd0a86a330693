import { HELP, readArguments, type CliOptions } from './cliOptions.mts';
import type { RecordedRequest } from './index.mts';

function describeRequest({ atMs, method, path, kind, status }: RecordedRequest): string {
	const time = new Date(atMs).toISOString().slice(11, 23);
	return `${time}  ${status ?? '---'}  ${kind.padEnd(6)}  ${method} ${path}`;
}

async function run(options: CliOptions): Promise<void> {
	// Loading what draws videos takes a second, which help and refusals do without.
	const { FAULTS_PATH, startSimulator } = await import('./index.mts');
	const simulator = await startSimulator({
		...options,
		faultsOverHttp: true,
		fetchFrom: 'anywhere',
		onAnswered: (request) => console.log(describeRequest(request)),
	});
	console.log(`DashScope simulator at ${simulator.url} (${options.speed} times as fast)

In the DashScope API credential:
  Region     Custom
  Base URL   ${simulator.url}
  API Key    ${simulator.key}

To make it misbehave: POST a fault to ${simulator.url}${FAULTS_PATH}, for instance
  {"on": "create", "effect": "error", "code": "Throttling.RateQuota", "times": 3}
DELETE there takes all faults back. Ctrl-C ends it.
`);
	const stop = (): void => {
		void simulator.close();
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

const invocation = readArguments(process.argv.slice(2));
switch (invocation.kind) {
	case 'help':
		console.log(HELP);
		break;
	case 'wrong':
		console.error(`${invocation.reason}\nSee: npm run simulator -- --help`);
		process.exitCode = 2;
		break;
	case 'run':
		try {
			await run(invocation.options);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			console.error(`The simulator could not start: ${reason}`);
			process.exitCode = 1;
		}
		break;
}
