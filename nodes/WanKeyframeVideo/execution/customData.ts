import type { IExecuteFunctions, IWorkflowDataProxyAdditionalKeys } from 'n8n-workflow';

/** The key under which an execution can be found by its tasks. */
const NOTE_KEY = 'dashScopeTaskIds';

/** n8n keeps this many characters of a value and cuts the rest (measured). */
const NOTE_LENGTH = 512;

/** Adds task IDs to the execution's custom data, as many as fit, so that a task leads back to its execution. */
export function saveTaskIds(ctx: IExecuteFunctions, taskIds: readonly string[]): void {
	// As expressions reach it: `ctx.customData` is not there before n8n 2.
	const { $execution }: IWorkflowDataProxyAdditionalKeys = ctx.getWorkflowDataProxy(0);
	const customData = $execution?.customData;
	if (customData === undefined) return;
	const noted = customData.get(NOTE_KEY) ?? '';
	const known = noted.split(',').filter((id) => id !== '');
	const all = [...known, ...taskIds.filter((id) => !known.includes(id))];
	while (all.join(',').length > NOTE_LENGTH) all.pop();
	const note = all.join(',');
	if (note !== noted) customData.set(NOTE_KEY, note);
}
