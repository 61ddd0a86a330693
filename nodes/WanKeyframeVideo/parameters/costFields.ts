import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { isExpression, isUnset, type FieldRef, type ParameterReader } from './readParameter';
import { OPTIONS } from './settingFields';

export const MAX_BILLED_SECONDS: FieldRef = {
	name: 'maxBilledSeconds',
	label: 'Max Billed Seconds',
};
const DRY_RUN: FieldRef = { name: 'dryRun', label: 'Dry Run' };

/** What a run may cost, and whether it costs anything. */
export interface CostOptions {
	/** Infinity without a limit. */
	readonly maxBilledSeconds: number;
	readonly dryRun: boolean;
}

/** Twelve videos of the usual length, for a user who adds the option without a number in mind. */
const SUGGESTED_SECONDS = 60;

/** The entries of the options collection that are about cost. */
export function costOptions(): INodeProperties[] {
	return [
		{
			displayName: DRY_RUN.label,
			name: DRY_RUN.name,
			type: 'boolean',
			default: false,
			description:
				'Whether to check everything and show the requests and what they would cost, without uploading or creating anything. Nothing is billed.',
		},
		{
			displayName: MAX_BILLED_SECONDS.label,
			name: MAX_BILLED_SECONDS.name,
			type: 'number',
			typeOptions: { minValue: 1 },
			default: SUGGESTED_SECONDS,
			description:
				'The seconds of video that all items of a run together may ask for. Nothing is sent if they ask for more. A length that the model chooses counts as its longest.',
		},
	];
}

/** Reads the entries that `costOptions` describes. */
export function costOptionsFrom(ctx: IExecuteFunctions, read: ParameterReader): CostOptions {
	const options = read.collection(OPTIONS);
	// A user who sets a limit by expression wants one, also where the expression finds nothing.
	if (
		isUnset(options.value(MAX_BILLED_SECONDS)) &&
		isExpression(ctx, MAX_BILLED_SECONDS.name, OPTIONS.name)
	) {
		const problem = 'is an expression that gives nothing, but a limit has to be a number';
		read.refuse({ label: MAX_BILLED_SECONDS.label, problem });
	}
	return {
		maxBilledSeconds: options.number(MAX_BILLED_SECONDS, { default: Infinity, min: 1 }),
		dryRun: options.boolean(DRY_RUN, false),
	};
}
