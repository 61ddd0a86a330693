/** One video of a run: an item's own, or in a storyboard the way from one item to the next. */
export interface Clip {
	/** Its place among the run's clips, by which its task is remembered across retries. */
	readonly index: number;
	/** The item whose parameters it takes. */
	readonly from: number;
	/** In a storyboard, the item whose keyframe it ends with. */
	readonly to?: number;
}

/** The item's own clip. */
export const itemClip = (item: number): Clip => ({ index: item, from: item });

/** One clip an item, each with frames of its own. */
export const itemClips = (items: number): Clip[] =>
	Array.from({ length: items }, (_, item) => itemClip(item));

/** The clips between so many keyframes, and the one from the last back to the first if it is wanted. */
export const storyboardClips = (keyframes: number, closeLoop: boolean): Clip[] =>
	itemClips(closeLoop ? keyframes : keyframes - 1).map((clip) => ({
		...clip,
		to: (clip.from + 1) % keyframes,
	}));

/** True for the clips of a storyboard. */
export const isStoryboard = ([first]: readonly Clip[]): boolean => first?.to !== undefined;

/** What messages call it, e.g. "item 1" or "clip 1, from item 1 to item 2"; numbers begin at 0, as in n8n. */
export const describeClip = ({ index, from, to }: Clip): string =>
	to === undefined ? `item ${from}` : `clip ${index}, from item ${from} to item ${to}`;
