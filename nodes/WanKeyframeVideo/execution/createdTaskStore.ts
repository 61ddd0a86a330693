import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { hashText } from '../util/hash';
import { isRecord, objectOrEmpty, optionalText, type JsonRecord } from '../util/json';
import { optional } from '../util/optional';
import type { ItemError } from './itemError';

/** The item that Create gives for a task. */
export interface CreatedItem extends IDataObject {
	readonly taskId: string;
	readonly status: string;
}

/** What became of an item's create. */
export type CreateOutcome =
	| { readonly kind: 'created'; readonly item: CreatedItem }
	/** No task was made, so the create may be sent again. Not stored. */
	| { readonly kind: 'refused'; readonly error: ItemError }
	/** Nobody knows whether there is a task, so the create must not be sent again. */
	| { readonly kind: 'outcomeUnknown'; readonly error: ItemError };

/** What an earlier try of the node came to for an item. */
export interface StoredOutcome {
	readonly outcome: Exclude<CreateOutcome, { kind: 'refused' }>;
	/** False after n8n's own Retry, which begins another execution, perhaps of a corrected workflow. */
	readonly isSameExecution: boolean;
	/** True where the create that is asked for now is the one that was sent then. */
	isSameRequest(request: string): boolean;
}

/** Remembers, across Retry On Fail, which clips need no create any more; they are known by their places. */
export interface CreatedTaskStore {
	find(index: number): StoredOutcome | undefined;
	/** `request` identifies what was asked for; only its hash is kept. */
	save(index: number, request: string, outcome: StoredOutcome['outcome']): void;
	/** Lets the clip be created again. */
	forget(index: number): void;
	/**
	 * Takes over what a failed run of this execution came to for an equal request: as the tool of an agent, the node has
	 * another `$runIndex` with each try of Retry On Fail (n8n-core 2.41.1, `makeHandleToolInvocation`). `request` is
	 * called only where there is such a run.
	 */
	adopt(index: number, request: () => string): void;
	/** Notes that this run has failed. */
	markFailed(): void;
}

const CONTEXT_KEY = 'createdTasks';

/**
 * A store in the execution's own data: under Retry On Fail the engine runs the whole node again, in the same
 * data. A clip is known by its place in a run of the node, so the rounds of a loop have an entry each.
 */
export function createCreatedTaskStore(ctx: IExecuteFunctions): CreatedTaskStore {
	const context = ctx.getContext('node');
	const executionId = ctx.getExecutionId();
	const runIndex: unknown = ctx.getWorkflowDataProxy(0).$runIndex;
	const keyOf = (index: number) => `${String(runIndex)}:${index}`;
	// The entries themselves, not a copy: an agent calls its tool several times at once.
	const entries = (): Record<string, unknown> => {
		const stored: unknown = context[CONTEXT_KEY];
		return isRecord(stored) ? stored : {};
	};
	const put = (index: number, entry: JsonRecord) => {
		context[CONTEXT_KEY] = Object.assign(entries(), { [keyOf(index)]: entry });
	};

	return {
		find(index) {
			const entry = entries()[keyOf(index)];
			if (!isRecord(entry)) return undefined;
			const outcome = readCreated(entry['item']) ?? readOutcomeUnknown(entry['error']);
			return (
				outcome && {
					outcome,
					isSameExecution: entry['executionId'] === executionId,
					isSameRequest: (request) => entry['requestHash'] === hashText(request),
				}
			);
		},

		save(index, request, outcome) {
			put(index, {
				executionId,
				requestHash: hashText(request),
				...(outcome.kind === 'created' ? { item: outcome.item } : { error: outcome.error }),
			});
		},

		forget(index) {
			delete entries()[keyOf(index)];
		},

		adopt(index, request) {
			const all = entries();
			if (keyOf(index) in all) return;
			const failed = Object.entries(all).flatMap(([key, entry]) =>
				key.endsWith(`:${index}`) &&
				isRecord(entry) &&
				entry['hasFailed'] === true &&
				entry['executionId'] === executionId
					? [{ key, entry }]
					: [],
			);
			if (failed.length === 0) return;
			const requestHash = hashText(request());
			const found = failed.find(({ entry }) => entry['requestHash'] === requestHash);
			if (found === undefined) return;
			delete all[found.key];
			put(index, { ...found.entry, hasFailed: false });
		},

		markFailed() {
			const all = entries();
			for (const [key, entry] of Object.entries(all)) {
				if (key.startsWith(`${String(runIndex)}:`) && isRecord(entry)) {
					all[key] = { ...entry, hasFailed: true };
				}
			}
		},
	};
}

function readCreated(value: unknown): StoredOutcome['outcome'] | undefined {
	if (!isCreatedItem(value)) return undefined;
	return { kind: 'created', item: { ...value } };
}

function isCreatedItem(value: unknown): value is CreatedItem {
	return (
		isRecord(value) && typeof value['taskId'] === 'string' && typeof value['status'] === 'string'
	);
}

function readOutcomeUnknown(value: unknown): StoredOutcome['outcome'] | undefined {
	const entry = objectOrEmpty({ value }, 'value');
	const message = optionalText(entry, 'message');
	if (message === undefined) return undefined;
	return {
		kind: 'outcomeUnknown',
		error: {
			message,
			description: optionalText(entry, 'description') ?? '',
			...optional('httpCode', optionalText(entry, 'httpCode')),
			...optional('requestId', optionalText(entry, 'requestId')),
		},
	};
}
