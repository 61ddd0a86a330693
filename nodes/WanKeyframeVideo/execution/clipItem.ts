import type { INodeExecutionData, IPairedItemData } from 'n8n-workflow';

import type { Clip } from '../parameters/clips';

/** The input items that a clip's result comes from. */
export const pairedItemsOf = ({ from, to }: Clip): IPairedItemData | IPairedItemData[] =>
	to === undefined ? { item: from } : [{ item: from }, { item: to }];

/** A result as the clip's own: paired to its items, and in a storyboard with its place in the film. */
export function toClipItem(
	item: INodeExecutionData,
	clip: Clip,
	count: number,
): INodeExecutionData {
	const { index, from, to } = clip;
	const pairedItem = pairedItemsOf(clip);
	return to === undefined
		? { ...item, pairedItem }
		: { ...item, json: { ...item.json, segment: { index, count, from, to } }, pairedItem };
}
