import { describeDuration } from '../util/errorText';
import type { RunContext } from './runContext';
import { logLine } from './runLog';

/** Says in the output pane what the tasks cost that the run has waited for. */
export function showCost({ ctx, cost }: RunContext): void {
	const message = cost.describe();
	if (message !== undefined) ctx.addExecutionHints({ message, location: 'outputPane' });
}

/** Says the same in the log, also of a run that failed or was stopped. */
export function logCost(run: RunContext, tookMs: number): void {
	const message = run.cost.describe();
	if (message === undefined) return;
	logLine(run, 'info', `ended after ${describeDuration(tookMs)}: ${message}`);
}
