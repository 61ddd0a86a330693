import type { RunContext } from './runContext';

/** A line in n8n's log that leads back to node and execution; it must hold no key, link or prompt. */
export function logLine(
	{ ctx }: Pick<RunContext, 'ctx'>,
	level: 'info' | 'debug',
	message: string,
): void {
	const { name } = ctx.getNode();
	ctx.logger[level](`${name}: ${message}`, { executionId: ctx.getExecutionId() });
}

/** Logs that the tasks of a run are created, once each of so many clips has its task or will get none. */
export function createLog(run: RunContext, clips: number): (index: number) => void {
	const settled = new Set<number>();
	return (index) => {
		if (settled.size === clips || settled.add(index).size < clips) return;
		logLine(run, 'info', `tasks created: ${run.tasks.count()} of ${clips}`);
	};
}
