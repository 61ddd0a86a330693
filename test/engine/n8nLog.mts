/** What n8n logs while a test runs. */
import { onTestFinished, vi } from 'vitest';
import { Logger } from './n8n.mts';

const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export interface LogLine {
	readonly level: (typeof LEVELS)[number];
	readonly message: string;
	/** All that goes with it, errors too, as JSON. */
	readonly details: string;
}

/** Records every line of every level from now until the test ends, whatever level n8n is set to print. */
export function recordLog(): readonly LogLine[] {
	const lines: LogLine[] = [];
	for (const level of LEVELS) {
		const logging = vi.spyOn(Logger.prototype, level).mockImplementation((message, details) => {
			lines.push({ level, message, details: JSON.stringify(details, withErrors) ?? '' });
		});
		onTestFinished(() => logging.mockRestore());
	}
	return lines;
}

/** JSON has nothing of an error by itself. */
function withErrors(_key: string, value: unknown): unknown {
	if (!(value instanceof Error)) return value;
	const { name, message, stack, cause } = value;
	return { ...value, name, message, stack, cause };
}
