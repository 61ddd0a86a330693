/** The little of n8n's context that reading parameters needs. */
import type { IExecuteFunctions } from 'n8n-workflow';

/** A context whose expressions have given these values; a field without one is hidden. */
export function contextWith(
	values: Readonly<Record<string, unknown>>,
	parameters: Readonly<Record<string, string>> = {},
): IExecuteFunctions {
	const context: Pick<IExecuteFunctions, never> = {
		getNodeParameter: (name: string, _itemIndex: number, fallback: unknown) =>
			name in values ? values[name] : fallback,
		getNode: () => ({ parameters }),
		getInputData: () => [{ json: {} }],
	};
	return Object.create(context);
}
