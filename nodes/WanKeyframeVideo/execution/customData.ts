import type { IExecuteFunctions, IWorkflowDataProxyAdditionalKeys } from 'n8n-workflow';

/** The key under which an execution can be found by its tasks; further ones end in 2, 3, … */
const KEY = 'dashScopeTaskIds';

/** n8n keeps this many keys of an execution and drops further ones (n8n-core 2.41.1, `KV_LIMIT`). */
const MAX_KEYS = 10;

/** Characters of a value; n8n cuts longer ones (n8n-core 2.41.1). */
const MAX_VALUE_LENGTH = 512;

/** At the end of the last value, where not all IDs fit. */
const OMITTED = /^\+(\d+) more$/;

const keyOf = (index: number): string => (index === 0 ? KEY : `${KEY}${index + 1}`);

/** Adds task IDs to the execution's custom data, as many as fit, so that a task leads back to its execution. */
export function saveTaskIds(ctx: IExecuteFunctions, taskIds: readonly string[]): void {
	// As expressions reach it: `ctx.customData` is not there before n8n 2.
	const { $execution }: IWorkflowDataProxyAdditionalKeys = ctx.getWorkflowDataProxy(0);
	const customData = $execution?.customData;
	if (customData === undefined) return;
	const before = Array.from({ length: MAX_KEYS }, (_, index) => customData.get(keyOf(index)) ?? '');
	const foreignKeys = Object.keys(customData.getAll()).filter((key) => !key.startsWith(KEY));
	const values = addTaskIds(before, taskIds, MAX_KEYS - foreignKeys.length);
	for (const [index, value] of values.entries()) {
		if (value !== before[index]) customData.set(keyOf(index), value);
	}
}

/**
 * The values of at most `maxValues` keys with these task IDs added: `a,b,c`. Where not all fit, the last
 * value says how many are missing: `x,y,+12 more`. Pure.
 */
export function addTaskIds(
	values: readonly string[],
	taskIds: readonly string[],
	maxValues: number,
): string[] {
	const parts = values.flatMap((value) => value.split(',')).filter((part) => part !== '');
	const known = parts.filter((part) => !OMITTED.test(part));
	const all = [...new Set([...known, ...taskIds])];
	let omitted = parts.reduce((sum, part) => sum + Number(OMITTED.exec(part)?.[1] ?? 0), 0);

	const lists: string[][] = [];
	for (const id of all) {
		const list = lists.at(-1);
		if (list !== undefined && [...list, id].join(',').length <= MAX_VALUE_LENGTH) list.push(id);
		else if (lists.length < maxValues) lists.push([id]);
		else omitted++;
	}
	const last = lists.at(-1);
	if (last === undefined || omitted === 0) return lists.map((list) => list.join(','));
	while ([...last, `+${omitted} more`].join(',').length > MAX_VALUE_LENGTH) {
		last.pop();
		omitted++;
	}
	last.push(`+${omitted} more`);
	return lists.map((list) => list.join(','));
}
