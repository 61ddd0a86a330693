import { createHash } from 'node:crypto';

import sharp from 'sharp';

import { renderVideo, type VideoContent, type Picture } from './renderVideo.mts';
import type { Size } from './size.mts';

const MAX_CACHED = 32;

const videos = new Map<string, Promise<Buffer>>();
let queue: Promise<unknown> = Promise.resolve();

/** A video's bytes: rendered once for the same content, one video at a time, and cached. */
export function videoBytes(video: VideoContent): Promise<Buffer> {
	const key = cacheKey(video);
	const cached = videos.get(key);
	if (cached !== undefined) return cached;
	const rendered = queue.then(() => renderVideo(video));
	queue = rendered.catch(() => videos.delete(key));
	videos.set(key, rendered);
	for (const oldest of [...videos.keys()].slice(0, -MAX_CACHED)) videos.delete(oldest);
	return rendered;
}

function cacheKey({ first, last, size, seconds, fps, sound }: VideoContent): string {
	return createHash('sha256')
		.update(first)
		.update(createHash('sha256').update(last).digest())
		.update(JSON.stringify([size, seconds, fps, sound]))
		.digest('hex');
}

/** A plain picture, for tasks that came without frames. */
export function plainPicture({ width, height }: Size, color: string): Promise<Picture> {
	return sharp({ create: { width, height, channels: 3, background: color } })
		.png()
		.toBuffer();
}
