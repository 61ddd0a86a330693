import { parseArgs } from 'node:util';

import type { RecordedRequest } from './index.mts';

const HELP = `A DashScope on this machine, for trying workflows without a key and without costs.

Usage: npm run simulator -- [options]

  --port NUMBER   port on 127.0.0.1 (default 4010)
  --speed NUMBER  how many times faster than the real service (default 10)
  --key TEXT      the API key it accepts (default sk-simulator)
  --help          this text
`;

interface CliOptions {
	port: number;
	speed: number;
	key: string;
}

type Invocation =
	| { kind: 'help' }
	| { kind: 'wrong'; reason: string }
	| { kind: 'run'; options: CliOptions };

function readArguments(args: readonly string[]): Invocation {
	try {
		const { values } = parseArgs({
			args: [...args],
			options: {
				port: { type: 'string', default: '4010' },
				speed: { type: 'string', default: '10' },
				key: { type: 'string', default: 'sk-simulator' },
				help: { type: 'boolean', default: false },
			},
		});
		if (values.help) return { kind: 'help' };
		const port = Number(values.port);
		const speed = Number(values.speed);
		if (!Number.isInteger(port) || port < 0 || port > 65_535) {
			return { kind: 'wrong', reason: `--port must be 0 to 65535, not "${values.port}".` };
		}
		if (!(speed > 0) || !Number.isFinite(speed)) {
			return { kind: 'wrong', reason: `--speed must be above 0, not "${values.speed}".` };
		}
		if (values.key === '') return { kind: 'wrong', reason: '--key must not be empty.' };
		return { kind: 'run', options: { port, speed, key: values.key } };
	} catch (error) {
		return { kind: 'wrong', reason: error instanceof Error ? error.message : String(error) };
	}
}

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
