import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	createMp4Checker,
	type Mp4Verdict,
} from '../../nodes/WanKeyframeVideo/media/mp4Checker.ts';
import { printSeed, seed } from '../seed.mts';
import { box, largeBox, mp4 } from './mp4Boxes.mts';

printSeed('mp4Checker');

function check(...chunks: Uint8Array[]): Mp4Verdict {
	const checker = createMp4Checker();
	for (const chunk of chunks) checker.push(chunk);
	expect(checker.bytes()).toBe(Buffer.concat(chunks).length);
	return checker.verdict();
}

const head = box('ftyp', Buffer.from('isom'));

describe('the check of an MP4', () => {
	it.each<[string, Buffer[]]>([
		['with the media last', [mp4()]],
		['with the media first', [head, box('mdat', 300), box('moov', 40)]],
		['with a media box whose size has 64 bits', [head, box('moov', 40), largeBox('mdat', 300)]],
		[
			'in fragments',
			[head, box('moov', 40), box('moof', 20), box('mdat', 30), box('moof', 20), box('mdat', 9)],
		],
		['with empty boxes', [head, box('free'), box('moov', 40), box('mdat')]],
		['that is filled up with a few zeros', [mp4(), Buffer.alloc(3)]],
		['that is filled up with many zeros', [mp4(), Buffer.alloc(5_000)]],
	])('finds a file %s complete', (_, parts) => {
		expect(check(...parts)).toEqual({ kind: 'complete' });
	});

	it.each<[string, Buffer[], Mp4Verdict]>([
		['nothing', [], { kind: 'notMp4' }],
		['a page', [Buffer.from('<html><body>Sign in</body></html>')], { kind: 'notMp4' }],
		['a QuickTime atom', [box('wide'), box('mdat', 30)], { kind: 'notMp4' }],
		['the beginning of a box', [head.subarray(0, 5)], { kind: 'notMp4' }],
		['a beginning alone', [head], { kind: 'missing', box: 'moov' }],
		['no media', [head, box('moov', 40)], { kind: 'missing', box: 'mdat' }],
		['no description', [head, box('mdat', 40)], { kind: 'missing', box: 'moov' }],
		[
			'a box that is too short for its header',
			[head, box('moov', 40), box('mdat', 9, 4)],
			{ kind: 'invalid', atByte: 60 },
		],
		[
			'media that end where the file does',
			[head, box('moov', 40), box('mdat', 40, 0)],
			{ kind: 'openEnded' },
		],
		[
			'media of more bytes than there are',
			[head, box('moov', 40), box('mdat', 40, 900)],
			{ kind: 'cutOff', expectedBytes: 960 },
		],
	])('tells that it met %s', (_, parts, verdict) => {
		expect(check(...parts)).toEqual(verdict);
	});

	it('finds no file complete that was cut off anywhere, however it comes in pieces', () => {
		const file = Buffer.concat([head, box('moov', 40), largeBox('mdat', 300), box('free', 12)]);
		// The zeros that a size begins with may be filling; all that is played stands before them.
		const withoutLastBox = file.length - 20;
		const completeAt = [0, 1, 2, 3].map((zeros) => withoutLastBox + zeros).concat(file.length);
		fc.assert(
			fc.property(
				fc.integer({ min: 0, max: file.length }),
				fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
				(length, sizes) => {
					const chunks: Buffer[] = [];
					for (let at = 0, turn = 0; at < length; turn++) {
						const size = sizes[turn % sizes.length] ?? 1;
						chunks.push(file.subarray(at, Math.min(at + size, length)));
						at += size;
					}
					expect(check(...chunks).kind === 'complete').toBe(completeAt.includes(length));
				},
			),
			{ seed },
		);
	});
});
