/** What joining takes of the memory, in a process of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { joinOnce } from '../../../scripts/bench/joinFigures.mts';
import {
	enlarge,
	editFile,
	findBox,
	newBox,
	removeBoxes,
	trackOf,
	uint32s,
	type BoxNode,
} from './editBoxes.mts';
import { modelClip } from './modelClips.mts';

const MAX_RISE_MIB = 64;

let folder: string;
let clip: Buffer;

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'join-'));
	clip = await modelClip('wan2.7', 1);
});

afterAll(async () => await rm(folder, { recursive: true }));

async function riseMib(name: string, file: Buffer, count: number): Promise<number> {
	const small = path.join(folder, 'small.mp4');
	const large = path.join(folder, `${name}.mp4`);
	await writeFile(small, clip);
	await writeFile(large, file);
	const { riseBytes, refused } = await joinOnce({
		clips: Array.from({ length: count }, () => large),
		small: [small, small],
		film: path.join(folder, `${name}-film.mp4`),
	});
	expect(refused).toBeUndefined();
	return riseBytes / 2 ** 20;
}

it('takes less than 64 MB for 20 clips of 15 MB', async () => {
	expect(await riseMib('large', enlarge(clip, 15_000_000), 20)).toBeLessThan(MAX_RISE_MIB);
});

it('takes less than 64 MB for as many scattered frames as a clip may have', async () => {
	expect(await riseMib('scattered', scatter(clip, 20_000), 1)).toBeLessThan(MAX_RISE_MIB);
});

/** A clip of so many tiny frames of pictures and of sound by turns, each in a chunk of its own. */
function scatter(file: Buffer, frames: number): Buffer {
	return editFile(file, (boxes) => {
		const frameBytes = 8;
		removeBoxes(boxes, 'mdat');
		boxes.push(newBox('mdat', Buffer.alloc(2 * frames * frameBytes)));
		const numbers = Array.from({ length: frames }, (_, frame) => frame);
		(['vide', 'soun'] as const).forEach((handler, place) => {
			const track = trackOf(boxes, handler);
			removeBoxes(track, 'edts');
			const tables = findBox(track, 'mdia/minf/stbl').children ?? [];
			for (const { type } of [...tables]) if (type !== 'stsd') removeBoxes(tables, type);
			const positions = numbers.map((frame) => (2 * frame + place) * frameBytes);
			tables.push(...scatteredTables(frames, frameBytes, positions));
			if (handler === 'vide') {
				tables.push(newBox('stss', table(numbers.map((frame) => frame + 1))));
			}
		});
	});
}

function scatteredTables(frames: number, bytes: number, positions: number[]): BoxNode[] {
	return [
		newBox('stts', uint32s(0, 1, frames, 512)),
		newBox('stsz', uint32s(0, bytes, frames)),
		newBox('stsc', uint32s(0, 1, 1, 1, 1)),
		newBox('stco', table(positions)),
	];
}

/** Version, count and entries, as many as no list of arguments can have. */
function table(entries: readonly number[]): Buffer {
	const bytes = Buffer.alloc(8 + 4 * entries.length);
	bytes.writeUInt32BE(entries.length, 4);
	entries.forEach((entry, index) => bytes.writeUInt32BE(entry, 8 + 4 * index));
	return bytes;
}
