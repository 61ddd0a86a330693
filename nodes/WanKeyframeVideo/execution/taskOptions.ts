import type { IExecuteFunctions } from 'n8n-workflow';

import { DEFAULT_BINARY_PROPERTY } from '../parameters/taskFields';
import {
	DEFAULT_POLL_INTERVAL_SECONDS,
	DEFAULT_TIMEOUT_MINUTES,
	MIN_POLL_INTERVAL_SECONDS,
} from '../parameters/waitFields';
import type { Polling } from '../tasks/nextPoll';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** How a task becomes an item. */
export interface OutputOptions {
	readonly downloadVideo: boolean;
	readonly simplify: boolean;
	readonly binaryProperty: string;
	/** Empty for the task's ID. */
	readonly fileName: string;
}

export interface WaitOptions extends OutputOptions {
	readonly polling: Polling;
	readonly timeoutMs: number;
	readonly onTimeout: 'error' | 'continue';
	readonly cancelOnStop: boolean;
}

/** Reads the fields that `downloadField`, `simplifyField` and `downloadOptions` describe. */
export function readOutputOptions(ctx: IExecuteFunctions, itemIndex: number): OutputOptions {
	const text = (name: string, fallback: string): string => {
		const value: unknown = ctx.getNodeParameter(`options.${name}`, itemIndex, '');
		return typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;
	};
	return {
		downloadVideo: ctx.getNodeParameter('downloadVideo', itemIndex, false) === true,
		simplify: ctx.getNodeParameter('simplify', itemIndex, true) !== false,
		binaryProperty: text('binaryProperty', DEFAULT_BINARY_PROPERTY),
		fileName: text('fileName', ''),
	};
}

/** Reads the fields of Wait, from the operation itself or from Create that waits. */
export function readWaitOptions(ctx: IExecuteFunctions, itemIndex: number): WaitOptions {
	const number = (name: string, fallback: number): number => {
		const value = Number(ctx.getNodeParameter(name, itemIndex, fallback));
		return Number.isFinite(value) && value > 0 ? value : fallback;
	};
	const intervalSeconds = number('options.pollInterval', DEFAULT_POLL_INTERVAL_SECONDS);
	const isFixed = ctx.getNodeParameter('options.polling', itemIndex, 'automatic') === 'fixed';
	const onTimeout: unknown = ctx.getNodeParameter('options.onTimeout', itemIndex, 'error');
	return {
		...readOutputOptions(ctx, itemIndex),
		polling: isFixed
			? {
					kind: 'fixed',
					intervalMs: Math.max(intervalSeconds, MIN_POLL_INTERVAL_SECONDS) * SECOND_MS,
				}
			: { kind: 'automatic' },
		timeoutMs: number('timeout', DEFAULT_TIMEOUT_MINUTES) * MINUTE_MS,
		onTimeout: onTimeout === 'continue' ? 'continue' : 'error',
		cancelOnStop: ctx.getNodeParameter('options.cancelOnStop', itemIndex, false) === true,
	};
}
