import { readTriggerState, type TriggerState } from './triggerState';

/** A poll that a process of n8n makes of a trigger. */
export interface TriggerPoll {
	/** Names the trigger among all of the process. */
	readonly trigger: string;
	/** The same object for all polls since the trigger was activated. */
	readonly activation: object;
	/** What n8n keeps for the trigger. */
	readonly stored: StoredData;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

export interface StoredData {
	endedTasks?: unknown;
}

/** What a poll brought; without a state, it is as if there had been no poll. */
export interface Polled<T> {
	readonly items: readonly T[];
	readonly state?: TriggerState;
}

/** What a process remembers of its triggers, beside what n8n stores for them. */
export interface TriggerMemory {
	/**
	 * Makes a poll from the state that the last one left, and leaves its own, at once and together with the items.
	 * n8n lets polls overlap (measured): no second one begins while one is under way. One of a trigger that is activated
	 * anew ends that one first; it comes to nothing, and the new one finds the same. Throws what `work` throws.
	 */
	run<T>(poll: TriggerPoll, work: PollWork<T>): Promise<readonly T[]>;
}

/** `signal` aborts where the poll is to come to nothing. */
export type PollWork<T> = (
	state: TriggerState | undefined,
	signal: AbortSignal,
) => Promise<Polled<T>>;

interface Running {
	readonly activation: object;
	readonly superseded: AbortController;
	/** Resolves once it is over, well or not. */
	readonly over: Promise<unknown>;
}

export function createTriggerMemory(): TriggerMemory {
	const running = new Map<string, Running>();
	/** n8n's durable scheduler drops what the poll on activation leaves, unless it gives items (measured). */
	const beginnings = new Map<string, TriggerState>();

	async function poll<T>(
		{ trigger, stored, now }: TriggerPoll,
		work: PollWork<T>,
		signal: AbortSignal,
	): Promise<readonly T[]> {
		const kept = readTriggerState(stored.endedTasks, now());
		if (kept !== undefined) beginnings.delete(trigger);
		const before = kept ?? beginnings.get(trigger);
		const { items, state } = await work(before, signal);
		if (state === undefined || signal.aborted) return [];
		stored.endedTasks = state;
		// Only how it began: of a later poll nobody knows here whether n8n took what it found.
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
