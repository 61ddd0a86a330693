/** Forms of an MP4 file that libav's muxer does not write. */
import {
	editFile,
	findBox,
	findBoxes,
	newBox,
	putHeaderFirst,
	relayOut,
	removeBoxes,
	trackOf,
	uint32s,
	type BoxNode,
} from './editBoxes.mts';

export interface ContainerRecipe {
	/** The header stands before the media. */
	readonly headerFirst?: boolean;
	/** Samples in a chunk by turns; undefined as the muxer wrote it. */
	readonly chunkLengths?: readonly number[] | undefined;
	/** 64-bit sizes and positions. */
	readonly isWide?: boolean;
	readonly extraBoxes?: boolean;
	/** Pictures are presented this many ticks later than decoded, which the edit list takes back. */
	readonly constantOffset?: number;
	/** A second in which nothing is presented stands first in the edit list of both tracks. */
	readonly delayed?: boolean;
	/** The list of key frames is left out where all are. */
	readonly withoutKeyFrameList?: boolean;
}

/** The same clip in another container. */
export function repack(file: Buffer, recipe: ContainerRecipe): Buffer {
	const { chunkLengths, isWide = false } = recipe;
	let turn = 0;
	const nextLength = () => chunkLengths?.[turn++ % chunkLengths.length] ?? 1;
	const laidOut = chunkLengths || isWide ? relayOut(file, nextLength, { isWide }) : file;
	return editFile(laidOut, (boxes) => {
		const video = trackOf(boxes, 'vide');
		if (recipe.headerFirst) putHeaderFirst(boxes);
		if (recipe.extraBoxes) addExtraBoxes(boxes, video);
		if (recipe.constantOffset) delayPresentation(video, recipe.constantOffset);
		if (recipe.delayed) {
			for (const { children = [] } of findBoxes(boxes, 'moov/trak')) delayTrack(children);
		}
		if (recipe.withoutKeyFrameList) {
			removeBoxes(findBox(video, 'mdia/minf/stbl').children ?? [], 'stss');
		}
	});
}

function addExtraBoxes(boxes: BoxNode[], video: BoxNode[]): void {
	const extra = () => [newBox('free', Buffer.alloc(9)), newBox('uuid', Buffer.alloc(40, 7))];
	boxes.splice(1, 0, ...extra());
	boxes.push(...extra(), newBox('skip'));
	video.unshift(...extra());
	findBox(boxes, 'moov').children?.unshift(...extra());
	const tables = findBox(video, 'mdia/minf/stbl').children;
	tables?.push(newBox('sdtp', uint32s(0)), newBox('sgpd', uint32s(0x1000000, 0x726f6c6c, 2, 0)));
}

/** As for B-frames, of a video that has none; version 0 has one entry for all frames. */
function delayPresentation(video: BoxNode[], ticks: number): void {
	const stbl = findBox(video, 'mdia/minf/stbl').children ?? [];
	if (findBoxes(stbl, 'ctts').length > 0) return;
	const frames = findBox(stbl, 'stsz').body.readUInt32BE(8);
	stbl.push(newBox('ctts', uint32s(0, 1, frames, ticks)));
	const [editList] = findBoxes(video, 'edts/elst');
	editList?.body.writeUInt32BE(ticks, 12);
}

function delayTrack(track: BoxNode[]): void {
	const [own] = findBoxes(track, 'edts/elst');
	if (own === undefined) return;
	const delay = Buffer.concat([uint32s(1000, 0xffffffff), uint32s(0x10000)]);
	own.body = Buffer.concat([uint32s(0, 2), delay, own.body.subarray(8)]);
}
