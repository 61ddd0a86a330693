import { createHash } from 'node:crypto';

import sharp from 'sharp';

import { renderFilm, type Film, type Picture } from './renderVideo.mts';
import type { Size } from './size.mts';

const KEPT_FILMS = 32;

const films = new Map<string, Promise<Buffer>>();
let queue: Promise<unknown> = Promise.resolve();

/** The film's bytes: rendered once for the same content, one film at a time, and kept for a while. */
export function filmBytes(film: Film): Promise<Buffer> {
	const key = filmKey(film);
	const known = films.get(key);
	if (known !== undefined) return known;
	const rendered = queue.then(() => renderFilm(film));
	queue = rendered.catch(() => films.delete(key));
	films.set(key, rendered);
	for (const oldest of [...films.keys()].slice(0, -KEPT_FILMS)) films.delete(oldest);
	return rendered;
}

function filmKey({ first, last, size, seconds, fps, sound }: Film): string {
	return createHash('sha256')
		.update(first)
		.update(createHash('sha256').update(last).digest())
		.update(JSON.stringify([size, seconds, fps, sound]))
		.digest('hex');
}

/** A plain picture, for tasks that came without frames. */
export function plainPicture({ width, height }: Size, colour: string): Promise<Picture> {
	return sharp({ create: { width, height, channels: 3, background: colour } })
		.png()
		.toBuffer();
}
