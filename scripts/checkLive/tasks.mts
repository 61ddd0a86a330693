/** Creates that must fail, and what became of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions, LiveApi, Reply } from './api.mts';

/** What all checks of a run share. */
export interface Run {
	api: LiveApi;
	/** Tasks of this run that ended as FAILED, with the last answer. */
	failed: Array<{ taskId: string; answer: Reply }>;
	/** Members of `output` whose names end in `_time`, from every answer of this run's tasks. */
	times: string[];
	/** Tasks that have not failed where they have to: while there is one, no other is created. */
	unsettled: Set<string>;
	/** The policy for uploads, once the service gave one. */
	uploadPolicy: Reply | undefined;
}

export type CreateOutcome =
	| { kind: 'notSent' }
	| { kind: 'refused'; reply: Reply }
	| { kind: 'failed'; reply: Reply; afterMs: number }
	| { kind: 'unexpected'; taskId: string; status: string };

const OVER = ['SUCCEEDED', 'FAILED', 'CANCELED', 'UNKNOWN'];

export const ASYNC = { 'X-DashScope-Async': 'enable' };

/**
 * Sends an impossible create. A task that comes of it is followed until it has failed; one that does
 * not fail in time is cancelled, and nothing is created after it.
 */
export async function tryCreate(
	run: Run,
	path: string,
	body: unknown,
	headers: NonNullable<CallOptions['headers']> = ASYNC,
): Promise<CreateOutcome> {
	if (run.unsettled.size > 0) return { kind: 'notSent' };
	const created = await run.api.call('POST', path, { headers, body });
	const taskId = created.at('output.task_id');
	if (typeof taskId !== 'string') return { kind: 'refused', reply: created };

	run.unsettled.add(taskId);
	const startedAt = performance.now();
	const reply = await follow(run, taskId, run.api.service.failsWithinMs);
	const status = String(reply.at('output.task_status'));
	if (status === 'FAILED') {
		run.unsettled.delete(taskId);
		run.failed.push({ taskId, answer: reply });
		return { kind: 'failed', reply, afterMs: Math.round(performance.now() - startedAt) };
	}
	await run.api.call('POST', `/tasks/${taskId}/cancel`);
	return { kind: 'unexpected', taskId, status };
}

/** Asks after a task until it is over or the time is up; gives the last answer. */
export async function follow(run: Run, taskId: string, withinMs: number): Promise<Reply> {
	const deadline = performance.now() + withinMs;
	for (;;) {
		const reply = await run.api.call('GET', `/tasks/${taskId}`);
		run.times.push(...timesIn(reply.at('output')));
		if (OVER.includes(String(reply.at('output.task_status'))) || performance.now() >= deadline)
			return reply;
		await sleep(run.api.service.pollMs);
	}
}

function timesIn(output: unknown): string[] {
	if (typeof output !== 'object' || output === null) return [];
	return Object.entries(output).flatMap(([name, value]) =>
		name.endsWith('_time') && typeof value === 'string' ? [value] : [],
	);
}
