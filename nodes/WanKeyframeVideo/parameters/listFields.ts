import { tryToParseDateTime, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

import type { ErrorText } from '../util/errorText';
import { optional } from '../util/optional';
import { fail, ok, type Result } from '../util/result';
import type { Show } from './displayByModel';
import { issuesToErrorText } from './issueText';
import { isUnset, readParameters, type FieldRef, type ParameterReader } from './readParameter';

const RETURN_ALL: FieldRef = { name: 'returnAll', label: 'Return All' };
const LIMIT: FieldRef = { name: 'limit', label: 'Limit' };
const FILTERS: FieldRef = { name: 'filters', label: 'Filters' };
const MODEL: FieldRef = { name: 'model', label: 'Model' };
const STATUS: FieldRef = { name: 'status', label: 'Status' };
const STARTED_AFTER = { name: 'startedAfter', label: 'Started After' } as const;
const STARTED_BEFORE = { name: 'startedBefore', label: 'Started Before' } as const;

const DEFAULT_LIMIT = 50;

/** The longest period that the service lists, and how long it keeps tasks (docs/service-facts.md, 5). */
const MAX_PERIOD_MS = 24 * 3_600_000;

/** The service's words, in the order of their labels. */
const STATUSES = ['CANCELED', 'FAILED', 'PENDING', 'RUNNING', 'SUCCEEDED'] as const;

const capitalize = (word: string): string => word.charAt(0) + word.slice(1).toLowerCase();

/** The fields that say which tasks to list. */
export function listFields(show: Show): INodeProperties[] {
	return [
		{
			displayName: RETURN_ALL.label,
			name: RETURN_ALL.name,
			type: 'boolean',
			default: false,
			displayOptions: { show },
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: LIMIT.label,
			name: LIMIT.name,
			type: 'number',
			typeOptions: { minValue: 1 },
			default: DEFAULT_LIMIT,
			displayOptions: { show: { ...show, [RETURN_ALL.name]: [false] } },
			description: 'Max number of results to return',
		},
		{
			displayName: FILTERS.label,
			name: FILTERS.name,
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			displayOptions: { show },
			options: [
				{
					displayName: MODEL.label,
					name: MODEL.name,
					type: 'string',
					default: '',
					placeholder: 'e.g. wan2.7-i2v',
					description: 'Only tasks of the model with this ID',
				},
				{
					displayName: STARTED_AFTER.label,
					name: STARTED_AFTER.name,
					type: 'dateTime',
					default: '',
					description:
						'Only tasks created at this time or later, in the time zone of the workflow. If empty, it is 24 hours before Started Before.',
				},
				{
					displayName: STARTED_BEFORE.label,
					name: STARTED_BEFORE.name,
					type: 'dateTime',
					default: '',
					description:
						'Only tasks created before this time, in the time zone of the workflow. If empty, it is now. The service lists 24 hours at most.',
				},
				{
					displayName: STATUS.label,
					name: STATUS.name,
					type: 'options',
					options: STATUSES.map((value) => ({ name: capitalize(value), value })),
					default: 'SUCCEEDED',
					description: 'Only tasks with this status',
				},
			],
		},
	];
}

/** Which tasks to list, and how many at most. */
export interface ListOptions {
	readonly limit: number;
	/** Times in milliseconds since 1970. */
	readonly query: {
		readonly fromMs: number;
		readonly toMs: number;
		readonly modelName?: string;
		readonly status?: string;
	};
	/** What the user should know, though nothing is wrong. */
	readonly hint?: string;
}

/** Reads the fields that `listFields` describes; `nowMs` is the time in milliseconds since 1970. */
export function readListOptions(
	ctx: IExecuteFunctions,
	itemIndex: number,
	nowMs: number,
): Result<ListOptions, ErrorText> {
	const read = readParameters(ctx, itemIndex, (parameters) => {
		const filters = parameters.collection(FILTERS);
		const returnAll = parameters.boolean(RETURN_ALL, false);
		return {
			limit: returnAll
				? Infinity
				: Math.floor(parameters.number(LIMIT, { default: DEFAULT_LIMIT, min: 1 })),
			modelName: filters.text(MODEL),
			status: filters.choice(STATUS, ['', ...STATUSES], ''),
			period: readPeriod(filters, ctx.getTimezone(), nowMs),
		};
	});
	if (!read.ok) return fail(issuesToErrorText(read.error));
	const { limit, modelName, status, period } = read.value;
	if (!period.ok) return period;
	const { hint, ...times } = period.value;
	return ok({
		limit,
		query: {
			...times,
			...optional('modelName', modelName || undefined),
			...optional('status', status || undefined),
		},
		...optional('hint', hint),
	});
}

interface Period {
	readonly fromMs: number;
	readonly toMs: number;
	readonly hint?: string;
}

/**
 * The period to list, in milliseconds since 1970. Without Started Before it ends now, whatever Started After
 * is: who looks for a lost task must not miss the newest ones.
 */
function readPeriod(
	filters: ParameterReader,
	timeZone: string,
	nowMs: number,
): Result<Period, ErrorText> {
	const invalid = (message: string, description: string) => fail({ message, description });
	const times: { after?: number; before?: number } = {};
	for (const [key, { label, name }] of [
		['after', STARTED_AFTER],
		['before', STARTED_BEFORE],
	] as const) {
		const value = filters.value({ name, label });
		if (isUnset(value)) continue;
		const ms = parseTime(value, timeZone);
		if (ms === undefined) {
			return invalid(
				`'${label}' is not a date and time`,
				'Pick one in the field, or give one such as 2026-03-01T09:30:00 by an expression.',
			);
		}
		times[key] = ms;
	}
	const toMs = times.before ?? nowMs;
	const earliestMs = toMs - MAX_PERIOD_MS;
	const fromMs = times.after ?? earliestMs;
	if (fromMs >= toMs) {
		return times.before === undefined
			? invalid(
					`'${STARTED_AFTER.label}' lies in the future`,
					'No task can have been created then.',
				)
			: invalid(
					`'${STARTED_AFTER.label}' is not before '${STARTED_BEFORE.label}'`,
					'Set an earlier start or a later end.',
				);
	}
	if (fromMs >= earliestMs) return ok({ fromMs, toMs });
	if (times.before !== undefined) {
		return invalid(
			`'${STARTED_AFTER.label}' is more than 24 hours before '${STARTED_BEFORE.label}'`,
			'The service lists 24 hours at most, and keeps tasks no longer.',
		);
	}
	return ok({
		fromMs: earliestMs,
		toMs,
		hint: `'${STARTED_AFTER.label}' is more than 24 hours ago; the service keeps tasks for 24 hours, so those of the last 24 hours are listed`,
	});
}

function parseTime(value: unknown, timeZone: string): number | undefined {
	try {
		return tryToParseDateTime(value, timeZone).toMillis();
	} catch {
		return undefined;
	}
}
