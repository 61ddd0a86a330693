/** What a soak does: executions of all kinds, each with faults that strike whoever asks next. Made from a seed alone. */
import fc from 'fast-check';
import type { NodeSettings } from '../engine/workflowBuilder.mts';
import type { Fault } from '../simulator/index.mts';

export interface PlannedExecution {
	readonly items: number;
	readonly handling: keyof typeof HANDLINGS;
	/** False: the items that Create gives at once go into Wait. */
	readonly inOneNode: boolean;
	readonly faults: readonly Fault[];
	/** From its beginning; undefined for one that runs to its end. */
	readonly stopAfterMs: number | undefined;
}

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1_000 } as const;

export const HANDLINGS = {
	'stop on error': {},
	'continue, regular': { onError: 'continueRegularOutput' },
	'continue, error output': { onError: 'continueErrorOutput' },
	'Retry On Fail': RETRY,
	'continue, Retry On Fail': { ...RETRY, onError: 'continueRegularOutput' },
} as const satisfies Readonly<Record<string, NodeSettings>>;

const times = fc.integer({ min: 1, max: 3 });
const API = ['create', 'query', 'list', 'policy'] as const;
const when = fc.constantFrom('before', 'after');

const ofCall: fc.Arbitrary<Fault> = fc.oneof(
	fc.record({
		on: fc.constantFrom(...API),
		effect: fc.constant('error'),
		code: fc.constantFrom(
			'Throttling',
			'Throttling.RateQuota',
			'InternalError',
			'SystemError',
			'ModelUnavailable',
			'InvalidApiKey',
			'Arrearage',
		),
		times,
	}),
	fc.record({ on: fc.constantFrom(...API), effect: fc.constantFrom('html', 'empty'), times, when }),
	fc.record({ on: fc.constantFrom(...API), effect: fc.constant('invalidJson'), times, when }),
	fc.record({ on: fc.constantFrom(...API, 'result'), effect: fc.constant('reset'), times, when }),
);

const ofTask: fc.Arbitrary<Fault> = fc.oneof(
	fc.record({ on: fc.constant('query'), effect: fc.constant('unknown'), times }),
	fc.record({
		on: fc.constant('query'),
		effect: fc.constant('taskStatus'),
		status: fc.constantFrom('CANCELED', 'SUSPENDED'),
	}),
	fc.record({
		on: fc.constant('create'),
		effect: fc.constant('failTask'),
		code: fc.constantFrom(
			'InvalidParameter',
			'DataInspectionFailed',
			'InternalError.Algo',
			'ModelUnavailable',
		),
		message: fc.constant('It did not work.'),
		at: fc.constantFrom('once', 'end'),
	}),
	fc.record({ on: fc.constant('result'), effect: fc.constant('truncate'), times }),
	fc.record({
		on: fc.constant('list'),
		effect: fc.constant('omit'),
		fields: fc.constantFrom('data', 'total_page', 'data.0.task_id').map((field) => [field]),
	}),
);

const execution: fc.Arbitrary<PlannedExecution> = fc.record({
	items: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 10, max: 16 })),
	handling: fc.constantFrom(
		'stop on error',
		'continue, regular',
		'continue, error output',
		'Retry On Fail',
		'continue, Retry On Fail',
	),
	inOneNode: fc.boolean(),
	faults: fc.array(fc.oneof(ofCall, ofTask), { maxLength: 3 }),
	stopAfterMs: fc.oneof(
		{ weight: 5, arbitrary: fc.constant(undefined) },
		{ weight: 1, arbitrary: fc.integer({ min: 0, max: 12_000 }) },
	),
});

/** So many executions; the same for the same seed. */
export function planOf(seed: number, executions: number): PlannedExecution[] {
	return fc.sample(execution, { seed, numRuns: executions });
}
