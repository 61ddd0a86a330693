/** The options of `npm run simulator`. */
import { parseArgs } from 'node:util';

/** What `npm run simulator -- --help` prints. */
export const HELP = `A DashScope on this machine, for trying workflows without a key and without costs.

Usage: npm run simulator -- [options]

  --port NUMBER   port on 127.0.0.1 (default 4010)
  --speed NUMBER  how many times faster than the real service (default 10)
  --key TEXT      the API key it accepts (default sk-simulator)
  --help          this text
`;

/** How the simulator is to run. */
export interface CliOptions {
	port: number;
	speed: number;
	key: string;
}

/** What the command was asked for. */
export type Invocation =
	| { kind: 'help' }
	| { kind: 'wrong'; reason: string }
	| { kind: 'run'; options: CliOptions };

/** Reads the command's arguments; `wrong` says what is the matter with them. */
export function readArguments(args: readonly string[]): Invocation {
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
