import type { IExecuteFunctions } from 'n8n-workflow';

import { TIMEOUT_LABEL } from '../parameters/waitFields';
import { describeDuration } from '../util/errorText';

/** Something that the user should know, though nothing is wrong. */
export interface ItemHint {
	/** The item or the clip that it is about. */
	readonly index: number;
	readonly message: string;
	/** What it is about, if not an item. */
	readonly noun?: 'clip';
}

/** A hint that concerns hundreds of items names so many of them. */
const MAX_ITEMS_NAMED = 10;

/** Shows hints in the output pane, each once for all items or clips that it concerns. */
export function showHints(ctx: IExecuteFunctions, hints: readonly ItemHint[]): void {
	const groups = new Map<string, { readonly noun: string; readonly indexes: number[] }>();
	for (const { index, message, noun = 'item' } of hints) {
		const group = groups.get(message) ?? { noun, indexes: [] };
		group.indexes.push(index);
		groups.set(message, group);
	}
	for (const [message, { noun, indexes }] of groups) {
		ctx.addExecutionHints({
			message: `${message} (${describeItems(noun, indexes)})`,
			location: 'outputPane',
		});
	}
}

function describeItems(noun: string, indexes: readonly number[]): string {
	const named = indexes.slice(0, MAX_ITEMS_NAMED).join(', ');
	const others = indexes.length - MAX_ITEMS_NAMED;
	return `${noun}${indexes.length > 1 ? 's' : ''} ${named}${others > 0 ? ` and ${others} more` : ''}`;
}

/** Tasks of an account that the service runs side by side (documented, section 1 of the service facts). */
const RUNNING_TASKS = 5;

/** Between the 47 s and 95 s that videos of two lengths took (measured at the service). */
const TYPICAL_RUN_MS = 70_000;

const MINUTE_MS = 60_000;

/**
 * A hint where so many items that wait for their videos are not likely to be done within their time-out:
 * the service runs a few at a time, and the clock of each item runs while it is in the queue.
 */
export function timeoutHint(items: number, timeoutMs: number): string | undefined {
	const expectedMs = Math.ceil(items / RUNNING_TASKS) * TYPICAL_RUN_MS;
	if (items <= RUNNING_TASKS || expectedMs <= timeoutMs) return undefined;
	return `The videos of ${items} items take about ${Math.ceil(expectedMs / MINUTE_MS)} min, since the service runs ${RUNNING_TASKS} at a time, but '${TIMEOUT_LABEL}' is ${describeDuration(timeoutMs)}: raise it, or send fewer items at a time`;
}
