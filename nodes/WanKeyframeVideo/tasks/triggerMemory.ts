import { readTriggerState, type TriggerState } from './triggerState';

/** A poll that a process of n8n makes of a trigger. */
export interface TriggerPoll {
	/** Names the trigger among all of the process. */
	readonly trigger: string;
	/** The same object for all polls since the trigger was activated. */
	readonly activation: object;
	/** True where n8n may poll right after an activation; false where only its schedule does. */
	readonly isActivation: boolean;
	/** What n8n keeps for the trigger. */
	readonly stored: StoredData;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

export interface StoredData {
	endedTasks?: unknown;
}

/** What a poll found; without a state, the next poll starts over. */
export interface Polled<T> {
	readonly items: readonly T[];
	readonly state?: TriggerState;
}

/** What a process remembers of its triggers, beside what n8n stores for them. */
export interface TriggerMemory {
	/**
	 * Runs a poll with the state that the last one stored, and stores the new state together with
	 * returning the items. n8n lets polls overlap (measured): while one runs, another returns
	 * nothing. If the trigger has been activated again, the running poll is aborted and returns
	 * nothing, and the new one finds the same tasks. Throws what `work` throws.
	 */
	run<T>(poll: TriggerPoll, work: PollWork<T>): Promise<readonly T[]>;
}

/** `signal` aborts once the poll's result will be dropped. */
export type PollWork<T> = (
	state: TriggerState | undefined,
	signal: AbortSignal,
) => Promise<Polled<T>>;

interface Running {
	readonly activation: object;
	readonly superseded: AbortController;
	/** Resolves when it has ended, whatever its result. */
	readonly over: Promise<unknown>;
}

export function createTriggerMemory(): TriggerMemory {
	const running = new Map<string, Running>();
	/** States of first polls: n8n's durable scheduler does not store them (measured). */
	const beginnings = new Map<string, TriggerState>();

	async function poll<T>(
		{ trigger, isActivation, stored, now }: TriggerPoll,
		work: PollWork<T>,
		signal: AbortSignal,
	): Promise<readonly T[]> {
		const kept = readTriggerState(stored.endedTasks, now());
		// An activation that finds nothing stored begins anew.
		if (kept !== undefined || isActivation) beginnings.delete(trigger);
		const before = kept ?? beginnings.get(trigger);
		const { items, state } = await work(before, signal);
		if (state === undefined || signal.aborted) return [];
		stored.endedTasks = state;
		// Only that of the first poll: whether n8n accepted the items of a later one is not known.
		if (before === undefined) beginnings.set(trigger, state);
		return items;
	}

	return {
		async run(request, work) {
			const { trigger, activation } = request;
			for (let other = running.get(trigger); other; other = running.get(trigger)) {
				if (other.activation === activation) return [];
				other.superseded.abort();
				await other.over;
			}
			const superseded = new AbortController();
			const polling = poll(request, work, superseded.signal);
			const over = polling.catch(() => undefined).then(() => running.delete(trigger));
			running.set(trigger, { activation, superseded, over });
			const items = await polling;
			await over;
			return items;
		},
	};
}
