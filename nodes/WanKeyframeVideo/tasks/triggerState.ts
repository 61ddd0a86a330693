import { isRecord, optionalNumber, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';

/** Which ended tasks start the workflow: with one of these statuses and of one of these models. */
export interface TaskFilter {
	readonly statuses: readonly string[];
	readonly models: readonly string[];
}

/**
 * What a trigger remembers between two polls. Plain JSON, which n8n stores; by default only with
 * the items that start the workflow, so after a restart a poll begins with the state of that time
 * (measured, docs/n8n-facts.md). Times are milliseconds since 1970.
 */
export interface TriggerState {
	/** Tasks submitted earlier are done with. By the service's clock, in whole seconds as in the list. */
	readonly fromMs: number;
	/** Tasks submitted since then that are done with, and when they were submitted. */
	readonly handled: Readonly<Record<string, number>>;
	/** By it they were done with. */
	readonly filter: TaskFilter;
	/** How many tasks of any model since then had the filter's only status; absent if unknown. */
	readonly endedCount?: number;
	/** By n8n's clock. */
	readonly polledAtMs: number;
}

/** No clock is as wrong as that: a state from further in the future is none. */
const LONGEST_AHEAD_MS = 12 * 3_600_000;

/** The state that n8n stored; undefined where there is none, or something else. */
export function readTriggerState(stored: unknown, nowMs: number): TriggerState | undefined {
	if (!isRecord(stored)) return undefined;
	const fromMs = optionalNumber(stored, 'fromMs');
	const polledAtMs = optionalNumber(stored, 'polledAtMs');
	const handled = readHandled(stored['handled']);
	const filter = readFilter(stored['filter']);
	if (fromMs === undefined || fromMs > nowMs + LONGEST_AHEAD_MS) return undefined;
	if (polledAtMs === undefined || handled === undefined || filter === undefined) return undefined;
	const endedCount = optional('endedCount', optionalNumber(stored, 'endedCount'));
	return { fromMs, handled, filter, ...endedCount, polledAtMs };
}

function readHandled(value: unknown): Record<string, number> | undefined {
	if (!isRecord(value)) return undefined;
	const entries = Object.entries(value).flatMap(([taskId, submittedMs]) =>
		typeof submittedMs === 'number' ? [[taskId, submittedMs] as const] : [],
	);
	if (entries.length < Object.keys(value).length) return undefined;
	return Object.fromEntries(entries);
}

function readFilter(value: unknown): TaskFilter | undefined {
	if (!isRecord(value)) return undefined;
	const statuses = readTexts(value, 'statuses');
	const models = readTexts(value, 'models');
	return statuses && models && { statuses, models };
}

function readTexts(record: JsonRecord, key: string): string[] | undefined {
	const value = record[key];
	if (!Array.isArray(value)) return undefined;
	const texts = value.filter((text: unknown) => typeof text === 'string');
	return texts.length === value.length ? texts : undefined;
}
