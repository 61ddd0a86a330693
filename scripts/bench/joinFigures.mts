/** Joining clips, beside FFmpeg's way of doing it without encoding, where FFmpeg is installed. */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AVMEDIA_TYPE_VIDEO, Demuxer } from 'node-av';
import { readPackets } from '../../test/media/mp4/decodeVideo.mts';
import { enlarge } from '../../test/media/mp4/editBoxes.mts';
import { MODEL_CLIPS, modelClip } from '../../test/media/mp4/modelClips.mts';
import type { JoinFigures, JoinOrder } from './joinOnce.mts';
import { seconds, type Row } from './row.mts';

const CLIPS = 20;
const MIB = 1024 * 1024;
const CLIP_BYTES = 15 * 1000 * 1000;

/** Of each way as many, by turns; the fastest counts, since the machine does other things too. */
const ROUNDS = 3;

/** Debian's package `ffmpeg`. */
const FFMPEG = '/usr/bin/ffmpeg';

export async function joinOnce(order: JoinOrder): Promise<JoinFigures> {
	const child = fork(fileURLToPath(new URL('joinOnce.mts', import.meta.url)), {
		execArgv: ['--expose-gc', '--import', 'tsx'],
	});
	child.send(order);
	const [figures]: JoinFigures[] = await once(child, 'message');
	if (figures === undefined) throw new Error('The child process did not answer');
	return figures;
}

/** FFmpeg's concat of files that a list names. */
async function concatOnce(list: string, film: string): Promise<{ ms: number; peakBytes: number }> {
	const startedMs = performance.now();
	const args = ['-y', '-benchmark', '-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy'];
	const { stderr } = await promisify(execFile)(FFMPEG, [...args, film]);
	const ms = performance.now() - startedMs;
	const [, kib = 'NaN'] = /maxrss=(\d+)/.exec(stderr) ?? [];
	return { ms, peakBytes: Number(kib) * 1024 };
}

/** How much longer than a frame any picture stands: at the seams, if anywhere. */
function gapMs(film: string): number {
	const [num, den] = MODEL_CLIPS['wan2.7'].clip.fps;
	using demuxer = Demuxer.openSync(film);
	const stream = demuxer.findBestStream(AVMEDIA_TYPE_VIDEO);
	const tick = stream?.timeBase.toDouble() ?? NaN;
	const times = readPackets(demuxer)
		.filter(({ streamIndex }) => streamIndex === stream?.index)
		.map(({ pts }) => Number(pts) * tick)
		.sort((one, other) => one - other);
	const steps = times.slice(1).map((time, index) => time - (times[index] ?? NaN));
	return (Math.max(...steps) - den / num) * 1000;
}

const figure = (ms: number, bytes: number, film: string): string =>
	`${seconds(ms, 2)} / ${(bytes / MIB).toFixed(0)} MiB / ${gapMs(film).toFixed(1)} ms`;

export async function joinRows(): Promise<Row[]> {
	const folder = await mkdtemp(path.join(tmpdir(), 'join-'));
	try {
		const small = path.join(folder, 'small.mp4');
		const clip = await modelClip('wan2.7', 1);
		await writeFile(small, clip);
		const clips = Array.from({ length: CLIPS }, (_, index) => path.join(folder, `${index}.mp4`));
		for (const file of clips) await writeFile(file, enlarge(clip, CLIP_BYTES));
		const list = path.join(folder, 'list.txt');
		await writeFile(list, clips.map((file) => `file '${file}'\n`).join(''));
		const films = { ours: path.join(folder, 'ours.mp4'), ffmpeg: path.join(folder, 'ffmpeg.mp4') };
		const hasFfmpeg = existsSync(FFMPEG);
		let ours = { ms: Infinity, riseBytes: 0 };
		let theirs = { ms: Infinity, peakBytes: 0 };
		for (let round = 0; round < ROUNDS; round += 1) {
			const one = await joinOnce({ clips, small: [small, small], film: films.ours });
			if (one.refused !== undefined) throw new Error(`The clips are refused: ${one.refused}`);
			if (one.ms < ours.ms) ours = one;
			const other = hasFfmpeg ? await concatOnce(list, films.ffmpeg) : theirs;
			if (other.ms < theirs.ms) theirs = other;
		}
		const ratio = hasFfmpeg ? ` (time × ${(ours.ms / theirs.ms).toFixed(2)})` : '';
		return [
			{
				figure: `${CLIPS} clips of 15 MB joined: time / memory (ours: rise) / gap at the seams`,
				ours: figure(ours.ms, ours.riseBytes, films.ours) + ratio,
				peers: hasFfmpeg
					? { 'ffmpeg concat': figure(theirs.ms, theirs.peakBytes, films.ffmpeg) }
					: {},
			},
		];
	} finally {
		await rm(folder, { recursive: true });
	}
}
