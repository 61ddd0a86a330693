import { createHash } from 'node:crypto';

import sharp from 'sharp';

import { PRODUCE_ID, renderVideo, type Picture, type VideoContent } from './renderVideo.mts';
import type { Size } from './size.mts';

const MAX_CACHED = 32;

const videos = new Map<string, Promise<Buffer>>();
let queue: Promise<unknown> = Promise.resolve();

/** A video's bytes: rendered once for the same content, one video at a time, and cached. */
export async function videoBytes(video: VideoContent, taskId: string): Promise<Buffer> {
	return withProduceId(await rendered(video), taskId);
}

function rendered(video: VideoContent): Promise<Buffer> {
	const key = cacheKey(video);
	const cached = videos.get(key);
	if (cached !== undefined) return cached;
	const bytes = queue.then(() => renderVideo(video));
	queue = bytes.catch(() => videos.delete(key));
	videos.set(key, bytes);
	for (const oldest of [...videos.keys()].slice(0, -MAX_CACHED)) videos.delete(oldest);
	return bytes;
}

function cacheKey({ first, last, ...settings }: VideoContent): string {
	return createHash('sha256')
		.update(first)
		.update(createHash('sha256').update(last).digest())
		.update(JSON.stringify(settings))
		.digest('hex');
}

/** The label names each clip, so that no two files are alike; the video itself is the same. */
function withProduceId(file: Buffer, taskId: string): Buffer {
	const at = file.indexOf(PRODUCE_ID);
	if (at < 0) return file;
	const id = createHash('sha256').update(taskId).digest('hex').slice(0, PRODUCE_ID.length);
	const labeled = Buffer.from(file);
	labeled.write(id, at, 'latin1');
	return labeled;
}

/** A plain picture, for tasks that came without frames. */
export function plainPicture({ width, height }: Size, color: string): Promise<Picture> {
	return sharp({ create: { width, height, channels: 3, background: color } })
		.png()
		.toBuffer();
}
