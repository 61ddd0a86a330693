/** Keeps what a page of Chromium shows, picture by picture. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** A JPEG file, and when it was shown, in milliseconds since the recording began. */
export interface Shot {
	readonly file: string;
	readonly atMs: number;
}

export interface Screencast {
	readonly shots: readonly Shot[];
	/** Milliseconds since the recording began. */
	nowMs(): number;
	/** Ends the recording; all files are written then. */
	stop(): Promise<void>;
}

/** Chromium sends a picture whenever the page has changed. */
export async function startScreencast(page: Page, folder: string): Promise<Screencast> {
	const devtools = await page.context().newCDPSession(page);
	const startedAtMs = performance.now();
	const nowMs = () => performance.now() - startedAtMs;
	const shots: Shot[] = [];
	const writes: Promise<unknown>[] = [];
	devtools.on('Page.screencastFrame', ({ data, sessionId }) => {
		const file = path.join(folder, `${String(shots.length).padStart(5, '0')}.jpg`);
		shots.push({ file, atMs: nowMs() });
		writes.push(writeFile(file, Buffer.from(data, 'base64')));
		writes.push(devtools.send('Page.screencastFrameAck', { sessionId }));
	});
	await devtools.send('Page.startScreencast', { format: 'jpeg', quality: 90 });
	return {
		shots,
		nowMs,
		async stop() {
			await devtools.send('Page.stopScreencast');
			await Promise.all(writes);
		},
	};
}
